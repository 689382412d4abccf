"""Answers as plain text: what a notification shows and what a file holds."""

from collections.abc import Iterable

from bot.columns import aligned
from bot.shown import clean
from bot.signs import TONE
from bot.slack.spans import plain
from commands import words
from commands.reply import Actions, Code, Facts, Heading, Note, Part, RackTag, Table, Text, Tone
from engine.marks import read


def as_plain(
    title: str | None,
    rack: RackTag | None,
    parts: Iterable[Part],
    *,
    tone: Tone | None = None,
) -> str:
    """Return the whole of an answer or card, without its buttons, as one would read it out."""
    head = " · ".join(
        piece
        for piece in (words.rack(rack) if rack else "", plain(read(title)) if title else "")
        if piece
    )
    sign = f"{TONE[tone]} " if tone and head else ""
    bodies = [_part(part) for part in parts if not isinstance(part, Actions)]
    return clean("\n".join(line for line in (sign + head, *bodies) if line))


def _part(part: Part) -> str:
    match part:
        case Text():
            sign = f"{TONE[part.tone]} " if part.tone and part.tone is not Tone.MUTED else ""
            return sign + plain(read(part.text, part.people))
        case Note():
            return plain(read(part.text, part.people))
        case Heading():
            return part.text
        case Facts():
            return "\n".join(f"{name}: {plain(read(value))}" for name, value in part.pairs)
        case Table():
            return "\n".join(aligned(part, widest=200)) if part.rows else part.empty
        case Code():
            return part.text
        case Actions():
            return ""
