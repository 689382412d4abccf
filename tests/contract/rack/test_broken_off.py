"""A bot that is killed between any two changes and started again."""

from collections.abc import Callable

from engine.ports.rack import Hook, Phase, Target
from tests.contract.rack.specs import HOOK, service, target
from tests.contract.rack.stage import BrokenOff, Stage, begin, make_live, reach, see, take_over

VOLUMES = ("data:/data",)


def repeat_until_whole(stage: Stage, call: Callable[[], object]) -> int:
    """Break the call off again and again, each few times one change later, until it ends."""
    for breaks in range(100):
        stage.break_off_after(changes=1 + breaks // 6)
        try:
            call()
        except BrokenOff:
            stage.rack = stage.restarted()
        else:
            return breaks
        finally:
            stage.break_off_after(changes=None)
    raise AssertionError("a repeat does not go on where it broke off")


def promote_with_breaks(stage: Stage, wanted: Target) -> int:
    breaks = repeat_until_whole(stage, lambda: stage.rack.prepare(wanted))
    breaks += repeat_until_whole(stage, lambda: stage.rack.start(wanted))
    see(
        stage,
        wanted,
        lambda seen: all(
            found.waits_for_shift or found.ready == found.wanted for found in seen.services
        ),
    )
    breaks += repeat_until_whole(stage, lambda: stage.rack.shift(wanted))
    reach(stage, wanted, Phase.STARTING)
    see(stage, wanted, lambda seen: all(found.ready == found.wanted for found in seen.services))
    breaks += repeat_until_whole(stage, lambda: stage.rack.shift(wanted))
    return breaks


def both(stage: Stage, number: int) -> Target:
    version = str(number)
    return target(
        number,
        service(image=stage.image, version=version, replicas=2),
        service("db", image=stage.image, version=version, host="db.test", volumes=VOLUMES),
    )


def test_a_promotion_broken_off_everywhere_ends_like_an_undisturbed_one(stage: Stage) -> None:
    make_live(stage, both(stage, 1))
    second = both(stage, 2)
    breaks = promote_with_breaks(stage, second)
    reach(stage, second, Phase.DRAINED)
    breaks += repeat_until_whole(stage, lambda: stage.rack.retire(second))

    assert breaks >= 7, "it was broken off at each of its changes"
    found = sorted((process.service, process.release) for process in stage.rack.processes())
    assert found == [("db", "R2"), ("web", "R2"), ("web", "R2")]
    assert reach(stage, second, Phase.RETIRED).of("web").ready == 2
    assert (stage.answer("shop.test"), stage.answer("db.test")) == ("2", "2")


def test_a_revert_broken_off_everywhere_ends_like_an_undisturbed_one(stage: Stage) -> None:
    first = both(stage, 1)
    make_live(stage, first)
    second = both(stage, 2)
    promote_with_breaks(stage, second)
    breaks = repeat_until_whole(stage, lambda: stage.rack.revert(second))

    assert breaks >= 4, "it was broken off again and again"
    found = sorted((process.service, process.release) for process in stage.rack.processes())
    assert found == [("db", "R1"), ("web", "R1"), ("web", "R1")]
    assert reach(stage, first, Phase.RETIRED).of("web").ready == 2
    assert (stage.answer("shop.test"), stage.answer("db.test")) == ("1", "1")


def test_as_long_as_a_retire_has_something_left_to_do_it_is_seen(stage: Stage) -> None:
    make_live(stage, target(1, service(image=stage.image, host="old.test")))
    hooks = {Hook.AFTER_PROMOTE: HOOK}
    second = target(2, service(image=stage.image, version="2", host="new.test", hooks=hooks))
    begin(stage, second)
    take_over(stage, second)
    stage.rack.run_hook(second, "web", Hook.AFTER_PROMOTE)
    reach(stage, second, Phase.DRAINED)
    breaks = 0
    while stage.rack.observe(second).of("web").phase is not Phase.RETIRED:
        stage.break_off_after(changes=breaks // 4)
        try:
            stage.rack.retire(second)
        except BrokenOff:
            breaks += 1
            stage.rack = stage.restarted()
        finally:
            stage.break_off_after(changes=None)

    assert breaks >= 3, "hosts, processes and hooks go one after the other"
    assert (stage.answer("old.test"), stage.answer("new.test")) == ("404", "2")
    assert stage.rack.run_hook(second, "web", Hook.AFTER_PROMOTE).running, "it was gone"
