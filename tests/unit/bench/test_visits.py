"""What visitors' answers say of a change."""

import pytest

from bench.visitors import KINDS
from bench.visits import Answer, Visits


def answer(at: float, mark: str | None = "old", *, kind: int = 0, took_ms: float = 0.0) -> Answer:
    return Answer(at=at, took_ms=took_ms, kind=kind, mark=mark)


def test_a_pause_is_the_longest_time_without_a_good_answer() -> None:
    visits = Visits(answers=[answer(at) for at in (1.0, 1.1, 1.5, 1.6)])
    assert visits.longest_pause_ms(1.0, 1.7) == pytest.approx(400)


def test_a_pause_reaches_to_both_ends_of_the_time_that_is_looked_at() -> None:
    visits = Visits(answers=[answer(5.0)])
    assert visits.longest_pause_ms(4.8, 5.3) == pytest.approx(300)
    assert Visits().longest_pause_ms(4.0, 5.0) == pytest.approx(1000)


def test_a_failure_ends_no_pause() -> None:
    visits = Visits(answers=[answer(1.0), answer(1.4, None), answer(2.0)])
    assert visits.longest_pause_ms(1.0, 2.1) == pytest.approx(1000)


def test_a_release_is_live_once_the_last_request_left_that_another_has_answered() -> None:
    visits = Visits(
        answers=[
            answer(10.0, "old"),
            answer(12.0, "new"),
            answer(13.0, "old", took_ms=500),
            answer(14.0, "new"),
        ]
    )
    assert visits.seconds_to_live(9.0, "new", 20.0) == pytest.approx(3.5)


def test_what_came_before_the_click_or_after_the_end_does_not_count() -> None:
    visits = Visits(answers=[answer(1.0, "old"), answer(3.0, "new"), answer(9.0, "next")])
    assert visits.seconds_to_live(2.0, "new", 8.0) == pytest.approx(1)


def test_a_release_is_not_live_while_nobody_answers() -> None:
    visits = Visits(answers=[answer(1.0, "old"), answer(2.0, None), answer(6.0, "new")])
    assert visits.seconds_to_live(0.0, "new", 9.0) == pytest.approx(6)


def test_a_release_that_nobody_was_answered_by_is_never_live() -> None:
    visits = Visits(answers=[answer(1.0, "old"), answer(2.0, None)])
    assert visits.seconds_to_live(0.0, "new", 9.0) is None


def test_the_rarest_kind_counts_even_if_it_never_asked() -> None:
    answers = [answer(at / 10, kind=kind) for kind in range(len(KINDS)) for at in range(10)]
    assert Visits(answers=answers).rarest_kind_per_second(0.0, 1.0) == 10
    without_one_kind = [one for one in answers if one.kind != 2]
    assert Visits(answers=without_one_kind).rarest_kind_per_second(0.0, 1.0) == 0


def test_a_stretch_of_time_holds_its_own_failures_only() -> None:
    visits = Visits(
        answers=[answer(1.0), answer(2.0, None)], failures=[(2.0, 0, "503"), (4.0, 1, "503")]
    )
    part = visits.between(1.5, 3.0)
    assert (len(part.answers), part.failures) == (1, [(2.0, 0, "503")])
