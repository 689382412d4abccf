"""Reads the router's log of requests into seconds, told apart by who answered. Pure.

A line is what ``configuration.REQUESTS_FORMAT`` says, and lines come in the order in which the
requests ended, but for a few milliseconds between HAProxy's threads.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from storage.records import Sample, Served

MOMENT_LENGTH = 13  # of milliseconds since 1970, until the year 2286
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
    """One second, as far as it has been read."""

    old: _Half = field(default_factory=_Half)
    new: _Half = field(default_factory=_Half)
    refused: int = 0
    ends: list[int] = field(default_factory=list)  # milliseconds within the second


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
    sides: dict[tuple[str, str], Side | None] = {}
    seconds: dict[int, _Second] = {}
    for line in _lines_from(log, first * 1000 - DISORDER_MILLISECONDS):
        try:
            at, place, server, status, took, ended = line.split(" ")
            second, millisecond = divmod(int(at), 1000)
        except ValueError:
            continue  # not a request's: a connection that failed before there was one
        if not first <= second <= last:
            continue
        key = (place, server)
        if key not in sides:
            sides[key] = attribute(place, server)
        side = sides[key]
        if side is None:
            continue
        entry = seconds.get(second)
        if entry is None:
            entry = seconds[second] = _Second()
        _count(entry, side, status, took, ended, millisecond)
    return seconds


def _count(
    second: _Second, side: Side, status: str, took: str, ended: str, millisecond: int
) -> None:
    by = ended[0]
    if side is Side.NOBODY and by in BY_CLIENT:
        return  # it went before anybody was looked for
    second.ends.append(millisecond)
    if side is Side.NOBODY:
        second.refused += 1
        return
    half = second.new if side is Side.NEW else second.old
    half.requests += 1
    if by == "-" and status != SWITCHED:  # the usual
        half.took[int(took)] += 1
        if status >= "500":
            half.failed += 1
    elif by in BY_CLIENT:
        return
    elif status == SWITCHED:
        half.failed += by in BY_ADMIN  # a process may end such a conversation as it likes
    elif by in BROKEN_OFF or status >= "500":
        half.failed += 1


def _sample(number: int, second: _Second) -> Sample:
    ends = sorted(second.ends)
    gaps = (later - earlier for earlier, later in itertools.pairwise(ends))
    return Sample(
        second=number,
        old=second.old.served(),
        new=second.new.served(),
        first_ms=ends[0],
        last_ms=ends[-1],
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
