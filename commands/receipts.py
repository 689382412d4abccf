"""Receipts and hooks of promotions, as people read them."""

from commands import words
from commands.reply import Table
from engine import receipt
from engine.durations import of_seconds
from engine.receipt import Figures, Receipt
from storage.records import HookResult, Promotion


def in_short(promotion: Promotion) -> str:
    """Say a receipt in a cell: "12,480 · 0 failed"; a dash where there is none."""
    found = receipt.of(promotion)
    return f"{found.requests:,} · {found.failed:,} failed" if found else "–"


def spans(found: Receipt) -> Table:
    """List what was served before, during and after the switch, and by whom."""
    rows = (
        ("before", found.before),
        ("during the move", found.during),
        ("after it", found.after),
        ("by the old processes", found.old),
        ("by the new processes", found.new),
    )
    return Table(
        columns=("SERVED", "REQUESTS", "FAILED", "P50", "P95"),
        rows=tuple((name, *_cells(figures)) for name, figures in rows),
    )


def side(figures: Figures) -> str:
    """Say one side of a canary: "1,204 requests, 3 failed, p95 41 ms"."""
    said = f"{words.count(figures.requests, 'request')}, {figures.failed:,} failed"
    return f"{said}, p95 {figures.p95_ms} ms" if figures.p95_ms is not None else said


def hook_line(result: HookResult) -> str:
    """Say how a hook ended."""
    how = {0: "ended well", None: "was stopped at its deadline"}.get(
        result.exit_code, f"exited with code {result.exit_code}"
    )
    return f"`{result.hook}` of `{result.service}` {how} after {of_seconds(result.seconds)}"


def _cells(figures: Figures) -> tuple[str, ...]:
    return (
        f"{figures.requests:,}",
        f"{figures.failed:,}",
        _milliseconds(figures.p50_ms),
        _milliseconds(figures.p95_ms),
    )


def _milliseconds(value: int | None) -> str:
    return "–" if value is None else f"{value} ms"
