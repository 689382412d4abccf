"""The signs of a status and the colors of a rack, the same on every screen."""

from collections.abc import Mapping

from commands.reply import RackTag, Tone

TONE: Mapping[Tone, str] = {
    Tone.GOOD: "✅",
    Tone.BAD: "❌",
    Tone.BUSY: "⏳",
    Tone.WAITING: "✋",
    Tone.MUTED: "⏹️",
}
LOCK = "🔒"

_CIRCLES: Mapping[str, str] = {
    "green": "🟢",
    "red": "🔴",
    "blue": "🔵",
    "yellow": "🟡",
    "purple": "🟣",
    "orange": "🟠",
    "brown": "🟤",
    "white": "⚪",
    "black": "⚫",
}
_BARS: Mapping[str, str] = {
    "green": "#2eb67d",
    "red": "#e01e5a",
    "blue": "#1d76d2",
    "yellow": "#ecb22e",
    "purple": "#7c4dbe",
    "orange": "#e8742c",
    "brown": "#8b5e3c",
    "white": "#dddddd",
    "black": "#1d1c1d",
}


def circle(rack: RackTag) -> str:
    """Return the emoji of the rack's color."""
    return _CIRCLES.get(rack.color, "⚪")


def bar(rack: RackTag) -> str:
    """Return the color of the bar beside what belongs to the rack, as "#rrggbb"."""
    return _BARS.get(rack.color, "#dddddd")


def tag(rack: RackTag) -> str:
    """Return the rack as it is written at the head of everything about it: "🔴 production 🔒"."""
    return f"{circle(rack)} {rack.name}" + (f" {LOCK}" if rack.protected else "")
