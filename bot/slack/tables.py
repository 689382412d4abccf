"""Listings: a table block where Slack takes one, else what reads well without it.

A table block scrolls sideways on a phone and keeps its columns. Aligned text wraps there into a
mess as soon as it is wider than the screen, so a view, which takes no table, gets aligned text
only where that is narrow, and else one line a row.
"""

import re

from bot.columns import aligned, full_row
from bot.slack.limits import (
    TABLE_COLUMNS,
    TABLE_ROWS,
    Block,
    clean,
    length,
)
from bot.slack.spans import plain, rich
from commands.reply import Table
from engine.marks import Kind, Span, read

PHONE_COLUMNS = 35  # of monospaced text on a phone held upright

_EMPTY = "–"
_NUMBER = re.compile(r"[0-9][0-9,.]*%?")
_WRAPS_FROM = 30  # characters


def table_block(table: Table, room: int) -> Block | None:
    """Return the table block, or None where the listing is larger than Slack or *room* takes."""
    rows = [table.columns, *(full_row(table, row) for row in table.rows)]
    if len(rows) > TABLE_ROWS or not 0 < len(table.columns) <= TABLE_COLUMNS:
        return None
    if sum(max(1, length(show(cell))) for row in rows for cell in row) > room:
        return None
    columns = list(zip(*rows[1:], strict=True))
    return {
        "type": "table",
        "column_settings": [_setting(column) for column in columns],
        "rows": [[_cell(cell) for cell in row] for row in rows],
    }


def lines(table: Table) -> list[str]:
    """Return the listing as aligned text, its head first."""
    return aligned(table, show)


def is_narrow(table: Table) -> bool:
    """Whether the aligned text can be read on a phone."""
    return max(map(length, lines(table))) <= PHONE_COLUMNS


def stacked(table: Table, row: tuple[str, ...]) -> tuple[Span, ...]:
    """Return one row as a line: its first cell in bold, the others after it."""
    first, *others = full_row(table, row)
    spans = [Span(text=show(first) or _EMPTY, bold=True)]
    for cell in others:
        if show(cell):
            spans += [Span(text=" · "), *read(clean(cell))]
    return (*spans, Span(text="\n"))


def show(cell: str) -> str:
    """Return a cell's text without marks."""
    return plain(read(clean(cell))).strip()


def _cell(cell: str) -> Block:
    spans = read(clean(cell))
    if not show(cell):
        return {"type": "raw_text", "text": _EMPTY}
    if all(span.kind is Kind.WORDS and not span.bold for span in spans):
        return {"type": "raw_text", "text": show(cell)}
    section = {"type": "rich_text_section", "elements": rich(spans)}
    return {"type": "rich_text", "elements": [section]}


def _setting(column: tuple[str, ...]) -> Block:
    texts = [show(cell) for cell in column]
    is_number = all(_NUMBER.fullmatch(text) for text in texts)
    is_long = max(map(length, texts)) > _WRAPS_FROM
    return {"align": "right" if is_number else "left", "is_wrapped": is_long}
