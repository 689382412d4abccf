"""A person in the workspace, for tests and the played demo: does what the page does."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from bot.workspace.seen import Control, SeenMessage, SeenView, message_from, view_from

_TIMEOUT_SECONDS = 60.0
_LONGEST_WAIT_SECONDS = 20.0

Seen = TypeVar("Seen")


class Refused(Exception):
    """The workspace did not do it: the thing is gone, or was never there."""


class NotAnswered(Exception):
    """The app did not take a click, a shortcut or a modal in time; the text is Slack's code."""


class Visitor:
    """Acts as one person. Calls block; use one Visitor a thread."""

    def __init__(self, url: str, user: str = "ada", channel: str = "deploys") -> None:
        """*url* is that of the page; *user* a handle or id; *channel* where ``say`` goes."""
        self.user = user
        self.channel = channel
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close kept connections."""
        self._client.close()

    def _ask(self, verb: str, **facts: Any) -> dict[str, Any]:
        response = self._client.post(f"client/{verb}", json={"user": self.user} | facts)
        answer: dict[str, Any] = response.json()
        if answer.get("ok"):
            return answer
        if answer.get("undelivered"):
            raise NotAnswered(answer["error"])
        raise Refused(answer["error"])

    def say(self, text: str, channel: str | None = None, thread_ts: str | None = None) -> str:
        """Type *text* and send it; return the message's ts (``""`` for a slash command).

        A slash command returns once the app acknowledged it, or the failure is shown.
        """
        answer = self._ask("say", channel=channel or self.channel, text=text, thread_ts=thread_ts)
        return str(answer.get("ts", ""))

    def time_command(self, text: str, channel: str | None = None) -> float:
        """Send a slash command and return how many seconds its acknowledgement took.

        Raises ``NotAnswered`` where there was none.
        """
        answer = self._ask("say", channel=channel or self.channel, text=text)
        if "acknowledged_after_seconds" not in answer:
            raise NotAnswered(str(answer.get("undelivered", "not a command")))
        return float(answer["acknowledged_after_seconds"])

    def messages(self, channel: str | None = None) -> tuple[SeenMessage, ...]:
        """Return what the channel shows, oldest first, with what only this person sees."""
        return self._messages("history", channel)

    def thread(self, ts: str, channel: str | None = None) -> tuple[SeenMessage, ...]:
        """Return a thread, its parent first; nothing where the parent is gone."""
        return self._messages("thread", channel, ts=ts)

    def ephemerals(self, channel: str | None = None) -> tuple[SeenMessage, ...]:
        """Return what only this person sees in the channel and its threads."""
        return self._messages("whispers", channel)

    def _messages(self, verb: str, channel: str | None, **facts: Any) -> tuple[SeenMessage, ...]:
        answer = self._ask(verb, channel=channel or self.channel, **facts)
        return tuple(message_from(message, self._name) for message in answer["messages"])

    def _name(self, user_id: str) -> str:
        return self._people().get(user_id, user_id)

    def _people(self) -> Mapping[str, str]:
        if not hasattr(self, "_names"):
            people = self._ask("state")["people"]
            self._names = {person["id"]: person["name"] for person in people}
        return self._names

    def click(
        self,
        target: SeenMessage | SeenView,
        name: str,
        *,
        value: str | Sequence[str] | None = None,
        confirm: bool = True,
    ) -> Control:
        """Press the button, or choose *value* in the menu, with this label or action id.

        Where a dialog asks to confirm, *confirm* is the answer; nothing is sent on a no. Returns
        the control. Raises ``Refused`` where there is none, ``NotAnswered`` without an
        acknowledgement. An old *target* is fine: it is pressed as it was seen.
        """
        control = target.control(name)
        if control is None:
            labels = ", ".join(repr(one.label) for one in target.controls) or "nothing to press"
            raise Refused(f"There is no {name!r} here, but {labels}.")
        if control.confirm and not confirm:
            return control
        place = (
            {"view_id": target.id}
            if isinstance(target, SeenView)
            else {"channel": target.channel, "ts": target.ts}
        )
        chosen = list(value) if isinstance(value, (list, tuple)) else value
        self._ask(
            "act", action_id=control.action_id, block_id=control.block_id, value=chosen, **place
        )
        return control

    def shortcut(self, callback_id: str, message: SeenMessage | None = None) -> None:
        """Use a message shortcut on *message*, or a global one without."""
        place = {"channel": message.channel, "ts": message.ts} if message else {}
        self._ask("shortcut", callback_id=callback_id, **place)

    def open_home(self) -> None:
        """Open the app's Home; the app is told, and may publish anew."""
        self._ask("home", tab="home")

    def home(self) -> SeenView | None:
        """Return what is published for this person."""
        found = self._ask("views")["home"]
        return view_from(found) if found else None

    def modal(self) -> SeenView | None:
        """Return the modal on top."""
        found = self._ask("views")["modal"]
        return view_from(found) if found else None

    def submit(self, values: Mapping[str, Any] | None = None) -> Mapping[str, str]:
        """Fill in the open modal by label, block id or action id, and send it.

        Returns the errors by block id; an empty mapping says that it was taken.
        """
        modal = self._open_modal()
        answer = self._ask("submit", view_id=modal.id, values=dict(values or {}))
        errors: dict[str, str] = answer["errors"]
        return errors

    def close_modal(self, *, all_of_them: bool = False) -> None:
        """Dismiss the modal on top, or the whole stack."""
        self._ask("close", view_id=self._open_modal().id, all=all_of_them)

    def _open_modal(self) -> SeenView:
        modal = self.modal()
        if modal is None:
            raise Refused("No dialog is open.")
        return modal

    def make_channel(self, name: str, *, private: bool = False) -> str:
        """Make a channel without the bot and return its id."""
        return str(self._ask("make_channel", name=name, private=private)["channel"])

    def invite(self, who: str, channel: str | None = None) -> None:
        """Bring somebody, or the bot, into a channel."""
        self._ask("invite", channel=channel or self.channel, who=who)

    def file_text(self, message: SeenMessage) -> str:
        """Return the content of the message's first file."""
        return self.file_bytes(message).decode("utf-8")

    def file_bytes(self, message: SeenMessage) -> bytes:
        """Return the content of the message's first file as it is."""
        return self._client.get(message.raw["files"][0]["url_private"]).content

    def wait_for(self, look: Callable[[], Seen | None], timeout_seconds: float = 10.0) -> Seen:
        """Return what *look* returns once that is truthy, looking again at each change.

        Raises ``TimeoutError`` with what the channel shows by then.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            since = int(self._ask("wait", since=0, seconds=0)["sequence"])
            if found := look():
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                shown = "\n".join(message.transcript() for message in self.messages())
                raise TimeoutError(f"Not seen in {timeout_seconds} s. The channel shows:\n{shown}")
            # what *look* waits for may lie outside the workspace, so look at least every second
            self._ask("wait", since=since, seconds=min(left, 1.0))

    def wait_for_message(
        self,
        matches: Callable[[SeenMessage], bool] | str,
        *,
        channel: str | None = None,
        thread_ts: str | None = None,
        timeout_seconds: float = 10.0,
    ) -> SeenMessage:
        """Return the newest message that *matches* (a text: contains it), waiting for it."""

        def look() -> SeenMessage | None:
            seen = self.thread(thread_ts, channel) if thread_ts else self.messages(channel)
            for message in reversed(seen):
                if matches in message.plain_text if isinstance(matches, str) else matches(message):
                    return message
            return None

        return self.wait_for(look, timeout_seconds)

    def transcript(self, channel: str | None = None) -> str:
        """Return the whole channel as this person reads it, threads below their parents."""
        lines: list[str] = []
        for message in self.messages(channel):
            lines.append(message.transcript())
            if message.reply_count and not message.is_reply:
                replies = self.thread(message.ts, channel)[1:]
                lines += [reply.transcript(indent="    └ ") for reply in replies]
        return "\n".join(lines)
