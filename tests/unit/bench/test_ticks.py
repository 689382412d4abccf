"""What the benchmark of ticks makes of its figures, and how it counts a rack's calls."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bench.counting import CountingRack
from bench.measure import Aim
from bench.ticks import SIZES, Costs, result_of, slope_ms
from engine.adapters.memory import MemoryRack, MemoryWorld
from engine.errors import Unreachable


class StoppedClock:
    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


def costs(milliseconds: Callable[[int], float], calls: Callable[[int], float]) -> list[Costs]:
    return [
        Costs(own_ms=[milliseconds(size)] * 3, rack_ms=[1.0] * 3, calls=[calls(size)] * 3)
        for size in SIZES
    ]


FLAT = costs(lambda _: 20.0, lambda _: 5)
LINEAR = costs(lambda size: 2.0 + 0.5 * size, lambda _: 2)
EACH_APP = costs(lambda size: 0.7 * size, lambda size: size)
SQUARE = costs(lambda size: 0.001 * size * size, lambda _: 2)


def missed(tick: list[Costs], sweep: list[Costs]) -> list[str]:
    aims: list[Aim] = list(result_of({"tick": tick, "sweep": sweep, "naive": EACH_APP}).aims)
    return [aim.what for aim in aims if not aim.met]


def test_flat_ticks_and_a_linear_sweep_are_what_was_asked_for() -> None:
    assert missed(FLAT, LINEAR) == []


def test_a_tick_that_asks_for_each_app_misses_both_of_its_aims() -> None:
    assert missed(EACH_APP, LINEAR) == [
        "a tick with the most apps over one with the fewest",
        "rack calls that a tick makes more with the most apps",
    ]


def test_a_sweep_that_costs_the_square_of_the_apps_is_not_linear() -> None:
    assert missed(FLAT, SQUARE) == [
        "what a sweep costs an app with the most apps over that with a tenth of them"
    ]


def test_the_slope_is_what_one_more_app_costs() -> None:
    assert slope_ms(LINEAR) == pytest.approx(0.5)


def test_calls_are_counted_by_name_also_where_the_rack_does_not_answer() -> None:
    world = MemoryWorld()
    rack = CountingRack(MemoryRack("staging", world, StoppedClock()))
    assert rack.as_rack.processes() == ()
    world.make_unreachable("staging")
    with pytest.raises(Unreachable):
        rack.as_rack.processes()

    assert rack.calls == {"processes": 2}
    assert rack.seconds > 0
    assert rack.as_rack.name == "staging"

    rack.forget()

    assert rack.calls.total() == 0
