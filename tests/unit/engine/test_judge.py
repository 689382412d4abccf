"""When a release that has traffic is worse than the one before it."""

import pytest

from engine.judge import Breach, judge
from engine.manifest.model import BakeRule
from storage.records import Sample, Served

SHIFT = 1_800_000_000
NOTHING = Served()


def second(at: int, *, old: Served = NOTHING, new: Served = NOTHING) -> Sample:
    return Sample(second=SHIFT + at, old=old, new=new, first_ms=0, last_ms=999, pause_ms=10)


def served(requests: int, failed: int = 0, took_ms: int = 40) -> Served:
    return Served(requests=requests, failed=failed, milliseconds={took_ms: requests})


def judged(*samples: Sample, at: int = 60, rule: BakeRule | None = None) -> Breach | None:
    return judge(samples, shifted_at=SHIFT, now=SHIFT + at, rule=rule or BakeRule())


BEFORE = second(-10, old=served(1000, failed=10))


def test_a_release_that_fails_more_requests_is_worse() -> None:
    breach = judged(BEFORE, second(30, new=served(200, failed=20)))

    assert breach is not None
    assert breach.reason == "10.0 % of its requests fail, 1.0 % did before."
    assert breach.evidence == (
        "old: 1,000 requests, 10 failed (1.0 %), p95 40 ms",
        "new: 200 requests, 20 failed (10.0 %), p95 40 ms",
    )


def test_a_release_that_fails_as_many_as_before_is_not() -> None:
    assert judged(second(-10, old=served(100, failed=10)), second(9, new=served(100, 10))) is None


def test_a_release_that_is_much_slower_is_worse() -> None:
    breach = judged(BEFORE, second(30, new=served(200, took_ms=130)))

    assert breach is not None
    assert breach.reason == "It is slower: p95 is 130 ms, it was 40 ms before."


@pytest.mark.parametrize(
    ("old_ms", "new_ms"), [(40, 85), (5, 50)], ids=["twice and a little", "nobody notices"]
)
def test_a_release_that_is_a_little_slower_is_not(old_ms: int, new_ms: int) -> None:
    before = second(-10, old=served(1000, took_ms=old_ms))

    assert judged(before, second(30, new=served(200, took_ms=new_ms))) is None


def test_too_little_traffic_on_either_side_is_not_judged() -> None:
    sick = second(30, new=served(49, failed=49))

    assert judged(BEFORE, sick) is None
    assert judged(second(-10, old=served(49)), second(30, new=served(500, failed=500))) is None


def test_a_few_failures_are_no_rise() -> None:
    before = second(-10, old=served(1000))

    assert judged(before, second(30, new=served(60, failed=4))) is None
    assert judged(before, second(30, new=served(60, failed=5))) is not None


def test_a_bad_minute_that_is_over_is_forgiven() -> None:
    bad, good = second(5, new=served(200, failed=100)), second(100, new=served(200))

    assert judged(BEFORE, bad, at=30) is not None
    assert judged(BEFORE, bad, good, at=110) is None


def test_the_manifest_says_how_much_worse_is_too_much() -> None:
    worse = second(30, new=served(200, failed=20, took_ms=130))

    assert judged(BEFORE, worse, rule=BakeRule(errors_percent=15, slowdown=4)) is None
    assert judged(BEFORE, worse, rule=BakeRule(errors_percent=5, slowdown=4)) is not None
    assert judged(BEFORE, worse, rule=BakeRule(errors_percent=15, slowdown=2)) is not None
    assert judged(BEFORE, worse, rule=BakeRule(requests=201)) is None


def test_what_old_processes_answer_beside_the_new_ones_counts_for_them() -> None:
    """A dependency that fails for both is not the new release's fault."""
    both = second(30, old=served(500, failed=100), new=served(100, failed=20))

    assert judged(BEFORE, both) is None
