"""Listings: a table block where Slack takes one, else what reads well without it.

A table block scrolls sideways on a phone and keeps its columns. Aligned text wraps there into a
mess as soon as it is wider than the screen, so a view, which takes no table, gets aligned text
only where that is narrow, and else one line a row.
"""

import re

from bot.columns import aligned, full_row
from bot.shown import clean
from bot.slack.limits import TABLE_COLUMNS, TABLE_ROWS, Block, length
from commands.reply import Table
from engine.marks import Span

PHONE_COLUMNS = 35  # of monospaced text on a phone held upright

_EMPTY = "–"
_NUMBER = re.compile(r"[0-9][0-9,.]*%?")
_WRAPS_FROM = 30  # characters


def table_block(table: Table, room: int) -> Block | None:
    """Return the table block, or None where the listing is larger than Slack or *room* takes."""
    rows = [table.columns, *(full_row(table, row) for row in table.rows)]
    if len(rows) > TABLE_ROWS or not 0 < len(table.columns) <= TABLE_COLUMNS:
        return None
    if sum(max(1, length(cell)) for row in rows for cell in row) > room:
        return None
    columns = list(zip(*rows[1:], strict=True))
    return {
        "type": "table",
        "column_settings": [_setting(column) for column in columns],
        "rows": [[_cell(cell) for cell in row] for row in rows],
    }


def lines(table: Table) -> list[str]:
    """Return the listing as aligned text, its head first."""
    return aligned(table)


def is_narrow(table: Table) -> bool:
    """Whether the aligned text can be read on a phone."""
    return max(map(length, lines(table))) <= PHONE_COLUMNS


def stacked(table: Table, row: tuple[str, ...]) -> tuple[Span, ...]:
    """Return one row as a line: its first cell in bold, the others after it."""
    first, *others = (clean(cell).strip() for cell in full_row(table, row))
    rest = "".join(f" · {cell}" for cell in others if cell)
    return (Span(text=first or _EMPTY, bold=True), Span(text=f"{rest}\n"))


def _cell(cell: str) -> Block:
    return {"type": "raw_text", "text": clean(cell).strip() or _EMPTY}


def _setting(column: tuple[str, ...]) -> Block:
    is_number = all(_NUMBER.fullmatch(text) for text in column)
    is_long = max(map(length, column)) > _WRAPS_FROM
    return {"align": "right" if is_number else "left", "is_wrapped": is_long}
