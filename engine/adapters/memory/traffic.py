"""The requests that simulated apps got, worked out from how their traffic was divided. Pure.

Nothing is drawn by lot: the same world tells the same figures whenever it is asked.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby, pairwise

from engine.adapters.memory.behaviour import Behaviour
from engine.adapters.memory.division import REMEMBERED_SECONDS
from engine.adapters.memory.state import Division, Receiver
from engine.ports.rack import Measurement
from storage.records import Sample, Served

SECOND_MS = 1_000
SPREAD = ((70, 1.0), (23, 1.25), (7, 1.6))  # so many percent take so many times the typical time
STRIDE = 61  # prime, so that what is left over by rounding falls now here, now there


@dataclass(slots=True)
class _Side:
    """What one side answered within a second."""

    requests: int = 0
    failed: int = 0
    milliseconds: Counter[int] = field(default_factory=Counter)

    def answer(self, requests: int, behaviour: Behaviour, second: int) -> None:
        good = 100 - behaviour.failed_percent
        took = split(requests, [percent for percent, _ in SPREAD], second)
        self.requests += requests
        self.failed += split(requests, (behaviour.failed_percent, good), second)[0]
        for (_, times), count in zip(SPREAD, took, strict=True):
            if count:
                self.milliseconds[round(behaviour.milliseconds * times)] += count

    def refuse(self, requests: int) -> None:
        self.requests += requests
        self.failed += requests
        self.milliseconds[0] += requests

    def as_served(self) -> Served:
        return Served(
            requests=self.requests, failed=self.failed, milliseconds=dict(self.milliseconds)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """The seconds for which a division was in force."""

    division: Division
    end: int  # the second in which the next one came, or the present one
    latest: Division  # that had a receiver: this one, or one before


def measure(
    divisions: Sequence[Division],
    promotion: str,
    *,
    since: int,
    now: int,
    requests_per_second: int,
    behaviour_of: Callable[[Receiver], Behaviour],
) -> Measurement:
    """Tell what an app was asked in the seconds after *since* that are over at *now*.

    New are the processes of *promotion*. *requests_per_second* is the least that it is asked;
    what answers may have it asked more, and while there is nothing that stays as it was.
    """
    first = max(since + 1, now - REMEMBERED_SECONDS)
    samples = []
    for span in _spans(divisions, now):
        seconds = range(max(first, span.division.second), span.end)
        if not seconds or not (span.division.receivers or span.division.is_routed):
            continue
        behaviours = {one: behaviour_of(one) for one in span.latest.receivers}
        asked = [one.requests_per_second for one in behaviours.values()]
        rate = max(requests_per_second, *asked, 0)
        samples += [
            _sample(second, _sides(span, behaviours, promotion, rate, second), rate)
            for second in (seconds if rate else ())
        ]
    return Measurement(
        until=max(now - 1, since), samples=tuple(samples), complete=first == since + 1
    )


def split(total: int, parts: Sequence[int], second: int) -> list[int]:
    """Divide *total* by *parts*; over the seconds it comes out even, in each it adds up."""
    whole = sum(parts)
    if not whole:
        return []
    offset = second * STRIDE % whole
    reached = [(total * part + offset) // whole for part in accumulate(parts, initial=0)]
    return [after - before for before, after in pairwise(reached)]


def _spans(divisions: Sequence[Division], now: int) -> Iterator[_Span]:
    ends = [*(one.second for one in divisions[1:]), now]
    latest: Division | None = None
    for division, end in zip(divisions, ends, strict=False):
        latest = division if division.receivers or latest is None else latest
        yield _Span(division=division, end=end, latest=latest)


def _sides(
    span: _Span,
    behaviours: Mapping[Receiver, Behaviour],
    promotion: str,
    rate: int,
    second: int,
) -> Mapping[bool, _Side]:
    """Return what the new side (True) and the old one answered within a second."""
    sides = {False: _Side(), True: _Side()}
    if not span.division.receivers:
        sides[_is_mostly_new(span.latest, promotion)].refuse(rate)
    for receiver, requests in _shared(span.division.receivers, rate, second):
        sides[receiver.promotion == promotion].answer(requests, behaviours[receiver], second)
    return sides


def _shared(
    receivers: Sequence[Receiver], rate: int, second: int
) -> Iterator[tuple[Receiver, int]]:
    """Divide requests evenly among services, and within a service by weight."""
    in_order = sorted(receivers, key=lambda one: one.service)
    services = [list(some) for _, some in groupby(in_order, key=lambda one: one.service)]
    for some, requests in zip(services, split(rate, [1] * len(services), second), strict=True):
        yield from zip(some, split(requests, [one.weight for one in some], second), strict=True)


def _is_mostly_new(division: Division, promotion: str) -> bool:
    new = sum(one.weight for one in division.receivers if one.promotion == promotion)
    return 2 * new > sum(one.weight for one in division.receivers)


def _sample(second: int, sides: Mapping[bool, _Side], rate: int) -> Sample:
    """Give requests that end evenly over the second."""
    between_ms = SECOND_MS // rate
    first_ms = between_ms // 2
    return Sample(
        second=second,
        old=sides[False].as_served(),
        new=sides[True].as_served(),
        first_ms=first_ms,
        last_ms=first_ms + (rate - 1) * SECOND_MS // rate,
        pause_ms=between_ms if rate > 1 else 0,
    )
