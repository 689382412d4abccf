"""A sheet of blocks that never grows beyond what its surface takes."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.shown import clean
from bot.slack.buttons import button, plain_text
from bot.slack.limits import (
    BUTTONS,
    HEADER,
    TABLE_CHARACTERS,
    TEXT,
    Block,
    Surface,
    cut,
    last_lines,
    length,
)
from bot.slack.spans import rich, shorten, small_print
from bot.slack.tables import is_narrow, lines, stacked, table_block
from commands.reply import Button, Table
from engine.marks import Span, read
from storage.records import Person


class Sheet:
    """Takes parts until it is full, then says where the rest is."""

    def __init__(self, surface: Surface) -> None:
        self.is_cut = False  # something did not fit
        self._surface = surface
        self._blocks: list[Block] = []
        self._characters = surface.characters
        self._bytes = surface.size
        self._buttons = 0
        self._has_table = not surface.tables

    def text(self, spans: Sequence[Span]) -> None:
        """Add a paragraph."""
        fitting = shorten(spans, min(TEXT, self._characters))
        self.is_cut |= fitting != tuple(spans)
        if elements := rich(fitting):
            self._add(_rich_text("rich_text_section", elements))

    def heading(self, text: str) -> None:
        """Add the title of what follows."""
        if not self._surface.headers:
            self.text([Span(text=clean(text), bold=True)])
            return
        if self._blocks:
            self._add({"type": "divider"})
        self._add({"type": "header", "text": plain_text(text, HEADER)})

    def code(self, text: str) -> None:
        """Add preformatted lines; of too many the last are kept, for there the cause stands."""
        text = clean(text).strip("\n")
        if not text.strip():
            return
        room = min(TEXT, self._characters) - 60
        if length(text) > room:
            self.is_cut = True
            kept, left_out = last_lines(text, max(0, room))
            text = f"… {left_out} earlier lines are not shown\n{kept}" if left_out else kept
        self._preformatted(text)

    def table(self, table: Table) -> None:
        """Add a listing, in the form that the surface and its size allow."""
        if not table.rows or not table.columns:
            self.text(read(clean(table.empty)))
            return
        block = (
            None if self._has_table else table_block(table, min(self._characters, TABLE_CHARACTERS))
        )
        if block:
            self._has_table = True
            self._add(block)
        elif self._surface.tables or is_narrow(table):
            self._aligned(table)
        else:
            self.text([span for row in table.rows for span in stacked(table, row)])

    def buttons(self, buttons: Iterable[Button]) -> None:
        """Add buttons side by side. One that Slack cannot carry is named instead."""
        elements: list[Block] = []
        for one in buttons:
            element = button(one, self._buttons)
            self._buttons += 1
            if element:
                elements.append(element)
            else:
                self.note(f"“{cut(one.label, 75)}” is too long for a button. Type it instead.")
        for start in range(0, len(elements), BUTTONS):
            self._add({"type": "actions", "elements": elements[start : start + BUTTONS]})

    def note(self, text: str, people: Sequence[Person] = ()) -> None:
        """Add small print."""
        elements = small_print(text, people)
        if elements:
            self._add({"type": "context", "elements": elements})

    def blocks(self) -> list[Block]:
        """Return what was taken, with a word at the end where something was not; never empty."""
        if self.is_cut:
            return [
                *self._blocks,
                _said(f"There is more than fits here. {self._surface.rest}".strip()),
            ]
        return self._blocks or [_said("There is nothing to show.")]

    def _aligned(self, table: Table) -> None:
        chunk: list[str] = []
        for line in lines(table):
            if sum(length(one) + 1 for one in chunk) + length(line) > TEXT:
                self._preformatted("\n".join(chunk))
                chunk = []
            chunk.append(cut(line, TEXT))
        self._preformatted("\n".join(chunk))

    def _preformatted(self, text: str) -> None:
        elements = [{"type": "text", "text": text}]
        if text.strip():
            self._add(_rich_text("rich_text_preformatted", elements))

    def _add(self, block: Block) -> None:
        characters, size = _characters(block), len(json.dumps(block))
        is_full = len(self._blocks) >= self._surface.blocks
        if is_full or characters > self._characters or size > self._bytes:
            self.is_cut = True
            return
        self._characters -= characters
        self._bytes -= size
        self._blocks.append(block)


def _characters(value: Any) -> int:
    """Count the letters of all texts in a block, as Slack does for the whole message."""
    if isinstance(value, list):
        return sum(map(_characters, value))
    if not isinstance(value, dict):
        return 0
    own = length(value["text"]) if isinstance(value.get("text"), str) else 0
    return own + sum(map(_characters, value.values()))


def _said(text: str) -> Block:
    return {"type": "context", "elements": small_print(text)}


def _rich_text(kind: str, elements: list[Block]) -> Block:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": elements}]}
