"""The engine is restarted, or dies, in the middle of a promotion."""

import os
import signal
from collections.abc import Callable

import psutil

from scripts import dockerd
from storage.records import PromotionStatus
from tests.integration.trouble.rack_app import files
from tests.integration.trouble.rack_scene import UNDISTURBED, RealScene

P = PromotionStatus
End = Callable[[dockerd.Engine], None]


def kill(engine: dockerd.Engine) -> None:
    """Let it die without a word, as a crash does."""
    process = psutil.Process(int(engine.pid_file.read_text()))
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)


def goes_away(scene: RealScene, promotion_id: str, engine: dockerd.Engine, end: End) -> None:
    """Let the engine be away for some ticks, and come back."""
    end(engine)
    for _ in range(5):
        scene.tick()
    assert "does not answer" in (scene.promotion(promotion_id).progress or "")
    dockerd.start(engine)


def test_a_promotion_goes_on_when_its_engine_was_restarted_while_it_verified(
    fragile: RealScene, own_engine: dockerd.Engine
) -> None:
    old = fragile.with_old()
    new = fragile.built("New", files(waits=True))
    promotion_id = fragile.did("promote", new)
    fragile.until(promotion_id, P.VERIFYING)
    goes_away(fragile, promotion_id, own_engine, dockerd.stop)
    fragile.see(lambda: fragile.page() == old, "the old release again")
    assert fragile.promotion(promotion_id).status is P.VERIFYING
    fragile.let_go(new)
    fragile.settle()

    assert fragile.promotion(promotion_id).status is P.SUCCEEDED
    assert fragile.milestones(promotion_id) == UNDISTURBED
    fragile.only_this_lives(new)


def test_a_release_is_served_again_when_its_engine_crashed_while_it_was_watched(
    fragile: RealScene, own_engine: dockerd.Engine
) -> None:
    fragile.with_old()
    new = fragile.built("New", files(bake_seconds=600))
    promotion_id = fragile.did("promote", new)
    fragile.until(promotion_id, P.BAKING)
    goes_away(fragile, promotion_id, own_engine, kill)
    fragile.see(lambda: fragile.page() == new, "the new release again")
    assert fragile.promotion(promotion_id).status is P.BAKING
    fragile.clock.skip(600)
    fragile.settle()

    assert fragile.promotion(promotion_id).status is P.SUCCEEDED
    assert fragile.milestones(promotion_id) == UNDISTURBED
    fragile.only_this_lives(new)
