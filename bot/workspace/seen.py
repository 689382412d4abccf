"""What a person sees, as plain records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """The question before a click takes effect."""

    title: str
    text: str
    ok: str
    cancel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """A button, menu or input."""

    label: str
    kind: str  # "button", "static_select", "overflow", "plain_text_input", …
    action_id: str
    block_id: str
    value: str | None
    style: str | None
    url: str | None
    confirm: Confirm | None
    options: tuple[tuple[str, str], ...]  # label and value of each


def _control(controls: tuple[Control, ...], name: str) -> Control | None:
    by_label = (one for one in controls if one.label == name)
    by_action = (one for one in controls if one.action_id == name)
    return next(by_label, None) or next(by_action, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """One message."""

    channel: str
    ts: str
    user: str  # id
    author: str  # name
    from_app: bool
    plain_text: str  # all that is shown, top to bottom
    controls: tuple[Control, ...]
    colors: tuple[str, ...]  # of the attachments' bars
    thread_ts: str | None
    reply_count: int
    broadcast: bool
    edited: bool
    ephemeral: bool
    subtype: str | None
    files: tuple[str, ...]  # titles
    raw: Mapping[str, Any]  # the message object of the Web API

    @property
    def is_reply(self) -> bool:
        """Whether it lives in the thread of another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def control(self, name: str) -> Control | None:
        """Return the control with this label or action id."""
        return _control(self.controls, name)

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels of its buttons, in order."""
        return tuple(one.label for one in self.controls if one.kind == "button")

    def transcript(self, *, indent: str = "") -> str:
        """Return it with time, author and marks, as a line or more of a transcript."""
        at = datetime.fromtimestamp(float(self.ts), UTC)
        marks = " (only you)" if self.ephemeral else ""
        marks += " (edited)" if self.edited else ""
        head = f"{indent}{at:%H:%M:%S}  {self.author}{marks}: "
        hang = "\n" + " " * (len(indent) + 10)
        return head + hang.join(self.plain_text.splitlines() or [""])


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenView:
    """A modal or Home."""

    id: str
    kind: str  # "modal", "home"
    title: str
    submit: str | None
    plain_text: str
    controls: tuple[Control, ...]
    errors: Mapping[str, str]  # by block id
    values: Mapping[str, Any]
    depth: int  # how many modals are stacked
    raw: Mapping[str, Any]

    def control(self, name: str) -> Control | None:
        """Return the control with this label or action id."""
        return _control(self.controls, name)

    @property
    def buttons(self) -> tuple[str, ...]:
        """The labels of its buttons, in order."""
        return tuple(one.label for one in self.controls if one.kind == "button")


def _control_from(shown: Mapping[str, Any]) -> Control:
    confirm = shown["confirm"]
    return Control(
        label=shown["label"],
        kind=shown["kind"],
        action_id=shown["action_id"],
        block_id=shown["block_id"],
        value=shown["value"],
        style=shown["style"],
        url=shown["url"],
        confirm=Confirm(
            title=confirm["title"]["text"],
            text=confirm["text"]["text"],
            ok=confirm["confirm"]["text"],
            cancel=confirm["deny"]["text"],
        )
        if confirm
        else None,
        options=tuple((option["label"], option["value"]) for option in shown["options"]),
    )


def message_from(shown: Mapping[str, Any], name_of: Callable[[str], str]) -> SeenMessage:
    """Read one message of the client API."""
    return SeenMessage(
        channel=shown["channel"],
        ts=shown["ts"],
        user=shown["user"],
        author=name_of(shown["user"]),
        from_app="bot_id" in shown,
        plain_text=shown["plain_text"],
        controls=tuple(_control_from(control) for control in shown["controls"]),
        colors=tuple(part.get("color", "") for part in shown.get("attachments", ())),
        thread_ts=shown.get("thread_ts"),
        reply_count=shown.get("reply_count", 0),
        broadcast=shown["broadcast"],
        edited="edited" in shown,
        ephemeral=shown["ephemeral"],
        subtype=shown.get("subtype"),
        files=tuple(file["title"] for file in shown.get("files", ())),
        raw=shown,
    )


def view_from(shown: Mapping[str, Any]) -> SeenView:
    """Read one view of the client API."""
    return SeenView(
        id=shown["id"],
        kind=shown["type"],
        title=shown["title"]["text"],
        submit=shown["submit"]["text"] if shown["submit"] else None,
        plain_text=shown["plain_text"],
        controls=tuple(_control_from(control) for control in shown["controls"]),
        errors=shown["errors"],
        values=shown["state"]["values"],
        depth=shown["depth"],
        raw=shown,
    )
