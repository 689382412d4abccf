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

STATE_BAR: Mapping[Tone, str] = {
    Tone.GOOD: _BARS["green"],
    Tone.BAD: _BARS["red"],
    Tone.BUSY: _BARS["blue"],
    Tone.WAITING: _BARS["yellow"],
    Tone.MUTED: _BARS["white"],
}


def bar(rack: RackTag) -> str:
    """Return the color of the bar beside what belongs to the rack, as "#rrggbb"."""
    return _BARS.get(rack.color, "#dddddd")
