"""The receipt of a promotion: what its switch did to the requests, from the router's samples.

Pure. The *switch* lasts from the first request that may reach new processes until the old ones
are let go, that is to the end of the bake, but no longer than ``KEPT_SECONDS``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from storage.records import Promotion, Sample, Served

BEFORE_SECONDS = 60  # looked at before the switch, to compare with
KEPT_SECONDS = 900  # of the switch: a bake of a day is not kept second by second
ENOUGH_REQUESTS = 50  # with fewer there is too little traffic to judge
SHIFT, LIVE, BAKE, OVER = "shift", "live", "bake", "over"  # moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The requests of some seconds, summed up."""

    requests: int = 0
    failed: int = 0
    p50_ms: int | None = None  # None without any request
    p95_ms: int | None = None

    @property
    def failed_share(self) -> float:
        """Return what part of the requests failed, from 0 to 1."""
        return self.failed / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the switch did."""

    before: Figures  # up to a minute of it
    during: Figures  # until the old processes had drained
    after: Figures  # in the bake
    old: Figures  # of the whole switch: what old processes answered
    new: Figures
    longest_pause_ms: int | None  # between two answers of the switch; None with too few
    complete: bool  # False: the router's log had been overwritten before it was read
    moments: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        """How many requests there were during the switch."""
        return self.during.requests + self.after.requests

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return self.during.failed + self.after.failed

    @property
    def is_enough(self) -> bool:
        """Whether there was enough traffic to judge."""
        return self.requests >= ENOUGH_REQUESTS


def figures(served: Iterable[Served]) -> Figures:
    """Sum up what was served."""
    requests = failed = 0
    took: Counter[int] = Counter()
    for one in served:
        requests += one.requests
        failed += one.failed
        took.update(one.milliseconds)
    return Figures(
        requests=requests,
        failed=failed,
        p50_ms=percentile(took, 0.50),
        p95_ms=percentile(took, 0.95),
    )


def percentile(took: Mapping[int, int], part: float) -> int | None:
    """Return the milliseconds that *part* of the requests took at most; None without any."""
    wanted = part * sum(took.values())
    passed = 0
    for milliseconds in sorted(took):
        passed += took[milliseconds]
        if passed >= wanted:
            return milliseconds
    return None


def sum_up(
    samples: Sequence[Sample], moments: Mapping[str, datetime], *, complete: bool
) -> Receipt:
    """Make the receipt. *moments* has at least ``SHIFT``; one that is missing never came."""
    shift = int(moments[SHIFT].timestamp())
    end = shift + KEPT_SECONDS
    if OVER in moments:
        end = min(end, int(moments[OVER].timestamp()))
    bake = int(moments[BAKE].timestamp()) if BAKE in moments else end + 1
    before = [one for one in samples if shift - BEFORE_SECONDS <= one.second < shift]
    switch = [one for one in samples if shift <= one.second <= end]
    # The second in which old processes had drained still belongs to the move itself.
    during = [one for one in switch if one.second <= bake]
    after = [one for one in switch if one.second > bake]
    return Receipt(
        before=figures(_both(before)),
        during=figures(_both(during)),
        after=figures(_both(after)),
        old=figures(one.old for one in switch),
        new=figures(one.new for one in switch),
        longest_pause_ms=longest_pause(switch),
        complete=complete,
        moments=dict(moments),
    )


def longest_pause(samples: Sequence[Sample]) -> int | None:
    """Return the longest time in milliseconds without an answer; None with fewer than two."""
    longest: int | None = None
    last: int | None = None
    for one in samples:
        gaps = [one.pause_ms] if one.last_ms > one.first_ms else []
        if last is not None:
            gaps.append(one.second * 1000 + one.first_ms - last)
        last = one.second * 1000 + one.last_ms
        longest = max([*gaps, *([] if longest is None else [longest])], default=None)
    return longest


def line(receipt: Receipt) -> str:
    """Say it in one line: "12,480 requests during the switch, 0 failed, p95 41 → 43 ms"."""
    requests = f"{receipt.requests:,} request{'' if receipt.requests == 1 else 's'}"
    if not receipt.is_enough:
        failed = f", {receipt.failed} failed" if receipt.failed else ""
        return f"{requests} during the switch{failed}: too little traffic to judge"
    words = [f"{requests} during the switch", f"{receipt.failed:,} failed"]
    later = receipt.after if receipt.after.requests else receipt.during
    if later.p95_ms is not None:
        earlier = f"{receipt.before.p95_ms} → " if receipt.before.p95_ms is not None else ""
        words.append(f"p95 {earlier}{later.p95_ms} ms")
    if not receipt.complete:
        words.append("not all of them could be counted")
    return ", ".join(words)


def to_plain(receipt: Receipt) -> dict[str, Any]:
    """Return a form that JSON can hold."""
    plain = asdict(receipt)
    plain["moments"] = {name: at.isoformat() for name, at in receipt.moments.items()}
    return plain


def of_plain(plain: Mapping[str, Any] | None) -> Receipt | None:
    """Read what ``to_plain`` wrote; None where nothing was summed up yet."""
    if plain is None or "during" not in plain:
        return None
    spans = {name: Figures(**plain[name]) for name in ("before", "during", "after", "old", "new")}
    return Receipt(
        **spans,
        longest_pause_ms=plain["longest_pause_ms"],
        complete=plain["complete"],
        moments=moments_of(plain),
    )


def moments_of(plain: Mapping[str, Any] | None) -> dict[str, datetime]:
    """Read the moments that are known so far."""
    written = (plain or {}).get("moments", {})
    return {name: datetime.fromisoformat(text) for name, text in written.items()}


def of(promotion: Promotion) -> Receipt | None:
    """Return a promotion's receipt; None until it is summed up."""
    return of_plain(promotion.receipt)


def _both(samples: Iterable[Sample]) -> list[Served]:
    return [served for one in samples for served in (one.old, one.new)]
