"""The colors that racks have, as signs that no two racks can be mixed up by."""

from collections.abc import Mapping

CIRCLES: Mapping[str, str] = {
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


def circle(color: str) -> str:
    """Return the sign of a color."""
    return CIRCLES.get(color, "⚪")
