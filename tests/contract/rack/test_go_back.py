"""Taking a promotion back once processes that served before it are gone, on any rack."""

import contextlib

import pytest

from engine.errors import NotFound
from engine.ports.rack import Phase, Target
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import BrokenOff, Stage, begin, make_live, reach, see, take_over

VOLUMES = ("data:/data",)


def go_back(stage: Stage, second: Target, first: Target) -> set[str]:
    """Revert as often as it takes, and return who answered meanwhile."""
    answered = set()

    def is_back(seen: object) -> bool:
        stage.rack.revert(second, to=first)
        answered.add(stage.answer("shop.test"))
        found = stage.rack.observe(first).services
        return all(one.phase is Phase.RETIRED for one in found)

    see(stage, first, is_back)
    return answered


def whose(stage: Stage) -> list[tuple[str, str]]:
    return sorted((one.service, one.promotion) for one in stage.rack.processes("shop"))


def test_old_processes_that_are_gone_are_started_anew_before_the_new_ones_go(stage: Stage) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    make_live(stage, second)
    stage.rack.revert(second, to=first)

    assert stage.answer("shop.test") == "2"
    assert ("web", "P2") in whose(stage)
    assert go_back(stage, second, first) == {"1", "2"}
    assert stage.answer("shop.test") == "1"
    assert whose(stage) == [("web", "P1"), ("web", "P1")]


def test_old_processes_that_are_warm_take_over_at_once(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    before = [one.id for one in stage.rack.processes("shop")]
    second = target(2, service(image=stage.image, version="2"))
    begin(stage, second)
    take_over(stage, second)
    stage.rack.revert(second, to=first)

    assert stage.answer("shop.test") == "1"
    assert [one.id for one in stage.rack.processes("shop")] == before


def test_new_processes_stay_at_work_where_the_old_ones_cannot_come_back(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image)))
    second = target(2, service(image=stage.image, version="2"))
    make_live(stage, second)
    lost = target(1, service(image=stage.absent_image))
    with pytest.raises(NotFound):
        stage.rack.revert(second, to=lost)
    broken = target(1, service(image=stage.image, fail="unhealthy"))
    for _ in range(3):
        stage.rack.revert(second, to=broken)
        stage.pass_time(0.5)

    assert stage.answer("shop.test") == "2"
    stage.rack.retire(second)
    assert whose(stage) == [("web", "P2")]


def test_a_restart_whose_old_processes_are_gone_leaves_its_own_at_work(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    again = target(2, service(image=stage.image), again=True)
    make_live(stage, again)
    before = [one.id for one in stage.rack.processes("shop")]
    stage.rack.revert(again, to=first)

    assert stage.answer("shop.test") == "1"
    assert [one.id for one in stage.rack.processes("shop")] == before
    assert stage.rack.observe(first).of("web").phase is Phase.RETIRED


def test_replicas_and_services_that_were_given_up_come_back(stage: Stage) -> None:
    web = service(image=stage.image, replicas=2)
    first = target(1, web, service("admin", image=stage.image, host="admin.test"))
    make_live(stage, first)
    second = target(2, service(image=stage.image))
    make_live(stage, second)
    assert go_back(stage, second, first) == {"1"}

    assert whose(stage) == [("admin", "P1"), ("web", "P1"), ("web", "P1")]
    assert (stage.answer("shop.test"), stage.answer("admin.test")) == ("1", "1")


def test_a_process_that_shares_a_volume_comes_back_once_the_new_one_has_stopped(
    stage: Stage,
) -> None:
    first = target(1, service("db", image=stage.image, volumes=VOLUMES))
    make_live(stage, first)
    second = target(2, service("db", image=stage.image, version="2", volumes=VOLUMES))
    make_live(stage, second)
    stage.rack.revert(second, to=first)
    reach(stage, first, Phase.STARTING)
    go_back(stage, second, first)

    assert whose(stage) == [("db", "P1")]
    assert stage.answer("shop.test") == "1"


@pytest.mark.parametrize("changes", [0, 1, 2])
def test_it_goes_back_from_wherever_the_old_ones_were_being_stopped(
    stage: Stage, changes: int
) -> None:
    first = target(1, service(image=stage.image, replicas=2))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2", host="shop.test"))
    begin(stage, second)
    take_over(stage, second)
    reach(stage, second, Phase.DRAINED)
    stage.break_off_after(changes=changes)
    with contextlib.suppress(BrokenOff):
        stage.rack.retire(second)
    stage.break_off_after(changes=None)
    stage.rack = stage.restarted()
    answered = go_back(stage, second, first)

    assert answered <= {"1", "2"}
    assert whose(stage) == [("web", "P1"), ("web", "P1")]


def test_broken_off_everywhere_it_goes_back_all_the_same(stage: Stage) -> None:
    first = target(1, service(image=stage.image))
    make_live(stage, first)
    second = target(2, service(image=stage.image, version="2"))
    make_live(stage, second)
    breaks = 0
    while stage.rack.observe(first).of("web").phase is not Phase.RETIRED:
        stage.break_off_after(changes=breaks // 4)
        try:
            stage.rack.revert(second, to=first)
        except BrokenOff:
            breaks += 1
            stage.rack = stage.restarted()
        finally:
            stage.break_off_after(changes=None)
        stage.pass_time(0.2)

    assert breaks >= 3
    assert whose(stage) == [("web", "P1")]
    assert stage.answer("shop.test") == "1"
