"""What a receipt sums up and says."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.receipt import (
    BAKE,
    OVER,
    SHIFT,
    Receipt,
    line,
    longest_pause,
    of_plain,
    percentile,
    sum_up,
    to_plain,
)
from storage.records import Sample, Served

START = 1_800_000_000  # seconds since 1970
NOTHING = Served()


def moment(second: int) -> datetime:
    return datetime.fromtimestamp(START + second, UTC)


def served(requests: int, failed: int = 0, took_ms: int = 10) -> Served:
    return Served(requests=requests, failed=failed, milliseconds={took_ms: requests})


def sample(second: int, *, old: Served = NOTHING, new: Served = NOTHING, pause: int = 5) -> Sample:
    return Sample(
        second=START + second, old=old, new=new, first_ms=100, last_ms=900, pause_ms=pause
    )


def receipt(*samples: Sample, complete: bool = True) -> Receipt:
    moments = {SHIFT: moment(0), BAKE: moment(10), OVER: moment(70)}
    return sum_up(samples, moments, complete=complete)


def test_requests_are_told_apart_by_when_they_ended() -> None:
    made = receipt(
        sample(-90, old=served(1000)),
        sample(-5, old=served(100, took_ms=41)),
        sample(3, old=served(40), new=served(20, failed=1)),
        sample(30, new=served(300, took_ms=43)),
        sample(80, new=served(1000)),
    )

    assert (made.before.requests, made.during.requests, made.after.requests) == (100, 60, 300)
    assert (made.old.requests, made.new.requests) == (40, 320)
    assert (made.requests, made.failed) == (360, 1)
    assert (made.before.p95_ms, made.after.p95_ms) == (41, 43)


def test_the_line_says_requests_failures_and_how_long_they_took() -> None:
    made = receipt(
        sample(-5, old=served(100, took_ms=41)), sample(30, new=served(12_480, took_ms=43))
    )

    assert line(made) == "12,480 requests during the switch, 0 failed, p95 41 → 43 ms"


def test_too_little_traffic_is_not_judged_but_its_failures_are_told() -> None:
    made = receipt(sample(3, old=served(40), new=served(9, failed=2)))

    assert line(made) == "49 requests during the switch, 2 failed: too little traffic to judge"
    assert not made.is_enough


def test_without_traffic_there_is_no_time_to_tell() -> None:
    made = receipt()

    assert line(made) == "0 requests during the switch: too little traffic to judge"
    assert made.longest_pause_ms is None


def test_a_log_that_was_overwritten_is_told() -> None:
    made = receipt(sample(3, new=served(60)), complete=False)

    assert line(made).endswith("not all of them could be counted")


def test_the_longest_pause_is_found_within_and_between_seconds() -> None:
    within = [sample(1, pause=350), sample(2, pause=20)]
    between = [sample(1, pause=20), sample(4, pause=30)]

    assert longest_pause(within) == 350
    assert longest_pause(between) == 2_200  # from 1.9 s to 4.1 s


def test_a_receipt_survives_being_written_down() -> None:
    made = receipt(sample(-5, old=served(100)), sample(30, new=served(120, failed=3)))

    assert of_plain(to_plain(made)) == made


def test_what_has_moments_only_is_no_receipt_yet() -> None:
    assert of_plain(None) is None
    assert of_plain({"moments": {SHIFT: moment(0).isoformat()}}) is None


HISTOGRAMS = st.dictionaries(st.integers(0, 5_000), st.integers(1, 100), min_size=1)


@given(HISTOGRAMS, st.floats(0.01, 1.0))
def test_a_percentile_is_a_time_that_occurred_and_that_so_many_kept_to(
    took: dict[int, int], part: float
) -> None:
    found = percentile(took, part)

    assert found in took
    kept = sum(count for milliseconds, count in took.items() if milliseconds <= found)
    shorter = sum(count for milliseconds, count in took.items() if milliseconds < found)
    assert shorter < part * sum(took.values()) <= kept + 1e-6


@given(st.lists(st.tuples(st.integers(-70, 90), st.integers(0, 50)), max_size=60))
def test_every_request_of_the_switch_is_counted_once(found: list[tuple[int, int]]) -> None:
    seconds = dict(found)
    samples = [sample(second, new=served(count)) for second, count in sorted(seconds.items())]
    made = receipt(*samples)

    assert made.requests == sum(count for second, count in seconds.items() if 0 <= second <= 70)
