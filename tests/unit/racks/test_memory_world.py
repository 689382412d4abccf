"""Steering simulated racks."""

from datetime import timedelta

import pytest

from engine.adapters.memory import HELD, Behaviour, MemoryRack, MemoryWorld
from engine.errors import Unreachable
from engine.ports.rack import Phase
from tests.contract.rack.memory_stage import SteppedClock
from tests.contract.rack.specs import service, target

IMAGE = "sha256:" + "1" * 64


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
