"""What visitors saw of an app, and what that says of a change made meanwhile."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from bench.processes import process
from bench.visitors import KINDS

RATE = 120.0  # requests a second of each kind: a little over what is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One request's end; seconds of the monotonic clock, which all processes share."""

    at: float
    took_ms: float
    kind: int
    mark: str | None  # of the release that answered; None: a failure

    @property
    def asked_at(self) -> float:
        """When the request left."""
        return self.at - self.took_ms / 1000


@dataclass(slots=True)
class Visits:
    """All that the visitors of a run saw; empty until they have ended."""

    answers: list[Answer] = field(default_factory=list)
    failures: list[tuple[float, int, str]] = field(default_factory=list)

    def between(self, began: float, ended: float) -> "Visits":
        """Return what ended in a stretch of time."""
        return Visits(
            answers=[one for one in self.answers if began <= one.at < ended],
            failures=[one for one in self.failures if began <= one[0] < ended],
        )

    def longest_pause_ms(self, began: float, ended: float) -> float:
        """Return the longest time without a good answer within a stretch of time."""
        good = [one.at for one in self.answers if one.mark is not None and began <= one.at < ended]
        return max(after - before for before, after in pairwise([began, *good, ended])) * 1000

    def rarest_kind_per_second(self, began: float, ended: float) -> float:
        """Return how often the kind that asked least has asked."""
        asked = Counter(one.kind for one in self.between(began, ended).answers)
        return min(asked[kind] for kind in range(len(KINDS))) / (ended - began)

    def seconds_to_live(self, clicked: float, mark: str, until: float) -> float | None:
        """Return how long after a click the release with *mark* has had all requests for itself.

        That is when it first answered and the last request has left that another release has
        answered. None where the release never answered.
        """
        seen = [one for one in self.answers if clicked <= one.at < until and one.mark is not None]
        first = next((one.at for one in seen if one.mark == mark), None)
        if first is None:
            return None
        return max([first, *(one.asked_at for one in seen if one.mark != mark)]) - clicked


@contextmanager
def visited(address: str, port: int, host: str, folder: Path) -> Iterator[Visits]:
    """Let visitors ask while the block runs; what they saw is there once it has ended."""
    visits, output = Visits(), folder / "visits.json"
    words = ["-c", "from bench.visitors import main; main()", "--address", address]
    words += ["--port", str(port), "--host", host, "--rate", str(RATE), "--output", str(output)]
    with process(words, {}, stdout=sys.stderr.fileno()):
        time.sleep(1.0)  # until they have begun
        yield visits
    read = _read(output)
    visits.answers, visits.failures = read.answers, read.failures


def _read(path: Path) -> Visits:
    plain = json.loads(path.read_text(encoding="utf-8"))
    marks = plain["marks"]
    rows = zip(plain["at"], plain["took_ms"], plain["kind"], plain["mark"], strict=True)
    return Visits(
        answers=[
            Answer(at=at, took_ms=took, kind=kind, mark=marks[mark] if mark >= 0 else None)
            for at, took, kind, mark in rows
        ],
        failures=[(at, kind, what) for at, kind, what in plain["failures"]],
    )
