"""One call of a Web API method: its arguments, read as strictly as Slack reads them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.workspace.channels import Channel
from bot.workspace.delivery.events import Events
from bot.workspace.delivery.sockets import Sockets
from bot.workspace.errors import SlackError
from bot.workspace.people import BOT_USER_ID
from bot.workspace.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a method has to work with."""

    workspace: Workspace
    events: Events
    sockets: Sockets
    arguments: Mapping[str, Any]

    def text(self, name: str, default: str = "") -> str:
        """Return an argument as text."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, *names: str) -> list[str]:
        """Return arguments that must be there. Raises ``SlackError`` naming what is missing."""
        missing = [name for name in names if not self.text(name)]
        if missing:
            raise SlackError(
                "invalid_arguments",
                messages=[f"[ERROR] missing required field: {name}" for name in missing],
            )
        return [self.text(name) for name in names]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return an argument as a yes or no."""
        value = self.text(name).lower()
        return value in {"true", "1"} if value else default

    def whole(self, name: str, default: int, *, least: int = 1, most: int = 999) -> int:
        """Return an argument as a number within bounds. Raises ``SlackError``."""
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit() or int(value) < least:
            raise SlackError("invalid_limit" if name == "limit" else "invalid_arguments")
        return min(int(value), most)

    def json(self, name: str, fault: str) -> Any:
        """Return a structured argument, decoded where it came as text. None: not given."""
        value = self.arguments.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError as error:
                raise SlackError(fault) from error
        return value

    def need_scope(self, *one_of: str) -> None:
        """Raise ``missing_scope`` unless one of these was granted."""
        granted = self.workspace.app.scopes
        if granted.isdisjoint(one_of):
            raise SlackError(
                "missing_scope", needed=",".join(one_of), provided=",".join(sorted(granted))
            )

    def channel(self, name: str = "channel") -> Channel:
        """Return the channel named by id in an argument. Raises ``SlackError``."""
        (channel_id,) = self.required(name)
        return self.workspace.visible_channel(channel_id)

    def joined_channel(self, name: str = "channel") -> Channel:
        """Return a channel that the bot is a member of. Raises ``SlackError``."""
        channel = self.channel(name)
        if not channel.has(BOT_USER_ID):
            raise SlackError("not_in_channel")
        return channel

    def scope_of(self, channel: Channel, verb: str) -> None:
        """Demand the scope that *verb* (``read``, ``history``) needs for this kind of channel."""
        kinds = {"channel": "channels", "group": "groups", "im": "im"}
        self.need_scope(f"{kinds[channel.kind]}:{verb}")


def page(items: Sequence[Any], *, limit: int, cursor: str) -> tuple[list[Any], str]:
    """Cut one page out of *items* and return it with the cursor of the next, or ``""``."""
    start = 0
    if cursor:
        if not cursor.startswith("next:") or not cursor[5:].isdigit():
            raise SlackError("invalid_cursor")
        start = int(cursor[5:])
    after = start + limit
    return list(items[start:after]), (f"next:{after}" if after < len(items) else "")
