"""Reads the router's log of requests into seconds, told apart by who answered. Pure.

A line is what ``configuration.REQUESTS_FORMAT`` says, and lines come in the order in which the
requests ended, but for a few milliseconds between HAProxy's threads.
"""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache

from storage.records import Sample, Served

MOMENT_LENGTH = 13  # of milliseconds since 1970, until the year 2286
SECOND_LENGTH = 10  # of the seconds in it
MILLISECONDS = 3  # digits that follow
TOLD = MILLISECONDS + 1  # where the rest begins
DISORDER_MILLISECONDS = 1000
SWITCHED = "101"  # to another protocol, as WebSocket is: lasts as long as somebody likes
BY_CLIENT = frozenset("Cc")  # the client broke off or fell silent
BY_ADMIN = frozenset("KD")  # we cut it, or the process was found to be down
BROKEN_OFF = frozenset("SsPIRUKD")  # the process, or the router for it


class Side(Enum):
    """Who was asked."""

    OLD = "old"
    NEW = "new"
    NOBODY = "nobody"  # there was no process to ask


Attribute = Callable[[str, str], Side | None]  # of place and server; None: it is another app's


@dataclass(slots=True)
class _Half:
    """What one side did within a second."""

    requests: int = 0
    failed: int = 0
    took: Counter[int] = field(default_factory=Counter)

    def served(self) -> Served:
        return Served(requests=self.requests, failed=self.failed, milliseconds=dict(self.took))


@dataclass(slots=True)
class _Second:
    """One second of an app."""

    old: _Half = field(default_factory=_Half)
    new: _Half = field(default_factory=_Half)
    refused: int = 0
    ends: list[int] = field(default_factory=list)  # milliseconds within the second, rising


def samples(
    log: str, *, first: int, last: int, attribute: Attribute, mostly_new: bool
) -> tuple[Sample, ...]:
    """Return the seconds from *first* to *last* that had requests, oldest first.

    What nobody could answer is put down to the side that had most of that second's requests, or
    of the last that had any; before there was one, *mostly_new* decides.
    """
    found: list[Sample] = []
    read = _read(log, first=first, last=last, attribute=attribute)
    for number, second in sorted(read.items()):
        if second.old.requests != second.new.requests:
            mostly_new = second.new.requests > second.old.requests
        blamed = second.new if mostly_new else second.old
        blamed.requests += second.refused
        blamed.failed += second.refused
        found.append(_sample(number, second))
    return tuple(found)


def oldest_second(log: str) -> int | None:
    """Return the second of the log's first line; None for an empty one."""
    for line in log[: 8 * 1024].splitlines():
        if line[:MOMENT_LENGTH].isdigit():
            return int(line[:MOMENT_LENGTH]) // 1000
    return None


def _read(log: str, *, first: int, last: int, attribute: Attribute) -> dict[int, _Second]:
    by_second: dict[str, list[str]] = defaultdict(list)
    for line in _lines_from(log, first * 1000 - DISORDER_MILLISECONDS):
        by_second[line[:SECOND_LENGTH]].append(line[SECOND_LENGTH:])
    attribute = cache(attribute)
    found = {
        int(second): _read_second(lines, attribute)
        for second, lines in by_second.items()
        if second.isdigit() and first <= int(second) <= last
    }
    return {number: second for number, second in found.items() if second.ends}


def _read_second(lines: list[str], attribute: Attribute) -> _Second:
    """Count equal lines together, since most of them are: a busy router writes many."""
    second = _Second()
    ours = set()
    for told, times in Counter(line[TOLD:] for line in lines).items():
        try:
            place, server, status, took, ended = told.split(" ")
        except ValueError:
            continue  # not a request's: a connection that failed before there was one
        side = attribute(place, server)
        if side is None or (side is Side.NOBODY and ended[0] in BY_CLIENT):
            continue  # in the second case it went before anybody was looked for
        ours.add(told)
        if side is Side.NOBODY:
            second.refused += times
        else:
            _count(second.new if side is Side.NEW else second.old, times, status, took, ended)
    second.ends = sorted({int(line[:MILLISECONDS]) for line in lines if line[TOLD:] in ours})
    return second


def _count(half: _Half, times: int, status: str, took: str, ended: str) -> None:
    by = ended[0]
    half.requests += times
    if by == "-" and status != SWITCHED:  # the usual
        half.took[int(took)] += times
        half.failed += times * (status >= "500")
    elif by in BY_CLIENT:
        return
    elif status == SWITCHED:
        half.failed += times * (by in BY_ADMIN)  # a process may end such a talk as it likes
    elif by in BROKEN_OFF or status >= "500":
        half.failed += times


def _sample(number: int, second: _Second) -> Sample:
    gaps = (later - earlier for earlier, later in itertools.pairwise(second.ends))
    return Sample(
        second=number,
        old=second.old.served(),
        new=second.new.served(),
        first_ms=second.ends[0],
        last_ms=second.ends[-1],
        pause_ms=max(gaps, default=0),
    )


def _lines_from(log: str, moment: int) -> Iterator[str]:
    """Skip by halves what ended before *moment*, then go line by line."""
    low, high = 0, len(log)
    while high - low > 4096:
        middle = log.find("\n", (low + high) // 2, high) + 1
        if middle == 0 or not log[middle : middle + MOMENT_LENGTH].isdigit():
            break
        if int(log[middle : middle + MOMENT_LENGTH]) < moment:
            low = middle
        else:
            high = middle
    return iter(log[low:].splitlines())
