"""Whether a release that has traffic is worse than the one before it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.manifest.model import BakeRule
from engine.receipt import Figures, figures
from storage.records import Sample

JUDGED_SECONDS = 60  # the last ones count: a slow first minute is forgiven
FEWEST_FAILED = 5  # a single failed request in fifty is no rise
LEAST_SLOWDOWN_MS = 50  # from 2 to 5 ms is no matter to anybody


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """In which way it is worse."""

    reason: str
    evidence: tuple[str, ...]


def judge(samples: Sequence[Sample], *, shifted_at: int, now: int, rule: BakeRule) -> Breach | None:
    """Compare what new processes answer now with what old ones answered; None where all is well.

    *samples* reach back to before the shift; *shifted_at* and *now* are seconds since 1970.
    """
    recent = [one for one in samples if one.second > now - JUDGED_SECONDS]
    new = figures(one.new for one in recent)
    old = figures(one.old for one in recent)
    if old.requests < rule.requests:  # beside each other is best, for what ails both is no fault
        old = figures(one.old for one in samples if one.second > shifted_at - JUDGED_SECONDS)
    if new.requests < rule.requests or old.requests < rule.requests:
        return None
    if reason := _too_many_errors(old, new, rule) or _too_slow(old, new, rule):
        return Breach(reason=reason, evidence=(_facts("old", old), _facts("new", new)))
    return None


def _too_many_errors(old: Figures, new: Figures, rule: BakeRule) -> str | None:
    allowed = old.failed_share + rule.errors_percent / 100
    if new.failed < FEWEST_FAILED or new.failed_share <= allowed:
        return None
    return (
        f"{_percent(new.failed_share)} of its requests fail, "
        f"{_percent(old.failed_share)} did before."
    )


def _too_slow(old: Figures, new: Figures, rule: BakeRule) -> str | None:
    if old.p95_ms is None or new.p95_ms is None:
        return None
    limit_ms = max(old.p95_ms * rule.slowdown, old.p95_ms + LEAST_SLOWDOWN_MS)
    if new.p95_ms <= limit_ms:
        return None
    return f"It is slower: p95 is {new.p95_ms} ms, it was {old.p95_ms} ms before."


def _facts(side: str, seen: Figures) -> str:
    return (
        f"{side}: {seen.requests:,} requests, {seen.failed:,} failed "
        f"({_percent(seen.failed_share)}), p95 {seen.p95_ms} ms"
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
