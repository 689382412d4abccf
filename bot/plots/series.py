"""The numbers that the picture of a receipt shows: the seconds that the receipt sums up. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.receipt import BEFORE_SECONDS, KEPT_SECONDS, OVER, SHIFT, percentile
from storage.records import Sample, Served

MARGIN_SECONDS = 2  # kept before the first second that had requests
LATENCY_SECONDS = 5  # a percentile of one second's few requests would only be noise
LEAST_BEFORE_SECONDS = 15
SILENCE = Served()


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What some of the shown seconds come to."""

    old: int  # requests that old processes answered, failed ones included
    new: int
    failed: int

    @property
    def requests(self) -> int:
        """How many requests both sides answered."""
        return self.old + self.new


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One value for each second from the first on, without a hole."""

    seconds: tuple[int, ...]  # since 1970
    old: tuple[int, ...]  # requests that old processes answered, failed ones included
    new: tuple[int, ...]
    failed_old: tuple[int, ...]
    failed_new: tuple[int, ...]
    p50_ms: tuple[int | None, ...]  # of both sides in the last ``LATENCY_SECONDS``;
    p95_ms: tuple[int | None, ...]  # None in a second without requests

    def since(self, moment: datetime) -> Totals:
        """Sum up what is shown from the second of *moment* on."""
        skipped = max(0, int(moment.timestamp()) - self.seconds[0])
        return Totals(
            old=sum(self.old[skipped:]),
            new=sum(self.new[skipped:]),
            failed=sum(self.failed_old[skipped:]) + sum(self.failed_new[skipped:]),
        )

    def around(self, moment: datetime) -> "Series":
        """Return the part in which no more is before *moment* than comes after it."""
        second = int(moment.timestamp())
        before = max(LEAST_BEFORE_SECONDS, self.seconds[-1] - second)
        skipped = max(0, second - before - self.seconds[0])
        parts = {name: getattr(self, name)[skipped:] for name in self.__dataclass_fields__}
        return Series(**parts)


def series(samples: Sequence[Sample], moments: Mapping[str, datetime]) -> Series:
    """Lay out the seconds that ``engine.receipt.sum_up`` counts, those before the shift too.

    *moments* has at least ``SHIFT``. A second without a sample had no requests.
    """
    shift = int(moments[SHIFT].timestamp())
    end = shift + KEPT_SECONDS
    if OVER in moments:
        end = min(end, int(moments[OVER].timestamp()))
    by_second = {one.second: one for one in samples if shift - BEFORE_SECONDS <= one.second <= end}
    first = max(shift - BEFORE_SECONDS, min([shift, *by_second]) - MARGIN_SECONDS)
    last = end if OVER in moments else max([shift, *by_second])
    seconds = tuple(range(first, last + 1))
    found = [by_second.get(second) for second in seconds]
    old = [one.old if one else SILENCE for one in found]
    new = [one.new if one else SILENCE for one in found]
    lately = _lately(
        [Counter(a.milliseconds) + Counter(b.milliseconds) for a, b in zip(old, new, strict=True)]
    )
    return Series(
        seconds=seconds,
        old=tuple(one.requests for one in old),
        new=tuple(one.requests for one in new),
        failed_old=tuple(one.failed for one in old),
        failed_new=tuple(one.failed for one in new),
        p50_ms=tuple(percentile(one, 0.50) for one in lately),
        p95_ms=tuple(percentile(one, 0.95) for one in lately),
    )


def _lately(took: Sequence[Counter[int]]) -> list[Counter[int]]:
    """Return for each second how long answers took in it and the few before; nothing for none."""
    return [
        sum(took[max(0, at + 1 - LATENCY_SECONDS) : at + 1], Counter()) if one else one
        for at, one in enumerate(took)
    ]
