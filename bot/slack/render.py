"""Answers, cards and milestones as Slack blocks, and as the plain text beside them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bot.shown import clean
from bot.signs import STATE_BAR, TONE, bar
from bot.slack.limits import CARD, FALLBACK, HOME, MESSAGE, VIEW, Block, Surface, cut
from bot.slack.plain import as_plain
from bot.slack.sheet import Sheet
from bot.slack.spans import escape
from commands import words
from commands.reply import (
    Actions,
    CardView,
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
from engine.marks import Span, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A message as the Web API takes it. *whole* is set where the blocks could not hold all."""

    text: str
    blocks: list[Block]
    attachments: list[Block] = field(default_factory=list)
    whole: str | None = None


def draw_reply(reply: Reply, *, tables: bool = True) -> Drawing:
    """Draw an answer. Without *tables* no table block is used, for a Slack that refuses it."""
    surface = MESSAGE if tables else replace(MESSAGE, tables=False)
    sheet = Sheet(surface)
    _head(sheet, reply)
    _body(sheet, _parts(reply))
    whole = as_plain(reply.title, reply.rack, _parts(reply))
    return Drawing(
        text=_fallback(whole), blocks=sheet.blocks(), whole=whole if sheet.is_cut else None
    )


def draw_card(card: CardView) -> Drawing:
    """Draw a card: its rack and title above, the rest beside a bar of the rack's color.

    One that is about several racks has a bar of its own state's color.
    """
    head = Sheet(CARD)
    rack = [*_rack(card.rack), Span(text="\n")] if card.rack else []
    head.text([*rack, Span(text=f"{TONE[card.tone]} "), *_bold(card.title)])
    sheet = Sheet(CARD)
    _body(sheet, card.parts or (Note(text=card.subject),))
    color = bar(card.rack) if card.rack else STATE_BAR[card.tone]
    attachment = {"color": color, "blocks": sheet.blocks()}
    text = as_plain(card.title, card.rack, card.parts, tone=card.tone)
    return Drawing(text=_fallback(text), blocks=head.blocks(), attachments=[attachment])


def draw_milestone(parts: Sequence[Part]) -> Drawing:
    """Draw what is told once in a thread."""
    sheet = Sheet(replace(CARD, tables=True))
    _body(sheet, parts)
    return Drawing(text=_fallback(as_plain(None, None, parts)), blocks=sheet.blocks())


def view_blocks(reply: Reply, surface: Surface = VIEW) -> list[Block]:
    """Draw an answer for a modal or a Home; both refuse table blocks. Never empty."""
    sheet = Sheet(surface)
    _head(sheet, reply)
    _body(sheet, _parts(reply))
    return sheet.blocks()


def draw_home(reply: Reply) -> Block:
    """Draw the view that a person sees when they open the app."""
    return {"type": "home", "blocks": view_blocks(reply, HOME)}


def _parts(reply: Reply) -> tuple[Part, ...]:
    """Return what the answer says: never nothing, so that nobody waits for more."""
    if reply.parts or reply.title:
        return reply.parts
    if reply.follow:
        return (Text(text=f"*{reply.follow}* has begun. Its card tells how it goes."),)
    return (Text(text="That did not work." if reply.failed else "Done."),)


def _head(sheet: Sheet, reply: Reply) -> None:
    rack = _rack(reply.rack) if reply.rack else []
    title = _bold(reply.title) if reply.title else []
    sheet.text([*rack, *([Span(text=" · ")] if rack and title else []), *title])


def _rack(rack: RackTag) -> list[Span]:
    return [Span(text=clean(words.rack(rack)), bold=True)]


def _bold(text: str) -> list[Span]:
    return [replace(span, bold=True) for span in read(clean(text))]


def _body(sheet: Sheet, parts: Iterable[Part]) -> None:
    for part in parts:
        match part:
            case Text():
                sheet.text([*_sign(part.tone), *read(clean(part.text), part.people)])
            case Heading():
                sheet.heading(part.text)
            case Facts():
                sheet.text(_facts(part))
            case Table():
                sheet.table(part)
            case Code():
                sheet.code(part.text)
            case Actions():
                sheet.buttons(part.buttons)
            case Note():
                sheet.note(part.text, part.people)


def _sign(tone: Tone | None) -> list[Span]:
    return [Span(text=f"{TONE[tone]} ")] if tone and tone is not Tone.MUTED else []


def _facts(facts: Facts) -> list[Span]:
    spans: list[Span] = []
    for name, value in facts.pairs:
        if spans:
            spans.append(Span(text="\n"))
        spans += [Span(text=clean(name), bold=True), Span(text="  "), *read(clean(value))]
    return spans


def _fallback(whole: str) -> str:
    """Return the text beside the blocks, without half of an escaped sign at its end."""
    text = escape(cut(whole, FALLBACK))
    while len(text) > FALLBACK:
        whole = whole[: len(whole) * FALLBACK // (len(text) + 1)]
        text = escape(whole) + "…"
    return text or "…"
