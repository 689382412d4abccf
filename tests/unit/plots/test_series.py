"""What the picture shows adds up to what the receipt says."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as some

from bot.plots.series import Series, series
from engine import receipt
from storage.records import Sample
from tests.unit.plots.switch import MOMENTS, SHIFTED_AT, TRAFFIC, sample, second_after_shift

counts = some.integers(min_value=0, max_value=50)
samples = some.builds(
    sample,
    some.integers(min_value=-70, max_value=receipt.KEPT_SECONDS + 10),
    old=counts,
    new=counts,
    failed=counts,
    ms=some.integers(min_value=1, max_value=900),
)
traffics = some.lists(samples, unique_by=lambda one: one.second).map(
    lambda found: sorted(found, key=lambda one: one.second)
)


def at(shown: Series, seconds: int) -> int:
    return shown.seconds.index(second_after_shift(seconds))


@settings(max_examples=30)
@given(traffics, some.one_of(some.none(), some.integers(min_value=0, max_value=1_000)))
def test_the_shown_seconds_add_up_to_the_receipt(traffic: list[Sample], over: int | None) -> None:
    moments = {receipt.SHIFT: SHIFTED_AT}
    if over is not None:
        moments[receipt.OVER] = SHIFTED_AT + timedelta(seconds=over)
    shown = series(traffic, moments)
    told = receipt.sum_up(traffic, moments, complete=True)

    since = shown.since(SHIFTED_AT)
    assert (since.old, since.new) == (told.old.requests, told.new.requests)
    assert (since.requests, since.failed) == (told.requests, told.failed)
    everything = shown.since(SHIFTED_AT - timedelta(hours=1))
    assert everything.requests == told.before.requests + told.requests


@settings(max_examples=30)
@given(traffics)
def test_no_second_is_left_out_and_none_is_shown_twice(traffic: list[Sample]) -> None:
    shown = series(traffic, MOMENTS)

    assert list(shown.seconds) == list(range(shown.seconds[0], shown.seconds[-1] + 1))
    lengths = {len(values) for values in (shown.old, shown.new, shown.failed_old, shown.failed_new)}
    assert lengths == {len(shown.seconds)} == {len(shown.p50_ms)} == {len(shown.p95_ms)}


def test_it_reaches_from_a_minute_before_the_shift_to_the_end() -> None:
    shown = series(TRAFFIC, MOMENTS)

    assert shown.seconds[0] == second_after_shift(-60)
    assert shown.seconds[-1] == second_after_shift(14)


def test_a_first_release_has_no_minute_before_it() -> None:
    shown = series([sample(1, new=3)], MOMENTS)

    assert shown.seconds[0] == second_after_shift(-2)


def test_each_side_has_its_own_requests_and_failures() -> None:
    shown = series(TRAFFIC, MOMENTS)

    second = at(shown, 1)
    assert (shown.old[second], shown.new[second]) == (14, 15)
    assert (shown.failed_old[second], shown.failed_new[second]) == (0, 1)


def test_a_second_without_requests_is_shown_as_one() -> None:
    shown = series(TRAFFIC, MOMENTS)

    second = at(shown, 2)
    assert (shown.old[second], shown.new[second]) == (0, 0)
    assert shown.p50_ms[second] is None
    assert shown.p95_ms[second] is None


def test_how_long_answers_took_counts_both_sides() -> None:
    shown = series([sample(0, old=10, new=1), sample(1, old=1, new=12)], MOMENTS)

    assert (shown.p50_ms[at(shown, 0)], shown.p95_ms[at(shown, 0)]) == (10, 15)
    assert (shown.p50_ms[at(shown, 1)], shown.p95_ms[at(shown, 1)]) == (15, 15)


def test_one_slow_answer_among_many_is_no_peak_but_a_slow_second_is() -> None:
    usual = [sample(second, new=20) for second in range(10)]
    one_slow = series([*usual, sample(10, new=19), sample(11, new=1, ms=900)], MOMENTS)
    slow_second = series([*usual, sample(10, new=20, ms=900)], MOMENTS)

    assert one_slow.p95_ms[at(one_slow, 11)] == 15
    assert slow_second.p95_ms[at(slow_second, 10)] == 905


def test_no_more_is_shown_before_the_shift_than_after_it() -> None:
    shown = series(TRAFFIC, MOMENTS).around(SHIFTED_AT)

    assert shown.seconds[0] == second_after_shift(-15)
    assert shown.seconds[-1] == second_after_shift(14)
    assert shown.since(SHIFTED_AT) == series(TRAFFIC, MOMENTS).since(SHIFTED_AT)
