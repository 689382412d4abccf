"""Stories of racks that do not answer and of deadlines, in every status."""

from dataclasses import replace

import pytest

from engine.environment import Vault
from engine.lifecycle import is_final
from storage.promotions import RUNNING
from storage.records import PromotionStatus
from tests.integration.engine.stages import (
    BAKING,
    SICK,
    only_the_old_one_is_left,
    promoting,
    with_old_release,
)
from tests.worlds import Scene

P = PromotionStatus


def test_a_release_that_is_never_healthy_has_until_its_deadline_and_no_longer(
    scene: Scene,
) -> None:
    _, promotion_id = promoting(scene, P.VERIFYING)
    deadline = scene.promotion(promotion_id).deadline_at
    assert deadline
    scene.clock.at = deadline
    scene.clock.pass_time(-1)
    scene.tick()
    assert scene.promotion(promotion_id).status is P.VERIFYING
    scene.tick()

    assert scene.promotion(promotion_id).status is P.FAILED


@pytest.mark.parametrize("status", RUNNING)
def test_every_status_ends_when_the_rack_stays_away(scene: Scene, status: P) -> None:
    old = with_old_release(scene)
    release = scene.built("New", BAKING)
    promotion_id = scene.did("promote", release, *steps_to(status))
    scene.on_tick.clear()  # nobody can see what traffic does
    reach(scene, promotion_id, status)
    scene.memory.make_unreachable("staging")
    for _ in range(60):
        scene.tick(60)

    promotion = scene.promotion(promotion_id)
    assert is_final(promotion.status)
    ends = {
        P.PREPARING: P.FAILED,
        P.STARTING: P.FAILED,
        P.VERIFYING: P.FAILED,
        P.RETIRING: P.SUCCEEDED,
    }
    assert promotion.status is ends.get(status, P.ROLLBACK_FAILED)
    assert promotion.leftovers is (status is not P.PREPARING)

    scene.memory.make_reachable("staging")
    scene.tick()
    stays = release if status is P.RETIRING else old
    assert scene.live_release() == stays
    assert scene.serving_releases() == {stays}
    assert {one.release for one in scene.processes()} == {stays}
    assert not scene.promotion(promotion_id).leftovers
    if status is not P.PREPARING:
        assert scene.told(promotion_id)[-1] == (
            f"What was left over on staging is removed. {stays} is live on staging."
        )


@pytest.mark.parametrize("status", RUNNING)
def test_every_status_goes_on_when_the_rack_is_back_in_time(scene: Scene, status: P) -> None:
    old = with_old_release(scene)
    release = scene.built("New", BAKING)
    promotion_id = scene.did("promote", release, *steps_to(status))
    reach(scene, promotion_id, status)
    scene.memory.make_unreachable("staging")
    scene.tick()
    scene.tick()
    if status is not P.ROLLING_BACK:
        assert scene.promotion(promotion_id).status is status
    assert "does not answer" in (scene.promotion(promotion_id).progress or "")
    scene.memory.make_reachable("staging")
    scene.settle()

    goes_back = status is P.ROLLING_BACK
    assert scene.promotion(promotion_id).status is (P.ROLLED_BACK if goes_back else P.SUCCEEDED)
    only_the_old_one_is_left(scene, old if goes_back else release)


def steps_to(status: P) -> tuple[str, ...]:
    """How to ask for a promotion that passes *status*."""
    return ("--canary", "50", "--pause", "30s") if status is P.HOLDING else ()


def reach(scene: Scene, promotion_id: str, status: P) -> None:
    """Stop in the middle of *status*, also of one that a tick would pass: its call is refused."""
    if status is P.ROLLING_BACK:
        scene.until(promotion_id, P.BAKING)
        scene.say("cancel", promotion_id)

    def stop_there(_: str) -> None:
        if scene.promotion(promotion_id).status is status:
            scene.memory.on_call = lambda _: None
            scene.memory.make_unreachable("staging")

    scene.memory.on_call = stop_there
    if status is P.PREPARING:
        scene.memory.make_unreachable("staging")
    for _ in range(300):
        if scene.promotion(promotion_id).status is status:
            break
        scene.tick()
    scene.memory.on_call = lambda _: None
    assert scene.promotion(promotion_id).status is status


def test_no_promotion_begins_before_the_leftovers_of_another_are_cleared(scene: Scene) -> None:
    with_old_release(scene)
    new, promotion_id = promoting(scene, P.VERIFYING)
    scene.memory.make_unreachable("staging")
    for _ in range(40):
        scene.tick(30)
    assert scene.promotion(promotion_id).leftovers
    next_one = scene.did("promote", scene.built_candidate("Next"))
    scene.pass_time(60)
    assert scene.promotion(next_one).status is P.QUEUED

    scene.memory.make_reachable("staging")
    scene.settle()
    assert scene.promotion(next_one).status is P.SUCCEEDED
    assert new not in {one.release for one in scene.processes()}


# A rack or key that is gone.


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (P.VERIFYING, P.FAILED),
        (P.BAKING, P.ROLLBACK_FAILED),
    ],
)
def test_a_promotion_whose_environment_cannot_be_opened_any_more_ends(
    scene: Scene, status: P, end: P
) -> None:
    scene.say("env", "set", "A=1")
    _, promotion_id = promoting(scene, status)
    scene.world = replace(scene.world, vault=Vault("another key"))
    scene.on_tick.clear()  # nobody can tell what is wanted
    scene.settle()

    assert scene.promotion(promotion_id).status is end
    assert "another RACKHAND_SECRET_KEY" in (scene.promotion(promotion_id).reason or "")


def test_every_milestone_has_been_told_once_whatever_happened(scene: Scene) -> None:
    with_old_release(scene)
    new, promotion_id = promoting(scene, P.BAKING)
    scene.behave(new, SICK)
    scene.settle()

    keys = [one.key for one in scene.outgoing(promotion_id)]
    assert len(keys) == len(set(keys))
    told = scene.told(promotion_id)
    assert len(told) == len(set(told))
