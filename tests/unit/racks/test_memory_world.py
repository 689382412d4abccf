"""Steering simulated racks."""

from datetime import timedelta

import pytest

from engine.adapters.memory import HELD, Behaviour, MemoryRack, MemoryWorld
from engine.adapters.memory.changes import Changes
from engine.errors import Refused, Unreachable
from engine.ports.rack import Hook, Phase
from tests.contract.rack.memory_stage import SteppedClock
from tests.contract.rack.specs import service, target
from tests.fakes import FakeClock

IMAGE = "sha256:" + "1" * 64
BEFORE, AFTER = Hook.BEFORE_PROMOTE, Hook.AFTER_PROMOTE


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
def world() -> MemoryWorld:
    return MemoryWorld()


@pytest.fixture
def rack(world: MemoryWorld, clock: SteppedClock) -> MemoryRack:
    return MemoryRack("staging", world, clock)


def phase_after(rack: MemoryRack, clock: SteppedClock, seconds: float, **changes: str) -> Phase:
    wanted = target(1, service(image=IMAGE, **changes))
    rack.start(wanted)
    clock.at += timedelta(seconds=seconds)
    return rack.observe(wanted).of("web").phase


@pytest.mark.parametrize(
    ("fail", "phase"),
    [
        ("", Phase.HEALTHY),
        ("unhealthy", Phase.STARTING),
        ("crash", Phase.UNHEALTHY),
        ("slow", Phase.STARTING),
        ("hold", Phase.STARTING),
    ],
)
def test_the_environment_asks_for_a_failure(
    rack: MemoryRack, clock: SteppedClock, fail: str, phase: Phase
) -> None:
    assert phase_after(rack, clock, seconds=5, fail=fail) is phase


@pytest.mark.parametrize("whose", [IMAGE, "shop", "shop/web"])
def test_a_held_process_waits_until_it_is_let_go(
    world: MemoryWorld, rack: MemoryRack, clock: SteppedClock, whose: str
) -> None:
    world.behave(whose, HELD)
    assert phase_after(rack, clock, seconds=3600) is Phase.STARTING

    world.behave(whose, Behaviour())

    assert phase_after(rack, clock, seconds=0) is Phase.HEALTHY


def test_an_unreachable_rack_answers_again_in_time(
    world: MemoryWorld, rack: MemoryRack, clock: SteppedClock
) -> None:
    world.make_unreachable("staging", until=clock.at + timedelta(seconds=10))
    with pytest.raises(Unreachable, match="staging"):
        rack.status()

    clock.at += timedelta(seconds=10)

    assert rack.status().engine == "simulated"


def test_a_rack_stays_unreachable_until_told_otherwise(
    world: MemoryWorld, rack: MemoryRack, clock: SteppedClock
) -> None:
    world.make_unreachable("staging")
    clock.at += timedelta(days=1)
    with pytest.raises(Unreachable):
        rack.start(target(1, service(image=IMAGE)))

    world.make_reachable("staging")

    assert rack.processes() == ()


def test_every_image_is_everywhere_unless_the_world_is_strict(clock: SteppedClock) -> None:
    assert MemoryRack("staging", MemoryWorld(), clock).has_image(IMAGE)
    assert not MemoryRack("staging", MemoryWorld(any_image=False), clock).has_image(IMAGE)


def test_the_journal_tells_what_was_done_in_order(world: MemoryWorld, rack: MemoryRack) -> None:
    rack.start(target(1, service(image=IMAGE, replicas=2)))

    assert world.journal == (
        "staging: start router",
        "staging: start P1 web 1",
        "staging: start P1 web 2",
    )


def test_hooks_end_as_their_behaviour_says(
    world: MemoryWorld, rack: MemoryRack, clock: SteppedClock
) -> None:
    wanted = target(1, service(image=IMAGE, hooks={BEFORE: ("migrate",), AFTER: ("warm",)}))
    world.behave("shop", Behaviour(hook_seconds=5))
    world.behave(f"shop/web/{AFTER}", Behaviour(hook_exit_code=1, hook_seconds=2))
    for hook in (BEFORE, AFTER):
        assert rack.run_hook(wanted, "web", hook).running
    clock.at += timedelta(seconds=3)

    before, after = (rack.run_hook(wanted, "web", hook) for hook in (BEFORE, AFTER))

    assert (before.running, before.exit_code, before.seconds) == (True, None, 3)
    assert (after.running, after.exit_code, after.seconds) == (False, 1, 2)


def test_a_hook_that_a_service_lacks_is_refused(rack: MemoryRack) -> None:
    with pytest.raises(Refused, match="before_promote"):
        rack.run_hook(target(1, service(image=IMAGE)), "web", BEFORE)


def test_the_image_of_a_hook_is_not_pruned(clock: SteppedClock) -> None:
    world = MemoryWorld(any_image=False)
    world.add_image("staging", IMAGE, app="shop")
    rack = MemoryRack("staging", world, clock)
    wanted = target(1, service(image=IMAGE, hooks={BEFORE: ("migrate",)}))
    rack.run_hook(wanted, "web", BEFORE)
    assert rack.prune((), app="shop") == 0

    rack.revert(wanted)

    assert rack.prune((), app="shop") == 1


def test_each_step_of_a_canary_is_a_change_of_each_process(
    world: MemoryWorld, rack: MemoryRack, clock: SteppedClock
) -> None:
    for number in (1, 2):
        wanted = target(number, service(image=IMAGE, version=str(number)))
        rack.start(wanted)
        clock.at += timedelta(seconds=2)
        rack.shift(wanted, percent=100 if number == 1 else 25)
    already = len(world.journal)
    rack.shift(wanted, percent=75)
    rack.shift(wanted, percent=75)
    rack.shift(wanted)

    assert world.journal[already:] == (
        "staging: weigh P2 web 1",
        "staging: weigh P1 web 1",
        "staging: drain P1 web 1",
        "staging: weigh P2 web 1",
    )


def test_a_route_that_another_app_gets_in_between_is_kept() -> None:
    world = MemoryWorld()
    changes = Changes("staging", world, FakeClock())

    def meanwhile(what: str) -> None:
        if what == "route web":
            changes.route("shop", {"shop.example": "shop/web"}, drop_others=False)

    world.on_call = meanwhile
    changes.route("web", {"web.example": "web/web"}, drop_others=False)

    assert changes.state().hosts == {"web.example": "web/web", "shop.example": "shop/web"}
