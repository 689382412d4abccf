"""Numbers, times and racks as people say them."""

import re
from datetime import datetime, timedelta

from commands.reply import RackTag
from engine.colors import circle
from engine.durations import duration as duration
from engine.errors import UserError
from engine.lookup import shown

_LENGTH = re.compile(r"([0-9]{1,4})([smhd])\Z")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def age(since: datetime, now: datetime) -> str:
    """Say how long ago *since* was, in its largest unit: "just now", "5 min ago", "3 d ago"."""
    seconds = (now - since).total_seconds()
    if seconds < 10:
        return "just now"
    return f"{duration(timedelta(seconds=_floor_to_unit(int(seconds))))} ago"


def count(number: int, one: str, many: str | None = None) -> str:
    """Say a number of things: "1 release", "3 releases", "1,200 requests"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: list[str], joint: str = "and") -> str:
    """Say several things in a row: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def some(words: list[str], limit: int = 8) -> str:
    """Say the first of many things: "a, b and c", or "a, b and 12 more"."""
    if len(words) <= limit:
        return listed(words)
    return f"{', '.join(words[: limit - 1])} and {len(words) - limit + 1} more"


def length_of(text: str, what: str) -> timedelta:
    """Read "10m", "2h" or "1d"; raises ``UserError`` saying that it is not *what*."""
    found = _LENGTH.match(text)
    if found is None:
        raise UserError(
            f"`{shown(text)}` is not {what}.",
            remedy="Write a number and s, m, h or d, as in `10m`.",
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def rack(tag: RackTag) -> str:
    """Say which rack is meant, so that no two can be mixed up: "🔴 production 🔒"."""
    return f"{circle(tag.color)} {tag.name}" + (" 🔒" if tag.protected else "")


def _floor_to_unit(seconds: int) -> int:
    unit = next((unit for unit in (86400, 3600, 60) if seconds >= unit), 1)
    return seconds // unit * unit
