"""What a simulated rack counts of requests that nobody sent."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.adapters.memory import Behaviour, MemoryRack, MemoryWorld
from engine.adapters.memory.traffic import split
from engine.ports.rack import Measurement, Target
from engine.receipt import Figures, figures
from storage.records import Sample
from tests.contract.rack.memory_stage import SteppedClock
from tests.contract.rack.specs import service, target

IMAGE = "sha256:" + "1" * 64


class Shop:
    """An app on a simulated rack, that gets a hundred requests a second."""

    def __init__(self, requests_per_second: int = 100) -> None:
        self.clock = SteppedClock()
        self.world = MemoryWorld(requests_per_second=requests_per_second)
        self.rack = MemoryRack("staging", self.world, self.clock)

    def start(self, number: int, fail: str = "", replicas: int = 1) -> Target:
        web = service(image=IMAGE, version=str(number), fail=fail, replicas=replicas)
        wanted = target(number, web)
        self.rack.start(wanted)
        self.pass_time(2)
        return wanted

    def make_live(self, number: int) -> Target:
        wanted = self.start(number)
        self.rack.shift(wanted)
        self.rack.retire(wanted)
        return wanted

    def pass_time(self, seconds: float) -> None:
        self.clock.at += timedelta(seconds=seconds)

    def measured(self, wanted: Target, seconds: int) -> Measurement:
        return self.rack.measure(wanted, since=self.clock.at - timedelta(seconds=seconds + 1))


def sides(found: Measurement) -> tuple[Figures, Figures]:
    """Return what the old and the new side answered."""
    return figures(one.old for one in found.samples), figures(one.new for one in found.samples)


def test_every_second_that_is_over_has_its_requests() -> None:
    shop = Shop(requests_per_second=7)
    live = shop.make_live(1)
    shop.pass_time(10.5)

    found = shop.measured(live, 20)

    assert len(found.samples) == 10
    assert {one.new.requests for one in found.samples} == {7}
    assert {one.old.requests for one in found.samples} == {0}


def test_an_app_that_is_asked_nothing_measures_nothing() -> None:
    shop = Shop(requests_per_second=0)
    live = shop.make_live(1)
    shop.pass_time(60)

    assert shop.measured(live, 60).samples == ()


def test_before_its_first_promotion_an_app_is_asked_nothing() -> None:
    shop = Shop()
    first = shop.start(1)

    assert shop.measured(first, 60).samples == ()


@pytest.mark.parametrize("whose", ["shop", "shop/web", IMAGE])
def test_a_behaviour_says_how_much_its_app_is_asked(whose: str) -> None:
    shop = Shop(requests_per_second=0)
    shop.world.behave(whose, Behaviour(requests_per_second=3))
    live = shop.make_live(1)
    shop.pass_time(10)

    assert sides(shop.measured(live, 10))[1].requests == 30


@pytest.mark.parametrize(("replicas", "percent"), [(1, 10), (3, 10), (3, 55), (1, 1)])
def test_requests_are_divided_as_the_traffic_was(replicas: int, percent: int) -> None:
    shop = Shop()
    shop.make_live(1)
    second = shop.start(2, replicas=replicas)
    shop.rack.shift(second, percent=percent)
    shop.pass_time(100)

    old, new = sides(shop.measured(second, 100))

    assert old.requests + new.requests == 100 * 100
    assert new.requests == pytest.approx(percent * 100, abs=100)


def test_each_second_is_divided_as_it_was_then() -> None:
    shop = Shop()
    shop.make_live(1)
    second = shop.start(2)
    for percent in (10, 50, 20, 100):
        shop.rack.shift(second, percent=percent)
        shop.pass_time(1)

    assert [one.new.requests for one in shop.measured(second, 4).samples] == [10, 50, 20, 100]


def test_a_release_that_is_healthy_by_its_check_can_fail_requests() -> None:
    shop = Shop()
    shop.make_live(1)
    second = shop.start(2, fail="errors")
    shop.rack.shift(second, percent=50)
    shop.pass_time(20)

    old, new = sides(shop.measured(second, 20))

    assert shop.rack.observe(second).of("web").ready == 1
    assert old.failed == 0
    assert new.failed_share == pytest.approx(0.05, abs=0.02)


def test_a_release_that_is_healthy_by_its_check_can_be_slow() -> None:
    shop = Shop()
    shop.make_live(1)
    second = shop.start(2, fail="slowness")
    shop.rack.shift(second, percent=50)
    shop.pass_time(20)

    old, new = sides(shop.measured(second, 20))

    assert (old.p50_ms, new.p50_ms) == (40, 120)
    assert old.p95_ms is not None
    assert new.p95_ms is not None
    assert new.p95_ms >= 2 * old.p95_ms + 1
    assert old.p95_ms > 40, "the slowest take longer than most"


def test_what_is_gone_is_still_known_as_it_behaved() -> None:
    shop = Shop()
    shop.make_live(1)
    shop.pass_time(10)
    broken = shop.start(2, fail="errors")
    shop.rack.shift(broken)
    shop.pass_time(10)
    shop.rack.revert(broken)
    shop.pass_time(10)

    found = shop.measured(broken, 20)

    assert sum(one.new.failed for one in found.samples) > 0
    assert sum(one.new.requests for one in found.samples) == 10 * 100
    assert {one.new.requests for one in found.samples[-10:]} == {0}


def test_the_same_second_is_told_alike_however_often_it_is_asked_for() -> None:
    shop = Shop(requests_per_second=13)
    shop.make_live(1)
    second = shop.start(2, fail="errors")
    shop.rack.shift(second, percent=30)
    shop.pass_time(30)
    at_once = shop.measured(second, 30).samples

    since = shop.clock.at - timedelta(seconds=31)
    one_by_one: list[Sample] = []
    shop.clock.at = since
    for _ in range(31):
        shop.pass_time(1)
        found = shop.rack.measure(second, since=since).samples
        one_by_one += found
        since = datetime.fromtimestamp(found[-1].second, UTC) if found else since

    assert tuple(one_by_one) == at_once


def test_a_second_starts_and_ends_with_a_request() -> None:
    shop = Shop(requests_per_second=4)
    live = shop.make_live(1)
    shop.pass_time(2)

    (one, _) = shop.measured(live, 2).samples

    assert (one.first_ms, one.last_ms, one.pause_ms) == (125, 875, 250)


def test_seconds_longer_ago_than_are_remembered_are_said_to_be_lost() -> None:
    shop = Shop(requests_per_second=1)
    live = shop.make_live(1)
    shop.pass_time(7_200)

    found = shop.measured(live, 7_100)

    assert not found.complete
    assert len(found.samples) == 3_600
    assert shop.measured(live, 3_000).complete


def test_a_division_is_forgotten_an_hour_after_the_next() -> None:
    shop = Shop()
    for number in range(1, 6):
        shop.make_live(number)
        shop.pass_time(2_000)

    kept = shop.world.rack("staging").divisions["shop"]

    assert [{one.promotion for one in division.receivers} for division in kept] == [
        {"P3"},
        {"P4"},
        {"P5"},
    ]


def test_a_clock_that_was_set_back_does_not_mix_up_the_seconds() -> None:
    shop = Shop()
    shop.make_live(1)
    second = shop.start(2)
    shop.pass_time(10)
    shop.rack.shift(second, percent=50)
    shop.pass_time(-5)
    shop.rack.shift(second)
    shop.pass_time(5)

    found = shop.measured(second, 5)

    assert [one.new.requests for one in found.samples] == [100] * 5


@pytest.mark.parametrize("parts", [(1,), (10, 90), (1, 1, 1), (99, 1), (0, 5)])
def test_a_split_adds_up_in_each_second_and_is_even_over_all(parts: tuple[int, ...]) -> None:
    seconds = range(1_700_000_000, 1_700_000_000 + 100 * sum(parts))
    told = [split(7, parts, second) for second in seconds]

    assert all(sum(one) == 7 and min(one) >= 0 for one in told)
    for place, part in enumerate(parts):
        assert sum(one[place] for one in told) == 7 * 100 * part
