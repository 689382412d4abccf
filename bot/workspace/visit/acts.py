"""What a person can do: say, click, choose, send a modal, use a shortcut, open the app."""

import time
from typing import Any

from bot.workspace.channels import Channel
from bot.workspace.delivery import payloads
from bot.workspace.delivery.answers import Answers
from bot.workspace.delivery.dispatch import Dispatch
from bot.workspace.delivery.envelope import Envelope
from bot.workspace.delivery.events import Events
from bot.workspace.errors import Impossible, SlackError, Undelivered
from bot.workspace.inputs import Placed, entered_value, find_element
from bot.workspace.messages import Json, Message
from bot.workspace.people import SLACKBOT_ID, User
from bot.workspace.responses import ResponseUrl
from bot.workspace.views import View
from bot.workspace.visit.composing import composed, escaped, with_mentions
from bot.workspace.workspace import Workspace

_LONGEST_TYPED = 40_000


class Acts:
    """Acts of one person at a time; each waits until the app took it."""

    def __init__(
        self, workspace: Workspace, dispatch: Dispatch, events: Events, answers: Answers
    ) -> None:
        self._workspace = workspace
        self._dispatch = dispatch
        self._events = events
        self._answers = answers

    async def say(self, user: User, channel: Channel, text: str, thread_ts: str | None) -> Json:
        """Send what was typed: a slash command, or a message."""
        if channel.archived:
            raise Impossible("This channel is archived.")
        if not text.strip():
            raise Impossible("There is nothing to send.")
        if len(text) > _LONGEST_TYPED:
            raise Impossible("Your message is too long.")
        if text.startswith("/"):
            return await self._command(user, channel, text, thread_ts)
        if thread_ts and thread_ts not in channel.messages:
            raise Impossible("That thread is gone.")
        message = self._workspace.post(
            channel, user=user.id, text=composed(self._workspace, text), thread_ts=thread_ts
        )
        self._events.message(channel, message)
        return {"ts": message.ts}

    async def _command(
        self, user: User, channel: Channel, text: str, thread_ts: str | None
    ) -> Json:
        name, _, rest = text.partition(" ")
        declared = self._workspace.app.command(name)
        if declared is None or user.is_stranger:
            self._tell(user, channel, thread_ts, f"{name} is not a valid command.")
            return {}
        if thread_ts:
            self._tell(user, channel, thread_ts, f"{name} is not supported in threads. Sorry!")
            return {}
        said = escaped(rest.strip())
        if declared.should_escape:
            said = with_mentions(self._workspace, said)
        payload = payloads.slash_command(
            self._workspace, user=user, channel=channel, command=name, text=said
        )
        began = time.monotonic()
        try:
            answer = await self._dispatch.send(
                Envelope(kind="slash_commands", payload=payload, takes_answer=True)
            )
        except Undelivered as error:
            self._tell(user, channel, None, f'{name} failed with the error "{error.code}"')
            return {"undelivered": error.code}
        took = time.monotonic() - began
        if answer:
            self._take_answer(user, channel, answer)
        return {"acknowledged_after_seconds": took}

    def _take_answer(self, user: User, channel: Channel, answer: Json) -> None:
        link = ResponseUrl(user=user.id, channel=channel.id, until=0.0)
        try:
            self._answers.take(link, answer)
        except SlackError as error:
            self._tell(user, channel, None, f'The app answered with the error "{error.code}"')

    def _tell(self, user: User, channel: Channel, thread_ts: str | None, text: str) -> None:
        self._workspace.whisper(channel, user.id, text, author=SLACKBOT_ID, thread_ts=thread_ts)

    async def act_on_message(
        self, user: User, channel: Channel, message: Message, act: Json
    ) -> None:
        """Click or choose in a message. Raises ``Impossible``, ``Undelivered``."""
        placed = _find(message.all_blocks, act)
        attachment_id = next(
            (
                part["id"]
                for part in message.attachments
                if placed.block in (part.get("blocks") or ())
            ),
            None,
        )
        action = _enter(placed, act, message.state.setdefault(user.id, {}))
        if _waits(placed, act):
            return
        payload = payloads.message_actions(
            self._workspace,
            user=user,
            channel=channel,
            message=message,
            attachment_id=attachment_id,
            action=action,
        )
        await self._interact(payload)

    async def act_on_view(self, user: User, view: View, act: Json) -> None:
        """Click or choose in a modal or Home. Raises ``Impossible``, ``Undelivered``."""
        placed = _find(view.body["blocks"], act)
        action = _enter(placed, act, view.values)
        self._workspace.changes.touch(user.id)
        if not _waits(placed, act):
            payload = payloads.view_actions(self._workspace, user=user, view=view, action=action)
            await self._interact(payload)

    async def use_shortcut(
        self, user: User, callback_id: str, channel: Channel | None, message: Message | None
    ) -> None:
        """Use a declared shortcut, on a message or anywhere."""
        declared = self._workspace.app.shortcut(callback_id)
        wanted = "message" if message else "global"
        if declared is None or declared.type != wanted or user.is_stranger:
            raise Impossible(f"There is no {wanted} shortcut {callback_id!r}.")
        if channel and message:
            payload = payloads.message_shortcut(
                self._workspace,
                user=user,
                channel=channel,
                message=message,
                callback_id=callback_id,
            )
        else:
            payload = payloads.global_shortcut(self._workspace, user=user, callback_id=callback_id)
        await self._interact(payload)

    async def _interact(self, payload: dict[str, Any]) -> None:
        if not self._workspace.app.settings.interactivity.is_enabled:
            raise Undelivered("interactivity_not_enabled")
        await self._dispatch.send(Envelope(kind="interactive", payload=payload))


def _find(blocks: list[Json], act: Json) -> Placed:
    placed = find_element(blocks, str(act.get("action_id")), act.get("block_id"))
    if placed is None:
        raise Impossible("That button or menu is not there any more.")
    return placed


def _enter(placed: Placed, act: Json, values: dict[str, Json]) -> Json:
    """Note what was entered, and return the action that tells of it."""
    block, element = placed.block["block_id"], placed.element
    action: Json = {
        "action_id": element["action_id"],
        "block_id": block,
        "type": element["type"],
        "action_ts": payloads.action_ts(),
    }
    if element["type"] == "button":
        return action | _some_of(element, "text", "value", "style")
    value = entered_value(element, act.get("value"))
    if placed.keeps_state:
        values.setdefault(block, {})[element["action_id"]] = value
    return action | _some_of(element, "placeholder") | value


def _some_of(element: Json, *names: str) -> Json:
    return {name: element[name] for name in names if name in element}


def _waits(placed: Placed, act: Json) -> bool:
    """Whether an entry is only noted, to be sent along later."""
    silent = placed.block["type"] == "input" and not placed.block.get("dispatch_action")
    return silent or bool(act.get("quiet"))
