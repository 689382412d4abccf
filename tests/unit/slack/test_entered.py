"""The environment form."""

import pytest

from bot.slack.entered import pairs_of
from engine.errors import UserError


def test_each_line_is_a_pair_and_values_are_kept_as_they_are() -> None:
    entered = "A=1\n\n# a note\nexport B = x=y \nC=\nD='quoted'\r\n"
    assert pairs_of(entered) == ("A=1", "B= x=y", "C=", "D='quoted'")


@pytest.mark.parametrize(
    ("entered", "told"),
    [
        ("", "Nothing is set here."),
        ("# only a note", "Nothing is set here."),
        ("A=1\nhunter2", "Line 2 has no “=”."),
        ("1A=hunter2", "The name in line 1 cannot be one."),
        ("A B=hunter2", "The name in line 1 cannot be one."),
        ("=hunter2", "The name in line 1 cannot be one."),
        ("A=1\n\nB=2\nA=hunter2", "Line 4 sets the same name as line 1."),
    ],
)
def test_a_fault_names_its_line_and_never_what_stands_there(entered: str, told: str) -> None:
    with pytest.raises(UserError) as caught:
        pairs_of(entered)
    assert str(caught.value).startswith(told)
    assert "hunter2" not in str(caught.value)
