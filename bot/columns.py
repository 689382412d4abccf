"""Listings as aligned text, for files, code blocks and screens without tables."""

from rich.cells import cell_len, set_cell_size

from commands.reply import Table

_GAP = "  "


def aligned(table: Table, *, widest: int = 60) -> list[str]:
    """Return the head and the rows as lines; cells wider than *widest* columns are cut."""
    rows = [table.columns, *(full_row(table, row) for row in table.rows)]
    shown = [[_one_line(cell, widest) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    return [_GAP.join(map(set_cell_size, row, widths)).rstrip() for row in shown]


def full_row(table: Table, row: tuple[str, ...]) -> tuple[str, ...]:
    """Return *row* with exactly as many cells as the table has columns."""
    missing = len(table.columns) - len(row)
    return row + ("",) * missing if missing >= 0 else row[: len(table.columns)]


def _one_line(text: str, widest: int) -> str:
    line = " ".join(text.split())[: widest + 1]  # measuring more of it would only take time
    return line if cell_len(line) <= widest else set_cell_size(line, widest - 1) + "…"
