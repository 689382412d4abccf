"""Numbers, times and racks as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from commands import words
from commands.reply import RackTag
from engine.errors import UserError

NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "0 s"),
        (0, "0 s"),
        (52.4, "52 s"),
        (59.6, "1 min"),
        (190, "3 min 10 s"),
        (3_600, "1 h"),
        (7_830, "2 h 10 min"),
        (86_400, "1 d"),
        (4 * 86_400 + 6 * 3_600, "4 d 6 h"),
    ],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(seconds: float, said: str) -> None:
    assert words.duration(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "just now"),
        (9, "just now"),
        (45, "45 s ago"),
        (400, "6 min ago"),
        (7_300, "2 h ago"),
        (3 * 86_400 + 7, "3 d ago"),
    ],
)
def test_an_age_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    assert words.age(NOW - timedelta(seconds=seconds), NOW) == said


def test_numbers_go_with_what_they_count() -> None:
    assert words.count(1, "release") == "1 release"
    assert words.count(1_200, "request") == "1,200 requests"
    assert words.count(0, "process", "processes") == "0 processes"


def test_things_in_a_row_are_said_as_in_a_sentence() -> None:
    assert [words.listed(list("abc")[:count]) for count in range(4)] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_of_many_things_the_first_are_said_and_the_others_counted() -> None:
    names = [f"a{number}" for number in range(12)]
    assert words.some(names[:8]) == "a0, a1, a2, a3, a4, a5, a6 and a7"
    assert words.some(names) == "a0, a1, a2, a3, a4, a5, a6 and 5 more"
    assert words.some(names, 2) == "a0 and 11 more"
    assert words.some([]) == ""


def test_a_length_of_time_is_read_as_it_is_written() -> None:
    assert words.length_of("90s", "an age") == timedelta(seconds=90)
    assert words.length_of("5m", "an age") == timedelta(minutes=5)
    assert words.length_of("2h", "an age") == timedelta(hours=2)
    assert words.length_of("1d", "an age") == timedelta(days=1)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m", "12345s", "5M", "1h30m"])
def test_what_is_no_length_of_time_is_named_as_such(text: str) -> None:
    with pytest.raises(UserError, match="is not a time to pause"):
        words.length_of(text, "a time to pause")


def test_a_rack_is_said_with_its_color_and_its_lock() -> None:
    assert words.rack(RackTag(name="production", color="red", protected=True)) == "🔴 production 🔒"
    assert words.rack(RackTag(name="x", color="mauve")) == "⚪ x"
