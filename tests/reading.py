"""Replies and threads as people read them."""

from collections.abc import Sequence

from commands.reply import Actions, Button, Code, Note, Reply, Text
from engine.marks import read
from storage.records import Person


def as_read(text: str, people: Sequence[Person] = ()) -> str:
    """A text without its marks, names filled in."""
    return "".join(span.person.name if span.person else span.text for span in read(text, people))


def text_of(reply: Reply) -> str:
    """All words of a reply, one part a line."""
    lines = [reply.title or ""]
    for part in reply.parts:
        match part:
            case Text() | Note():
                lines.append(as_read(part.text, part.people))
            case Code():
                lines.append(part.text)
            case Actions():
                lines.append(" ".join(f"[{button.label}]" for button in part.buttons))
            case _:
                lines.append(repr(part))
    return "\n".join(line for line in lines if line)


def buttons_of(parts: tuple[object, ...]) -> list[Button]:
    """All buttons of a reply or card."""
    return [button for part in parts if isinstance(part, Actions) for button in part.buttons]
