"""Answers at a terminal: tables and colors where one reads, plain lines where a program does."""

import shlex
from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text as RichText

from bot.columns import aligned, full_row
from bot.shown import clean
from bot.signs import TONE
from commands import words
from commands.reply import (
    Actions,
    Code,
    Facts,
    Heading,
    Note,
    Part,
    RackTag,
    Reply,
    Table,
    Text,
    Tone,
)
from engine.marks import Kind, Span, read
from storage.records import Person

_ENTERED = {"environment": " NAME=value", "reason": " --reason TEXT"}  # what a dialog takes
_STYLES = {
    "purple": "magenta",
    "orange": "dark_orange",
    "brown": "orange4",
    "black": "bright_black",
}


def draw(console: Console, reply: Reply) -> None:
    """Print an answer."""
    if reply.rack or reply.title:
        _print(console, _head(reply.rack, reply.title))
    draw_parts(console, reply.parts)


def draw_parts(console: Console, parts: Iterable[Part]) -> None:
    """Print the parts of an answer or a milestone, each on lines of its own."""
    for part in parts:
        match part:
            case Text():
                _print(console, _sign(part.tone), _text(part.text, part.people))
            case Note():
                _print(console, _text(part.text, part.people, style="dim"))
            case Heading():
                _print(console, RichText(clean(part.text), style="bold"))
            case Facts():
                _facts(console, part)
            case Table():
                _table(console, part)
            case Code():
                _print(console, RichText(clean(part.text).strip("\n")))
            case Actions():
                _commands(console, part)


def _print(console: Console, *pieces: RichText) -> None:
    """Print without guessing at numbers and names; a program gets whole lines."""
    whole = RichText.assemble(*pieces)
    console.print(whole, highlight=False, soft_wrap=not console.is_terminal)


def _head(rack: RackTag | None, title: str | None) -> RichText:
    head = RichText()
    if rack:
        color = _STYLES.get(rack.color, rack.color)
        head.append(clean(words.rack(rack)), style=f"bold {color}")
    if rack and title:
        head.append(" · ")
    return head.append_text(_text(title or "", style="bold"))


def _sign(tone: Tone | None) -> RichText:
    return RichText(f"{TONE[tone]} " if tone and tone is not Tone.MUTED else "")


def _text(text: str, people: Sequence[Person] = (), style: str = "") -> RichText:
    drawn = RichText(style=style)
    for span in read(clean(text), people):
        drawn.append(_words(span), style="bold" if span.bold or span.kind is Kind.CODE else "")
    return drawn


def _words(span: Span) -> str:
    if span.person:
        return clean(span.person.name or span.person.user)
    if span.moment:
        return f"{span.moment.astimezone():%d %b %H:%M}"
    if span.kind is Kind.CODE and span.text.startswith("/rack "):
        return f"rackhand {span.text.removeprefix('/rack ')}"
    if span.url:
        return f"{span.text} ({span.url})"
    return span.text


def _facts(console: Console, facts: Facts) -> None:
    width = max((len(name) for name, _ in facts.pairs), default=0)
    for name, value in facts.pairs:
        _print(console, RichText(f"{clean(name):{width}}  ", style="dim"), _text(value))


def _table(console: Console, table: Table) -> None:
    if not table.rows or not table.columns:
        _print(console, _text(table.empty))
        return
    if not console.is_terminal:
        _print(console, RichText(clean("\n".join(aligned(table, widest=200)))))
        return
    drawn = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for name in table.columns:
        drawn.add_column(RichText(clean(name)))
    for row in table.rows:
        drawn.add_row(*(RichText(clean(cell), overflow="fold") for cell in full_row(table, row)))
    console.print(drawn, highlight=False)


def _commands(console: Console, actions: Actions) -> None:
    """Say what one would type instead of pressing each button."""
    for button in actions.buttons:
        typed = f"rackhand {shlex.join(button.words)}{_ENTERED.get(button.opens or '', '')}"
        label = RichText(f"{clean(button.label).rstrip('…')}: ", style="dim")
        _print(console, label, RichText(clean(typed), style="bold"))
