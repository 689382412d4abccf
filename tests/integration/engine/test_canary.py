"""Stories of releases that get their traffic in steps."""

import pytest

from engine.adapters.memory import Behaviour
from engine.target import target_of
from storage.records import PromotionStatus
from tests.integration.engine.stages import BAKING, SICK, only_the_old_one_is_left, with_old_release
from tests.worlds import BOB, Scene, text_of

P = PromotionStatus


def share_of(scene: Scene, promotion_id: str) -> int | None:
    """The percent of the traffic that the new processes have."""
    with scene.store.read() as transaction:
        target = target_of(scene.world, transaction, scene.promotion(promotion_id))
    return scene.world.rack("staging").observe(target).of("web").share


def holding(scene: Scene, *words: str, behaviour: Behaviour | None = None) -> tuple[str, str, str]:
    """An old release, a new one and the promotion that holds its first share."""
    old = with_old_release(scene)
    new = scene.built("New", BAKING)
    scene.behave(new, behaviour or Behaviour())
    promotion_id = scene.did("promote", new, "--canary", "10,50,100", *words)
    scene.until(promotion_id, P.HOLDING)
    return old, new, promotion_id


def test_a_canary_waits_at_each_share_until_somebody_moves_it_on(scene: Scene) -> None:
    old, new, promotion_id = holding(scene)
    scene.pass_time(600, step=30)

    assert scene.promotion(promotion_id).status is P.HOLDING
    assert share_of(scene, promotion_id) == 10
    assert scene.live_release() == old
    assert scene.serving_releases() == {old, new}

    scene.say("advance", promotion_id, who=BOB)
    scene.tick()
    scene.until(promotion_id, P.HOLDING)
    assert share_of(scene, promotion_id) == 50

    scene.say("advance", promotion_id)
    scene.settle()
    assert scene.promotion(promotion_id).status is P.SUCCEEDED
    assert (scene.live_release(), scene.serving_releases()) == (new, {new})


def test_each_share_is_told_with_how_it_goes_on(scene: Scene) -> None:
    _, new, promotion_id = holding(scene)
    scene.say("advance", promotion_id, who=BOB)
    scene.tick()
    scene.until(promotion_id, P.HOLDING)

    told = scene.told(promotion_id)
    assert told[2:] == [
        f"10 % of the traffic reaches {new}. It waits for somebody to move it on to 50 %.",
        "Bob moves it on to 50 % of the traffic.",
        f"50 % of the traffic reaches {new}. It waits for somebody to move it on to 100 %.",
    ]
    last = scene.outgoing(promotion_id)[-1]
    assert last.body["actions"] == [
        ["Move on to 100 %", ["advance", promotion_id, "--to", "100"]],
        ["Go back", ["cancel", promotion_id]],
    ]


@pytest.mark.parametrize(("pause", "said"), [("45s", "45 s"), ("90m", "1 h 30 min")])
def test_a_pause_is_told_as_people_say_it(scene: Scene, pause: str, said: str) -> None:
    _, new, promotion_id = holding(scene, "--pause", pause)
    assert scene.told(promotion_id)[-1] == (
        f"10 % of the traffic reaches {new}. 50 % in {said}, unless it is worse."
    )


def test_with_a_pause_it_moves_on_by_itself(scene: Scene) -> None:
    _, new, promotion_id = holding(scene, "--pause", "5m")
    scene.pass_time(290, step=10)
    assert share_of(scene, promotion_id) == 10

    scene.pass_time(20, step=10)
    assert share_of(scene, promotion_id) == 50
    scene.settle(seconds=10)
    assert scene.live_release() == new


def test_a_click_shortens_a_pause(scene: Scene) -> None:
    _, _, promotion_id = holding(scene, "--pause", "1h")
    scene.say("advance", promotion_id)
    scene.tick()

    assert share_of(scene, promotion_id) == 50


def test_going_back_gives_the_old_release_all_the_traffic(scene: Scene) -> None:
    old, _, promotion_id = holding(scene)
    scene.say("cancel", promotion_id)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    only_the_old_one_is_left(scene, old)
    assert scene.say(
        "lock", "web", "--rack", "staging", "--reason", "not locked before"
    ).failed is (False)


def test_a_canary_that_gets_sick_goes_back_by_itself_and_locks_the_app(scene: Scene) -> None:
    old, new, promotion_id = holding(scene)
    scene.behave(new, SICK)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    only_the_old_one_is_left(scene, old)
    assert "locked" in text_of(scene.say("promote", new, "--rack", "staging"))


def test_a_canary_that_everybody_forgot_is_taken_back(scene: Scene) -> None:
    old, _, promotion_id = holding(scene)
    scene.pass_time(4 * 3600 + 60, step=60)
    scene.settle()

    promotion = scene.promotion(promotion_id)
    assert (promotion.status, promotion.reason) == (P.ROLLED_BACK, "Nobody moved it on in time.")
    only_the_old_one_is_left(scene, old)


def test_a_share_that_a_new_router_forgot_is_given_again(scene: Scene) -> None:
    _, _, promotion_id = holding(scene)
    scene.memory.lose_router("staging")
    scene.pass_time(10)

    assert scene.promotion(promotion_id).status is P.HOLDING
    assert share_of(scene, promotion_id) == 10


def test_an_outdated_button_gets_a_clear_answer(scene: Scene) -> None:
    _, _, promotion_id = holding(scene)
    scene.say("advance", promotion_id, who=BOB)
    twice = scene.say("advance", promotion_id)
    assert twice.failed
    assert "Bob moved it on." in text_of(twice)

    scene.say("cancel", promotion_id)
    scene.settle()
    late = scene.say("advance", promotion_id)
    assert late.failed
    assert "There is nothing to move on" in text_of(late)


@pytest.mark.parametrize("percents", ["0,100", "50,20", "x"])
def test_steps_that_make_no_sense_begin_nothing(scene: Scene, percents: str) -> None:
    with_old_release(scene)
    new = scene.built("New", BAKING)
    reply = scene.say("promote", new, "--canary", percents)

    assert reply.failed
    assert "--canary 10,50,100" in text_of(reply)
    assert not scene.under_way()
