"""Slack's payloads, each read into the same record: who asked what, where, and under which key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.slack.buttons import unpack
from bot.slack.typed import without_mention
from commands.request import Origin

Payload = Mapping[str, Any]

_NAMELESS = frozenset({"directmessage", "privategroup", ""})  # what Slack writes for a hidden name

SHORTCUTS: Mapping[str, tuple[str, ...]] = {
    "promote_this": ("promote",),
    "cancel_this": ("cancel",),
    "show_log": ("builds", "logs"),
    "status": ("status",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """An account in Slack; its name is only for reading."""

    team: str
    user: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One thing that somebody did in Slack, before it is known who they are."""

    origin: Origin
    asker: Asker
    key: str  # the same thing, delivered twice, has the same key
    text: str | None = None  # as typed; None where *words* say it all
    words: tuple[str, ...] = ()
    secret_words: tuple[str, ...] = field(default=(), repr=False)
    channel: str | None = None
    channel_name: str | None = None
    card_ts: str | None = None  # the thread that it belongs to, or the message itself
    thread_ts: str | None = None  # where an answer goes; None: into the channel
    response_url: str | None = None
    trigger_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button that was pressed: the arrival, what it opens, and in which view it stood."""

    arrival: Arrival
    label: str
    opens: str | None
    view_id: str | None = None
    in_home: bool = False


def of_command(body: Payload) -> Arrival:
    """Read a slash command. Slack cannot send one from a thread."""
    return Arrival(
        origin=Origin.SLASH,
        asker=Asker(team=body["team_id"], user=body["user_id"], name=body.get("user_name") or ""),
        key=f"command:{body['trigger_id']}",
        text=body.get("text") or "",
        channel=body["channel_id"],
        channel_name=_channel_name(body.get("channel_name")),
        response_url=body.get("response_url"),
        trigger_id=body["trigger_id"],
    )


def of_press(body: Payload) -> Press | None:
    """Read a click on a button; None for a button that another version of the bot made."""
    action, container = body["actions"][0], body["container"]
    click = unpack(action.get("value") or "")
    if click is None:
        return None
    message_ts, thread_ts = container.get("message_ts"), container.get("thread_ts")
    place = message_ts or container.get("view_id")
    channel = body.get("channel") or {}
    view = body.get("view") or {}
    arrival = Arrival(
        origin=Origin.BUTTON,
        asker=_asker(body),
        key=f"press:{place}:{action['action_id']}:{body['user']['id']}:{action['action_ts']}",
        words=click.words,
        channel=channel.get("id"),
        channel_name=_channel_name(channel.get("name")),
        card_ts=thread_ts or message_ts,
        thread_ts=thread_ts if thread_ts != message_ts else None,
        response_url=body.get("response_url"),
        trigger_id=body["trigger_id"],
    )
    return Press(
        arrival=arrival,
        label=(action.get("text") or {}).get("text", ""),
        opens=click.opens,
        view_id=view.get("id"),
        in_home=view.get("type") == "home",
    )


def of_unknown_press(body: Payload) -> Arrival:
    """Read who pressed something that the bot does not know, so that they get an answer."""
    container, channel = body.get("container") or {}, body.get("channel") or {}
    return Arrival(
        origin=Origin.BUTTON,
        asker=_asker(body),
        key=f"unknown:{body['trigger_id']}",
        channel=channel.get("id"),
        thread_ts=container.get("thread_ts"),
        response_url=body.get("response_url"),
    )


def of_shortcut(body: Payload) -> Arrival:
    """Read a shortcut; one on a message belongs to that message's thread."""
    message, channel = body.get("message") or {}, body.get("channel") or {}
    ts, thread_ts = message.get("ts"), message.get("thread_ts")
    return Arrival(
        origin=Origin.SHORTCUT,
        asker=_asker(body),
        key=f"shortcut:{body['trigger_id']}",
        words=SHORTCUTS.get(body["callback_id"], ()),
        channel=channel.get("id"),
        channel_name=_channel_name(channel.get("name")),
        card_ts=thread_ts or ts,
        thread_ts=thread_ts if thread_ts != ts else None,
        response_url=body.get("response_url"),
        trigger_id=body["trigger_id"],
    )


def of_mention(body: Payload, bot_user: str) -> Arrival:
    """Read a mention in a channel. It is answered in its thread, where all can see it."""
    event = body["event"]
    thread_ts = event.get("thread_ts") or event["ts"]
    return _of_message(body, bot_user, card_ts=thread_ts, thread_ts=thread_ts)


def of_direct_message(body: Payload, bot_user: str) -> Arrival:
    """Read a message to the bot itself."""
    thread_ts = body["event"].get("thread_ts")
    return _of_message(body, bot_user, card_ts=thread_ts, thread_ts=thread_ts)


def of_home(body: Payload) -> Arrival:
    """Read who opened App Home."""
    return Arrival(
        origin=Origin.BUTTON,
        asker=Asker(team=body["team_id"], user=body["event"]["user"]),
        key=f"event:{body['event_id']}",
    )


def is_from_a_person(event: Payload) -> bool:
    """Whether somebody wrote this message just now: no bot, no edit, no notice of Slack's."""
    is_plain = not event.get("subtype") or event["subtype"] in {"file_share", "thread_broadcast"}
    return is_plain and bool(event.get("user")) and not (event.get("bot_id") or event.get("edited"))


def _of_message(
    body: Payload, bot_user: str, *, card_ts: str | None, thread_ts: str | None
) -> Arrival:
    event = body["event"]
    return Arrival(
        origin=Origin.MENTION,
        asker=Asker(
            team=event.get("user_team") or event.get("team") or body["team_id"], user=event["user"]
        ),
        key=f"event:{body['event_id']}",
        text=without_mention(event.get("text") or "", bot_user),
        channel=event["channel"],
        card_ts=card_ts,
        thread_ts=thread_ts,
    )


def _asker(body: Payload) -> Asker:
    user = body["user"]
    team = user.get("team_id") or (body.get("team") or {}).get("id") or ""
    return Asker(team=team, user=user["id"], name=user.get("name") or user.get("username") or "")


def _channel_name(name: str | None) -> str | None:
    return None if name is None or name in _NAMELESS else name
