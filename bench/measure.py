"""What every benchmark shares: the machine, percentiles, aims, and how a result is shown."""

import argparse
import json
import math
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TextIO

import psutil
from rich.console import Console
from rich.table import Table

Figures = Mapping[str, float]
Better = Literal["lower", "higher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A limit that was asked for, and the value that was measured."""

    what: str
    value: float
    limit: float
    better: Better

    @property
    def met(self) -> bool:
        """Whether the value keeps to the limit; the limit itself does."""
        return self.value <= self.limit if self.better == "lower" else self.value >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One benchmark's outcome: ours and the alternative, measured in the same run.

    The names of the figures hold their units (``ack_p99_ms``). ``ratio`` is ours divided by the
    peer's, for the figures that both have.
    """

    name: str
    ours: Figures
    peer: Figures
    aims: Sequence[Aim] = ()
    peer_is: str = ""  # what the alternative is, where its figures' names do not say it

    @property
    def ratio(self) -> dict[str, float]:
        """Return ours divided by the peer's, without those where the peer's is zero."""
        shared = [name for name in self.ours if self.peer.get(name)]
        return {name: self.ours[name] / self.peer[name] for name in shared}

    def to_plain(self) -> dict[str, object]:
        """Return the object that ``--json`` prints."""
        return {
            "name": self.name,
            "machine": machine(),
            "ours": _rounded(self.ours),
            "peer": _rounded(self.peer),
            "ratio": _rounded(self.ratio),
            "aims": [
                {**asdict(aim), "value": _round(aim.value), "met": aim.met} for aim in self.aims
            ],
            **({"peer_is": self.peer_is} if self.peer_is else {}),
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest of *values* that at least *percent* of them do not exceed.

    Raises ``ValueError`` without values.
    """
    if not values:
        raise ValueError("There is no percentile of nothing.")
    rank = max(1, math.ceil(len(values) * percent / 100))
    return sorted(values)[rank - 1]


def machine() -> dict[str, object]:
    """Say what this ran on, so that figures are only compared with their like."""
    return {
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "processors": len(psutil.Process().cpu_affinity()) if _has_affinity() else os.cpu_count(),
        "memory_mb": psutil.virtual_memory().total // 2**20,
        "python": platform.python_version(),
    }


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser that knows ``--json``; a benchmark adds its own options."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return made


def report(result: Result, *, as_json: bool, output: TextIO = sys.stdout) -> int:
    """Print the result; return the exit code: 0, or 1 where an aim is not met."""
    if as_json:
        print(json.dumps(result.to_plain(), ensure_ascii=False), file=output)
    else:
        _print_tables(result, Console(file=output))
    return 0 if all(aim.met for aim in result.aims) else 1


def _print_tables(result: Result, console: Console) -> None:
    ratio = result.ratio
    figures = Table(title=result.name, title_justify="left")
    for column in ("figure", "ours", "peer", "ratio"):
        figures.add_column(column, justify="left" if column == "figure" else "right")
    for name in dict.fromkeys((*result.ours, *result.peer)):
        cells = (_shown(numbers, name) for numbers in (result.ours, result.peer, ratio))
        figures.add_row(name, *cells)
    console.print(figures)
    if result.peer_is:
        console.print(f"The peer is {result.peer_is}.")
    for aim in result.aims:
        sign = "≤" if aim.better == "lower" else "≥"
        verdict = "met" if aim.met else "NOT met"
        console.print(f"{verdict}: {aim.what} is {_round(aim.value)}, asked {sign} {aim.limit}")
    console.print(" · ".join(f"{name} {value}" for name, value in machine().items()))


def _has_affinity() -> bool:
    return hasattr(psutil.Process, "cpu_affinity")


def _shown(figures: Figures, name: str) -> str:
    return f"{_round(figures[name]):,}" if name in figures else ""


def _rounded(figures: Figures) -> dict[str, float]:
    return {name: _round(value) for name, value in figures.items()}


def _round(value: float) -> float:
    """Keep four significant digits, and all of a larger whole part."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, max(0, 3 - math.floor(math.log10(abs(value)))))
