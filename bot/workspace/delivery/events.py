"""The Events API: who is told of what, and telling again when nobody answers."""

import asyncio
import time
from typing import Any

from bot.workspace.channels import Channel
from bot.workspace.delivery.envelope import Envelope, Transport
from bot.workspace.errors import Undelivered
from bot.workspace.ids import slack_id
from bot.workspace.messages import Json, Message
from bot.workspace.people import APP_ID, BOT_USER_ID, TEAM_ID
from bot.workspace.workspace import Workspace

_WAITS = (0.0, 60.0, 300.0)  # seconds before each further attempt
_REASONS = {"operation_timeout": "timeout", "connection_failed": "connection_failed"}


class Events:
    """Delivers events that the app is subscribed to, at least once."""

    def __init__(self, workspace: Workspace, transport: Transport) -> None:
        self._workspace = workspace
        self._transport = transport
        self._running: set[asyncio.Task[None]] = set()

    def publish(self, subscription: str, event: Json, channel: Channel | None = None) -> None:
        """Deliver *event* in the background, if the app is subscribed to *subscription*."""
        if subscription not in self._workspace.app.events:
            return
        payload = self._callback(event, shared=channel is not None and channel.shared)
        task = asyncio.get_running_loop().create_task(self._deliver(payload))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _deliver(self, payload: dict[str, Any]) -> None:
        reason = ""
        for attempt in range(len(_WAITS) + 1):
            if attempt:
                await asyncio.sleep(_WAITS[attempt - 1] * self._workspace.settings.retry_factor)
            try:
                await self._transport.send(
                    Envelope(
                        kind="events_api",
                        payload=payload,
                        retry_attempt=attempt,
                        retry_reason=reason,
                    )
                )
            except Undelivered as error:
                reason = _REASONS.get(error.code, "error")
            else:
                return

    async def close(self) -> None:
        """Give up whatever is still being delivered."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _callback(self, event: Json, *, shared: bool) -> dict[str, Any]:
        return {
            "token": "local-verification-token",
            "team_id": TEAM_ID,
            "context_team_id": TEAM_ID,
            "context_enterprise_id": None,
            "api_app_id": APP_ID,
            "event": event,
            "type": "event_callback",
            "event_id": slack_id("Ev"),
            "event_time": int(time.time()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": TEAM_ID,
                    "user_id": BOT_USER_ID,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": shared,
            "event_context": slack_id("4-"),
        }

    def message(self, channel: Channel, message: Message) -> None:
        """Tell of a new message, and of a mention of the bot in it."""
        if not channel.has(BOT_USER_ID) or message.only_for:
            return
        place = {"channel": channel.id, "event_ts": message.ts}
        shown = channel.message_json(message) | place
        mention = f"<@{BOT_USER_ID}>" in message.text and not message.from_app
        if mention and channel.kind != "im":
            self.publish("app_mention", shown | {"type": "app_mention"}, channel)
        kind = {"channel_type": channel.kind}
        self.publish(_subscription(channel), shown | kind, channel)

    def changed(self, channel: Channel, message: Message, before: Json) -> None:
        """Tell of an edited message."""
        after = channel.message_json(message)
        self._about(channel, "message_changed", {"message": after, "previous_message": before})

    def deleted(self, channel: Channel, message: Message) -> None:
        """Tell of a removed message."""
        facts = {"deleted_ts": message.ts, "previous_message": message.as_json()}
        self._about(channel, "message_deleted", facts)

    def _about(self, channel: Channel, subtype: str, facts: Json) -> None:
        if channel.has(BOT_USER_ID):
            ts = self._workspace.timestamps.next()
            event = {
                "type": "message",
                "subtype": subtype,
                "hidden": True,
                "channel": channel.id,
                "channel_type": channel.kind,
                "ts": ts,
                "event_ts": ts,
            }
            self.publish(_subscription(channel), event | facts, channel)

    def join(self, channel: Channel, user: str) -> None:
        """Make *user* a member and tell of it; a repeat changes nothing."""
        if channel.has(user):
            return
        channel.members.append(user)
        name = f"<@{user}>"
        self._workspace.post(
            channel, user=user, text=f"{name} has joined the channel", subtype="channel_join"
        )
        event = {
            "type": "member_joined_channel",
            "user": user,
            "channel": channel.id,
            "channel_type": "C" if channel.kind == "channel" else "G",
            "team": TEAM_ID,
            "event_ts": self._workspace.timestamps.next(),
        }
        if channel.has(BOT_USER_ID):
            self.publish("member_joined_channel", event, channel)

    def leave(self, channel: Channel, user: str) -> None:
        """Take *user* out; where it is the bot, the app is told that it left."""
        if not channel.has(user):
            return
        channel.members.remove(user)
        self._workspace.changes.touch(channel.id)
        if user == BOT_USER_ID:
            kind = "channel_left" if channel.kind == "channel" else "group_left"
            ts = self._workspace.timestamps.next()
            self.publish(kind, {"type": kind, "channel": channel.id, "event_ts": ts}, channel)

    def archive(self, channel: Channel) -> None:
        """Archive a channel and tell of it."""
        channel.archived = True
        self._workspace.changes.touch(channel.id)
        ts = self._workspace.timestamps.next()
        event = {"type": "channel_archive", "channel": channel.id, "event_ts": ts}
        self.publish("channel_archive", event, channel)

    def home_opened(self, user: str, tab: str) -> None:
        """Tell that somebody opened the app."""
        event: Json = {
            "type": "app_home_opened",
            "user": user,
            "channel": self._workspace.direct_channel(user).id,
            "tab": tab,
            "event_ts": self._workspace.timestamps.next(),
        }
        if tab == "home" and (view := self._workspace.views.home(user)):
            event["view"] = view.as_json()
        self.publish("app_home_opened", event)


def _subscription(channel: Channel) -> str:
    return {"channel": "message.channels", "group": "message.groups", "im": "message.im"}[
        channel.kind
    ]
