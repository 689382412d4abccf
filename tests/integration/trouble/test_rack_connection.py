"""The connection to the engine goes dead for a while: nothing is refused, nothing is answered."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.adapters.docker import connection, runtime_api
from storage.records import PromotionStatus
from tests.integration.trouble.conftest import Lay
from tests.integration.trouble.rack_app import files
from tests.integration.trouble.rack_line import Line, line
from tests.integration.trouble.rack_scene import (
    HOST,
    UNDISTURBED,
    RealScene,
    once_before,
    real_scene,
)
from tests.integration.trouble.visitor import visitor

P = PromotionStatus
ANSWER_SECONDS = 2  # in place of half a minute
SILENCE = "The engine of staging did not answer in time."


@pytest.fixture
def wire(tmp_path: Path, emptied_engine: str) -> Iterator[Line]:
    """The line between Rackhand and the engine."""
    with line(tmp_path / "line.sock", emptied_engine) as made:
        yield made


@pytest.fixture
def far(
    lay_staging: Lay, emptied_engine: str, wire: Line, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RealScene]:
    """The rack staging at the other end of the line, and little patience."""
    ground = lay_staging(emptied_engine)
    monkeypatch.setattr(connection, "ANSWER_SECONDS", ANSWER_SECONDS)
    monkeypatch.setattr(runtime_api, "ANSWER_SECONDS", ANSWER_SECONDS)
    with real_scene(ground, through={"staging": wire.url}) as scene:
        yield scene


def is_silent(scene: RealScene, promotion_id: str) -> bool:
    return SILENCE in (scene.promotion(promotion_id).progress or "")


def meets_a_dead_line(scene: RealScene, wire: Line, promotion_id: str) -> None:
    """Tick until the line has died, and the promotion has noticed."""
    scene.see(lambda: wire.is_dead and is_silent(scene, promotion_id), "that the engine is silent")


def test_a_release_is_watched_on_after_a_minute_without_a_line(far: RealScene, wire: Line) -> None:
    far.with_old()
    new = far.built("New", files(bake_seconds=600))
    promotion_id = far.did("promote", new)
    far.until(promotion_id, P.BAKING)
    with visitor(far.ports["staging"], HOST) as seen:
        wire.die()
        meets_a_dead_line(far, wire, promotion_id)
        far.clock.skip(60)
        far.tick()
        assert far.promotion(promotion_id).status is P.BAKING
        wire.recover()
        far.see(lambda: not is_silent(far, promotion_id), "that the engine answers")
        far.clock.skip(600)
        far.settle()

    assert far.promotion(promotion_id).status is P.SUCCEEDED
    assert far.milestones(promotion_id) == UNDISTURBED
    assert seen.runs == [new]
    far.only_this_lives(new)


@pytest.mark.parametrize("command", ["state ready", "state drain"])
def test_a_shift_whose_line_goes_dead_between_two_commands_is_finished_and_drops_nothing(
    far: RealScene, wire: Line, command: str
) -> None:
    old = far.with_old()
    new = far.built("New", files())
    once_before(far.adapters["staging"]._router._api, "tell", wire.die, saying=command)
    with visitor(far.ports["staging"], HOST) as seen:
        promotion_id = far.did("promote", new)
        meets_a_dead_line(far, wire, promotion_id)
        wire.recover()
        far.settle()

    assert far.promotion(promotion_id).status is P.SUCCEEDED
    assert far.milestones(promotion_id) == UNDISTURBED
    assert seen.went_over(old, new)
    far.only_this_lives(new)


def test_a_process_that_is_made_after_its_sender_gave_up_is_found_again(
    far: RealScene, wire: Line
) -> None:
    far.with_old()
    new = far.built("New", files(replicas=2))
    once_before(far.adapters["staging"]._containers, "start_replica", wire.die)
    promotion_id = far.did("promote", new)
    meets_a_dead_line(far, wire, promotion_id)
    wire.recover()
    far.settle()

    assert far.promotion(promotion_id).status is P.SUCCEEDED
    assert far.milestones(promotion_id) == UNDISTURBED
    far.only_this_lives(new)
