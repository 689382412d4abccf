"""How the steps of a canary are read."""

import pytest

from engine.canary import Canary, read_canary
from engine.errors import UserError


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("10,50,100", (10, 50, 100)),
        ("10, 50", (10, 50, 100)),
        ("5%,25%", (5, 25, 100)),
        ("100", (100,)),
    ],
)
def test_steps_rise_to_all_of_the_traffic(text: str, steps: tuple[int, ...]) -> None:
    assert read_canary(text) == Canary(steps=steps)


@pytest.mark.parametrize(
    "text",
    ["", "ten", "0,50", "50,10", "10,10", "10,,50", "101", "10;50", "-5", "1,2,3,4,5,6,7,8,9,10"],
)
def test_steps_that_make_no_sense_are_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserError) as refusal:
        read_canary(text)
    assert "--canary 10,50,100" in refusal.value.remedy


def test_a_pause_is_from_a_second_to_a_day() -> None:
    assert read_canary("10", 300).pause_seconds == 300
    for seconds in (0, 86_401):
        with pytest.raises(UserError, match="pause"):
            read_canary("10", seconds)
