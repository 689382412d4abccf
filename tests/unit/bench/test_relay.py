"""What the benchmark of the relay calls good enough."""

from dataclasses import replace

import pytest

from bench.relay import Outcome, result_of

GOOD = Outcome(finals=100, refused=0, posts=580, edits=101, seconds=120, seconds_allowed=100)
PEER = replace(GOOD, refused=124)


def missed(ours: Outcome) -> list[str]:
    return [aim.what for aim in result_of(ours, PEER, count=100).aims if not aim.met]


def test_all_told_without_a_refusal_and_a_fifth_above_the_budgets_is_what_was_asked_for() -> None:
    assert missed(GOOD) == []


@pytest.mark.parametrize(
    ("ours", "what"),
    [
        (replace(GOOD, finals=99), "final states told"),
        (replace(GOOD, refused=1), "calls refused with 429"),
        (replace(GOOD, seconds=121), "time to the last message, over what our budgets allow"),
    ],
)
def test_one_lost_end_one_refusal_or_one_second_more_is_not(ours: Outcome, what: str) -> None:
    assert missed(ours) == [what]
