"""What the benchmark of changes under load asks of the figures."""

from collections.abc import Sequence

from bench.changing import Plan, Run, Update
from bench.gapless import result_of
from bench.measure import Result
from bench.visitors import KINDS
from bench.visits import Answer, Visits

PLAN = Plan(promotions=1, others=0, requests=400)


def run(*, lost_at: Sequence[float] = (), live_after: float = 3.0, is_killed: bool = False) -> Run:
    """A second in peace, then ten seconds of steady load with one update at their beginning."""
    answers = [
        Answer(
            at=at / 100,
            took_ms=0,
            kind=at % len(KINDS),
            mark=None if at / 100 in lost_at else "new" if at / 100 >= 1 + live_after else "old",
        )
        for at in range(1100)
    ]
    update = Update(clicked=1.0, ended=11.0, mark="new", is_killed=is_killed)
    return Run(
        visits=Visits(answers=answers, failures=[(at, 0, "503") for at in lost_at]),
        undisturbed=(0.0, 1.0),
        disturbed=(1.0, 11.0),
        updates=[update],
        ended_well=1,
        health_seconds=2.0,
    )


def missed(result: Result) -> list[str]:
    return [aim.what for aim in result.aims if not aim.met]


RATE = "requests/s of the rarest kind"  # 25 in what is made up here
CLICK = "slowest click to live, s: at most the health check's own time + 1.5"


def test_all_but_the_rate_is_kept_where_nothing_is_lost() -> None:
    assert missed(result_of(run(), run(), PLAN)) == [RATE]


def test_one_lost_request_misses_the_aim() -> None:
    result = result_of(run(lost_at=[5.0]), run(), PLAN)
    assert missed(result) == ["requests that failed", RATE]
    assert (result.ours["failures"], result.peer["failures"]) == (1, 0)


def test_a_late_release_misses_the_aim_by_the_health_checks_own_time() -> None:
    assert missed(result_of(run(live_after=3.5), run(), PLAN)) == [RATE]
    assert missed(result_of(run(live_after=3.6), run(), PLAN)) == [RATE, CLICK]


def test_the_release_in_which_the_bot_was_killed_has_a_figure_of_its_own() -> None:
    result = result_of(run(live_after=6.0, is_killed=True), run(), PLAN)
    assert CLICK not in missed(result)
    assert round(result.ours["click_to_live_when_killed_s"]) == 6


def test_too_few_requests_and_a_wrong_end_miss_their_aims() -> None:
    plan = Plan(promotions=2, others=0, requests=1001)
    result = result_of(run(), run(), plan)
    assert missed(result) == ["requests", RATE, "changes that ended as they should"]


def test_a_pause_may_be_twice_the_one_in_peace_where_that_is_long() -> None:
    slow = run()
    slow.visits.answers = [one for one in slow.visits.answers if not 0.2 < one.at < 0.6]
    slow.visits.answers = [one for one in slow.visits.answers if not 5.0 < one.at < 5.7]
    assert "longest pause, ms" not in missed(result_of(slow, run(), PLAN))
    slow.visits.answers = [one for one in slow.visits.answers if not 7.0 < one.at < 8.0]
    assert "longest pause, ms" in missed(result_of(slow, run(), PLAN))
