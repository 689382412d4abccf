"""What stories of trouble begin with: a release that serves, and a promotion under way."""

from engine.adapters.memory import HELD, Behaviour
from storage.records import PromotionStatus
from tests.worlds import Scene, compose

P = PromotionStatus
SICK = Behaviour(never_healthy="GET {path} answered 500")
CRASHES = Behaviour(exit_code=3, exit_after_seconds=0.5)
BAKING = compose("web", bake_seconds="12", drain_seconds="20")
BUSY = Behaviour(session_seconds=4)
AFTER_THE_SHIFT = (P.DRAINING, P.BAKING)


def with_old_release(scene: Scene) -> str:
    """A release that serves and whose processes take four seconds to drain."""
    release = scene.built("Old", BAKING)
    scene.behave(release, BUSY)
    scene.did("promote", release)
    scene.settle(seconds=10)
    assert scene.live_release() == release
    return release


def promoting(scene: Scene, status: P, behaviour: Behaviour | None = None) -> tuple[str, str]:
    """A new release whose promotion has come as far as *status*."""
    release = scene.built("New", BAKING)
    scene.behave(release, behaviour or (HELD if status is P.VERIFYING else Behaviour()))
    promotion_id = scene.did("promote", release)
    scene.until(promotion_id, status)
    return release, promotion_id


def only_the_old_one_is_left(scene: Scene, old: str) -> None:
    assert scene.live_release() == old
    assert scene.serving_releases() == {old}
    assert {one.release for one in scene.processes()} == {old}
