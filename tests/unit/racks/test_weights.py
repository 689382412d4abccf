"""Weights by which old and new processes share the traffic."""

import pytest

from engine.adapters.docker.weights import HEAVIEST, share_of, weights_for

PERCENTS = range(1, 100)


@pytest.mark.parametrize("new", [1, 2, 3, 5])
@pytest.mark.parametrize("old", [1, 2, 3, 5])
def test_new_servers_together_get_the_share_that_was_asked_for(new: int, old: int) -> None:
    for percent in range(3, 97):
        found = weights_for(percent, new=new, old=old)
        assert found is not None
        assert all(1 <= weight <= HEAVIEST for weight in found)
        got = 100 * found[0] * new / (found[0] * new + found[1] * old)
        assert abs(got - percent) < 0.5


@pytest.mark.parametrize("count", [1, 2, 4, 20])
def test_as_many_new_as_old_ones_can_share_by_every_percent(count: int) -> None:
    assert all(weights_for(percent, new=count, old=count) for percent in PERCENTS)


@pytest.mark.parametrize(("percent", "new", "old"), [(1, 8, 1), (2, 6, 1), (99, 1, 8)])
def test_a_share_too_fine_for_the_weights_is_not_rounded(percent: int, new: int, old: int) -> None:
    assert weights_for(percent, new=new, old=old) is None


@pytest.mark.parametrize(
    ("new", "old", "share"),
    [([1], [9], 10), ([1, 1], [1, 1], 50), ([], [1], 0), ([], [], 0), ([28], [126, 126], 10)],
)
def test_a_share_is_read_from_weights(new: list[int], old: list[int], share: int) -> None:
    assert share_of(new, old) == share
