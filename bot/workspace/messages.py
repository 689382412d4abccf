"""One message as the workspace keeps it."""

from dataclasses import dataclass, field
from typing import Any

from bot.workspace.people import APP_ID, BOT_ID, BOT_USER_ID, TEAM_ID

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Message:
    """A message; it changes in place when edited, and *version* grows so that views notice."""

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    broadcast: bool = False
    subtype: str | None = None
    only_for: str | None = None  # the one person who sees an ephemeral message
    edited_ts: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    state: dict[str, Json] = field(default_factory=dict)  # what each person chose in its inputs
    version: int = 0

    @property
    def from_app(self) -> bool:
        """Whether the bot wrote it."""
        return self.user == BOT_USER_ID

    @property
    def is_reply(self) -> bool:
        """Whether it lives in a thread of another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def all_blocks(self) -> list[Json]:
        """Its blocks, and those of its attachments, in the order shown."""
        attached = (block for part in self.attachments for block in part.get("blocks") or ())
        return [*self.blocks, *attached]

    def as_json(self, *, with_metadata: bool = False) -> Json:
        """Return the message object of the Web API, without what its thread adds."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        shown["team"] = TEAM_ID
        if self.subtype:
            shown["subtype"] = self.subtype
        elif self.broadcast:
            shown["subtype"] = "thread_broadcast"
        if self.from_app:
            shown |= {"bot_id": BOT_ID, "app_id": APP_ID}
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
        for name in ("blocks", "attachments", "files"):
            if value := getattr(self, name):
                shown[name] = value
        if self.edited_ts:
            shown["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.reactions:
            shown["reactions"] = [
                {"name": name, "users": users, "count": len(users)}
                for name, users in self.reactions.items()
            ]
        if with_metadata and self.metadata:
            shown["metadata"] = self.metadata
        return shown
