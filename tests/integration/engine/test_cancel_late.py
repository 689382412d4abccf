"""Stories of a cancel once a release is live, and once it is being taken back already."""

import pytest

from commands.cards import card
from engine import going_back
from engine.adapters.memory import Behaviour
from engine.ports.rack import Observation, Target
from storage.records import PromotionStatus
from tests.integration.engine.stages import (
    BAKING,
    CRASHES,
    SICK,
    only_the_old_one_is_left,
    promoting,
    with_old_release,
)
from tests.worlds import BOB, Scene, buttons_of, text_of

P = PromotionStatus
STEADY = Behaviour(requests_per_second=20)


def being_retired(scene: Scene) -> tuple[str, str, str]:
    """The old release, the new, and a promotion that counts its last requests: all old are gone."""
    old = scene.built("Old", BAKING)
    scene.behave(old, STEADY)
    scene.went_live(old)
    new = scene.built("New", BAKING)
    scene.behave(new, STEADY)
    promotion_id = scene.did("promote", new)
    scene.until(promotion_id, P.RETIRING)
    assert {one.release for one in scene.processes()} == {new}, "the old ones are gone"
    return old, new, promotion_id


def taken_back(scene: Scene) -> tuple[str, str, str]:
    """The old release, the new, and a promotion that is taken back on a rack that is away."""
    old = with_old_release(scene)
    new, promotion_id = promoting(scene, P.BAKING)
    scene.behave(new, CRASHES)

    def go_away(_: str) -> None:
        if scene.promotion(promotion_id).status is P.ROLLING_BACK:
            scene.memory.on_call = lambda _: None
            scene.memory.make_unreachable("staging")

    scene.memory.on_call = go_away
    scene.on_tick.clear()  # nobody can see what traffic does
    scene.until(promotion_id, P.ROLLING_BACK)
    assert "does not answer" in (scene.promotion(promotion_id).progress or "")
    return old, new, promotion_id


def served_all_the_time(scene: Scene) -> None:
    def look(_: Scene) -> None:
        assert scene.serving()

    scene.on_tick.append(look)


def test_what_is_gone_of_the_old_release_is_started_again_before_the_new_one_goes(
    scene: Scene,
) -> None:
    old, _, promotion_id = being_retired(scene)
    served_all_the_time(scene)
    scene.behave(old, Behaviour(requests_per_second=20, seconds_to_healthy=5))
    reply = scene.say("cancel", promotion_id, who=BOB)
    scene.tick()
    under_way = scene.promotion(promotion_id)
    again = scene.say("cancel", promotion_id)
    scene.settle()

    assert not reply.failed
    assert (under_way.status, under_way.progress) == (
        P.ROLLING_BACK,
        f"`web` of {old} is not back yet",
    )
    assert text_of(again).startswith(
        f"There is nothing left to cancel of {promotion_id}. Bob has asked to cancel it. "
        f"It is being taken back: `web` of {old} is not back yet. That ends by "
    )
    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    only_the_old_one_is_left(scene, old)
    told = scene.told(promotion_id)
    assert told[-2] == (
        f"Bob canceled this. It keeps the traffic until {old} is back: what is stopped of that is "
        "started again first."
    )
    assert told[-1] == f"Canceled by Bob and taken back. {old} is live on staging."


def test_where_the_old_release_does_not_come_back_the_new_one_stays(scene: Scene) -> None:
    old, new, promotion_id = being_retired(scene)
    served_all_the_time(scene)
    scene.behave(old, SICK)
    scene.say("cancel", promotion_id)
    scene.tick()
    scene.clock.pass_time(1_100)
    scene.tick()
    assert scene.promotion(promotion_id).status is P.ROLLBACK_FAILED
    assert scene.serving_releases() == {new}
    told = scene.told(promotion_id)[-1]
    scene.pass_time(150, step=30)

    assert told.startswith(f"Taking it back failed. web of {old} is not back yet.")
    assert scene.told(promotion_id)[-1] == (
        f"{new} stays, for nothing else can serve. web of {old} is not back yet. "
        f"What was left over on staging is removed. {new} is live on staging."
    )
    only_the_old_one_is_left(scene, new)
    assert not scene.promotion(promotion_id).leftovers
    shown = card(scene.world, promotion_id)
    assert shown
    assert f"*{new}* is live." in " ".join(getattr(part, "text", "") for part in shown.parts)
    assert scene.promotion(scene.went_live(scene.built("Next", BAKING))).status is P.SUCCEEDED


def test_a_restart_whose_old_processes_are_gone_is_canceled_without_a_gap(scene: Scene) -> None:
    release = scene.built("Old", BAKING)
    scene.behave(release, STEADY)
    scene.went_live(release)
    promotion_id = scene.did("restart")
    scene.until(promotion_id, P.RETIRING)
    served_all_the_time(scene)
    scene.say("cancel", promotion_id)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    only_the_old_one_is_left(scene, release)


@pytest.mark.parametrize("status", [P.RETIRING, P.ROLLING_BACK])
def test_its_card_offers_to_cancel_it_until_somebody_has(scene: Scene, status: P) -> None:
    _, _, promotion_id = (being_retired if status is P.RETIRING else taken_back)(scene)

    def ways() -> list[tuple[str, ...]]:
        drawn = card(scene.world, promotion_id)
        assert drawn
        return [button.words for button in buttons_of(drawn.parts) if button.words[0] == "cancel"]

    assert ways() == [("cancel", promotion_id)]
    assert ("cancel", promotion_id) in [one.words for one in buttons_of(scene.say("status").parts)]
    scene.say("cancel", promotion_id)
    assert ways() == []


def test_who_waits_no_longer_for_a_takeback_has_its_end_within_half_a_minute(
    scene: Scene,
) -> None:
    old, new, promotion_id = taken_back(scene)
    reply = scene.say("cancel", promotion_id, who=BOB)
    scene.pass_time(31)
    ended = scene.promotion(promotion_id)
    scene.memory.make_reachable("staging")
    scene.pass_time(5)

    assert not reply.failed
    assert ended.status is P.ROLLBACK_FAILED
    assert ended.reason == "`web` is unhealthy: exited with code 3 after 0 s."
    told = scene.told(promotion_id)
    assert told[-3] == (
        "Bob canceled this. It is being taken back already. That ends within 30 s: what is not "
        "done by then is left to the clean-up."
    )
    where = "--app web --rack staging"
    assert told[-2] == (
        "Taking it back failed. web is unhealthy: exited with code 3 after 0 s. "
        f"Traffic may be broken on staging. As soon as that answers, it goes back to {old} if that "
        "can serve, what is left over is removed, and that is told here; nothing else begins "
        f"before. Look at /rack ps {where} and the engine; if it is broken still, then "
        f"/rack restart {where}."
    )
    assert told[-1] == f"What was left over on staging is removed. {old} is live on staging."
    assert new not in {one.release for one in scene.processes()}
    only_the_old_one_is_left(scene, old)


def test_a_cancel_of_what_is_being_taken_back_does_no_harm(scene: Scene) -> None:
    """Somebody saw it go wrong and pressed, a moment after Rackhand itself had begun."""
    old, _, promotion_id = taken_back(scene)
    scene.say("cancel", promotion_id)
    scene.pass_time(20)
    scene.memory.make_reachable("staging")
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    assert "Taken back." in scene.told(promotion_id)[-1]
    only_the_old_one_is_left(scene, old)


def test_a_cancel_between_a_decision_and_its_record_is_not_lost(scene: Scene) -> None:
    old = with_old_release(scene)
    new, promotion_id = promoting(scene, P.BAKING)
    rack = scene.world.rack("staging")
    observe = rack.observe

    def canceled_meanwhile(target: Target) -> Observation:
        seen = observe(target)
        if not scene.promotion(promotion_id).cancel_asked_by:
            scene.say("cancel", promotion_id)
        return seen

    rack.observe = canceled_meanwhile  # type: ignore[method-assign]
    scene.clock.pass_time(30)  # the bake is over
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    assert new not in {one.release for one in scene.processes()}
    only_the_old_one_is_left(scene, old)


def test_what_served_before_and_cannot_be_read_any_more_is_never_waited_for_in_vain(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, new, promotion_id = being_retired(scene)
    served_all_the_time(scene)
    monkeypatch.setattr(going_back, "target_before", lambda *_: None)
    scene.say("cancel", promotion_id)
    scene.tick()
    scene.clock.pass_time(1_100)
    scene.tick()
    scene.pass_time(150, step=30)

    assert scene.promotion(promotion_id).status is P.ROLLBACK_FAILED
    assert "cannot be read any more." in scene.told(promotion_id)[-1]
    only_the_old_one_is_left(scene, new)


def test_what_is_warm_takes_over_also_where_it_cannot_be_read_any_more(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = with_old_release(scene)
    _, promotion_id = promoting(scene, P.BAKING)
    monkeypatch.setattr(going_back, "target_before", lambda *_: None)
    scene.say("cancel", promotion_id)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    only_the_old_one_is_left(scene, old)
