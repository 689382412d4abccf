"""Channels with their members and messages, bounded so that a long demo stays small."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.workspace.messages import Json, Message
from bot.workspace.people import BOT_USER_ID, TEAM_ID

_KEPT_EPHEMERALS = 1000


@dataclass(slots=True, kw_only=True)
class Channel:
    """A public or private channel, or a direct message with the bot."""

    id: str
    name: str
    topic: str = ""
    kind: str = "channel"  # "channel", "group", "im"
    shared: bool = False
    archived: bool = False
    created: int = 0
    kept: int = 5000
    members: list[str] = field(default_factory=list)
    messages: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    ephemerals: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    threads: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Whether only members know that it exists."""
        return self.kind != "channel"

    def has(self, user: str) -> bool:
        """Whether *user* is a member."""
        return user in self.members

    def add(self, message: Message) -> None:
        """Keep a message, and forget the oldest beyond the bound."""
        if message.only_for:
            self.ephemerals[message.ts] = message
            while len(self.ephemerals) > _KEPT_EPHEMERALS:
                self.ephemerals.popitem(last=False)
            return
        self.messages[message.ts] = message
        if message.is_reply and message.thread_ts:
            self.threads.setdefault(message.thread_ts, []).append(message.ts)
        while len(self.messages) > self.kept:
            self._forget(next(iter(self.messages)))

    def remove(self, ts: str) -> None:
        """Delete a message; one with replies leaves a tombstone, as in Slack."""
        message = self.messages[ts]
        if self.threads.get(ts):
            message.text, message.subtype = "This message was deleted.", "tombstone"
            message.blocks, message.attachments, message.files = [], [], []
            message.metadata = None
            message.version += 1
        else:
            self._forget(ts)

    def _forget(self, ts: str) -> None:
        message = self.messages.pop(ts)
        self.threads.pop(ts, None)
        siblings = self.threads.get(message.thread_ts or "")
        if siblings and ts in siblings:
            siblings.remove(ts)
            if parent := self.messages.get(message.thread_ts or ""):
                parent.version += 1

    def find(self, ts: str) -> Message | None:
        """Return the message or ephemeral message with this timestamp."""
        return self.messages.get(ts) or self.ephemerals.get(ts)

    def replies(self, ts: str) -> list[Message]:
        """Return the replies of a thread, oldest first."""
        return [self.messages[reply] for reply in self.threads.get(ts, ())]

    def roots(self) -> Iterator[Message]:
        """Yield what the channel itself shows, newest first: no replies but broadcast ones."""
        for message in reversed(self.messages.values()):
            if not message.is_reply or message.broadcast:
                yield message

    def thread_facts(self, message: Message) -> Json:
        """Return what having replies adds to a message object."""
        replies = self.replies(message.ts)
        if not replies:
            if message.is_reply and (parent := self.messages.get(message.thread_ts or "")):
                return {"parent_user_id": parent.user}
            return {}
        users = list(dict.fromkeys(reply.user for reply in replies))
        return {
            "thread_ts": message.ts,
            "reply_count": len(replies),
            "reply_users_count": len(users),
            "reply_users": users[:5],
            "latest_reply": replies[-1].ts,
        }

    def message_json(self, message: Message, *, with_metadata: bool = False) -> Json:
        """Return the full message object, thread facts included."""
        return message.as_json(with_metadata=with_metadata) | self.thread_facts(message)

    def as_json(self) -> Json:
        """Return the conversation object of the Web API, as the bot sees it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "created": self.created,
            "is_archived": self.archived,
            "is_im": self.kind == "im",
            "is_org_shared": False,
            "context_team_id": TEAM_ID,
        }
        if self.kind == "im":
            other = next((m for m in self.members if m != BOT_USER_ID), BOT_USER_ID)
            return shown | {"user": other, "is_user_deleted": False}
        return shown | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_general": False,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_member": self.has(BOT_USER_ID),
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


class Channels:
    """Every conversation, found by id or name."""

    def __init__(self) -> None:
        self._by_id: dict[str, Channel] = {}

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._by_id.values())

    def add(self, channel: Channel) -> Channel:
        """Keep a new channel and return it."""
        self._by_id[channel.id] = channel
        return channel

    def get(self, channel_id: str) -> Channel | None:
        """Return the channel with exactly this id."""
        return self._by_id.get(channel_id)

    def find(self, name: str) -> Channel | None:
        """Return the channel by id, or by name with or without ``#``."""
        bare = name.removeprefix("#")
        return self._by_id.get(bare) or next(
            (c for c in self._by_id.values() if c.kind != "im" and c.name == bare), None
        )

    def direct(self, users: Iterable[str]) -> Channel | None:
        """Return the direct message between exactly these people."""
        wanted = set(users)
        return next((c for c in self if c.kind == "im" and set(c.members) == wanted), None)
