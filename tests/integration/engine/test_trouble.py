"""Stories of promotions that go wrong, at every step: what serves, what is told, what is left."""

import pytest

from engine.adapters.memory import Behaviour
from engine.lifecycle import is_final
from storage.records import PromotionStatus
from tests.integration.engine.stages import (
    AFTER_THE_SHIFT,
    CRASHES,
    SICK,
    only_the_old_one_is_left,
    promoting,
    with_old_release,
)
from tests.worlds import BOB, Scene, compose, text_of

P = PromotionStatus
ADVICE = (
    "/rack logs web --rack staging shows more; mend it, build again and promote the new release."
)
STEPS_WITH_TIME = (P.VERIFYING, *AFTER_THE_SHIFT)


# A broken release.


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (SICK, "web was not healthy in time (2 min). The last check said: GET / answered 500."),
        (CRASHES, "web is unhealthy: exited with code 3 after 0 s."),
    ],
)
def test_a_broken_release_is_turned_away_while_the_old_one_serves(
    anywhere: Scene, behaviour: Behaviour, reason: str
) -> None:
    files = compose("web", health="/")
    old = anywhere.built("Old", files)
    anywhere.went_live(old)
    broken = anywhere.built("Broken", files)
    anywhere.behave(broken, behaviour)
    served: list[set[str]] = []
    anywhere.on_tick.append(lambda scene: served.append(scene.serving_releases()))
    promotion_id = anywhere.did("promote", broken)
    anywhere.settle(seconds=5)

    assert set(map(frozenset, served)) == {frozenset({old})}
    only_the_old_one_is_left(anywhere, old)
    promotion = anywhere.promotion(promotion_id)
    assert promotion.status is P.FAILED
    assert anywhere.release(broken).healthy_at is None
    assert anywhere.told(promotion_id) == [
        f"Starting web beside {old}, which stays live.",
        f"{reason} It took no traffic. Clearing it up.",
        f"Failed. {reason} {old} is live on staging. {ADVICE}",
    ]


def test_the_end_of_a_broken_release_goes_to_the_channel_and_its_last_lines_to_the_thread(
    scene: Scene,
) -> None:
    broken = scene.built("Broken")
    scene.behave(broken, CRASHES)
    promotion_id = scene.did("promote", broken)
    scene.settle()

    *_, trouble, end = scene.outgoing(promotion_id)
    assert (end.body["broadcast"], end.body["tone"]) == (True, "bad")
    assert not trouble.body["broadcast"]
    assert trouble.body["code"][0] == f"web of {broken} started"
    assert end.body["code"] == []


def test_a_first_release_that_is_broken_leaves_nothing_behind(scene: Scene) -> None:
    broken = scene.built("Broken")
    scene.behave(broken, CRASHES)
    promotion_id = scene.did("promote", broken)
    scene.settle()

    assert scene.live() is None
    assert scene.processes() == ()
    assert "Nothing of web is live on staging." in scene.told(promotion_id)[-1]


def test_one_broken_service_turns_all_of_them_away(scene: Scene) -> None:
    files = compose("web", "admin")
    old = scene.built("Old", files)
    scene.went_live(old)
    broken = scene.built("Broken", files)
    (admin,) = [one for one in scene.release(broken).images if one.service == "admin"]
    scene.memory.behave(admin.image_id, CRASHES)
    promotion_id = scene.did("promote", broken)
    scene.settle()

    only_the_old_one_is_left(scene, old)
    assert "`admin`" in (scene.promotion(promotion_id).reason or "")


@pytest.mark.parametrize("status", AFTER_THE_SHIFT)
def test_trouble_after_the_shift_takes_the_release_back(scene: Scene, status: P) -> None:
    old = with_old_release(scene)
    new, promotion_id = promoting(scene, status)
    assert scene.live_release() == new
    scene.behave(new, SICK)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLED_BACK
    only_the_old_one_is_left(scene, old)
    told = [text for text in scene.told(promotion_id) if "is locked" not in text]
    assert told[-2:] == [
        f"web is unhealthy: GET / answered 500. Traffic goes back to {old}. Clearing it up.",
        f"Taken back. web is unhealthy: GET / answered 500. {old} is live on staging. {ADVICE}",
    ]
    assert scene.outgoing(promotion_id)[-1].body["broadcast"]


def test_trouble_of_a_first_release_after_the_shift_leaves_nothing_live(scene: Scene) -> None:
    new, promotion_id = promoting(scene, P.BAKING)
    scene.behave(new, CRASHES)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.FAILED
    assert scene.live() is None
    assert scene.processes() == ()
    assert "It is taken out of traffic." in " ".join(scene.told(promotion_id))


# Cancel, in each status.


@pytest.mark.parametrize("status", STEPS_WITH_TIME)
def test_a_promotion_can_be_canceled_and_leaves_the_old_release_as_it_was(
    scene: Scene, status: P
) -> None:
    old = with_old_release(scene)
    _, promotion_id = promoting(scene, status)
    scene.say("cancel", promotion_id, who=BOB)
    scene.settle()

    promotion = scene.promotion(promotion_id)
    assert promotion.status is (P.CANCELED if status is P.VERIFYING else P.ROLLED_BACK)
    assert promotion.reason is None
    only_the_old_one_is_left(scene, old)
    told = scene.told(promotion_id)
    assert told[-2] == "Bob canceled this. Taking its steps back."
    taken_back = "" if status is P.VERIFYING else " and taken back"
    assert told[-1] == f"Canceled by Bob{taken_back}. {old} is live on staging."
    assert not scene.outgoing(promotion_id)[-1].body["broadcast"], "nobody has to be woken"


def test_a_first_release_can_be_canceled_after_the_shift(scene: Scene) -> None:
    _, promotion_id = promoting(scene, P.BAKING)
    scene.say("cancel", promotion_id)
    scene.settle()

    assert scene.live() is None
    assert scene.processes() == ()
    assert scene.told(promotion_id)[-1] == (
        "Canceled by Ada and taken back. Nothing of web is live on staging."
    )


def test_a_promotion_in_the_queue_is_canceled_at_once(scene: Scene) -> None:
    scene.did("promote", scene.built("One"))
    second = scene.did("promote", scene.built("Two"))
    scene.say("cancel", second)

    assert scene.promotion(second).status is P.CANCELED


def test_what_has_ended_cannot_be_canceled_and_says_how_to_go_back(scene: Scene) -> None:
    promotion_id = scene.went_live(scene.built())
    reply = scene.say("cancel", promotion_id)
    assert text_of(reply) == (
        f"There is nothing left to cancel of {promotion_id}. It succeeded.\n"
        "To go back: /rack rollback web --rack staging."
    )


# Roll back.


def test_a_rollback_goes_to_the_last_healthy_release(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    scene.went_live(one)
    scene.went_live(two)
    rollback = scene.did("rollback")
    scene.settle()

    assert scene.live_release() == one
    assert scene.promotion(rollback).release_id == one
    assert scene.serving_releases() == {one}


def test_a_second_rollback_goes_further_back(scene: Scene) -> None:
    one, two, three = (scene.built(name) for name in ("One", "Two", "Three"))
    for release in (one, two, three):
        scene.went_live(release)
    for expected in (two, one):
        scene.did("rollback")
        scene.settle()
        assert scene.live_release() == expected


def test_a_rollback_skips_releases_that_never_were_healthy(scene: Scene) -> None:
    good = scene.built("Good")
    scene.went_live(good)
    broken = scene.built("Broken")
    scene.behave(broken, CRASHES)
    scene.did("promote", broken)
    scene.settle()
    newest = scene.built("Newest")
    scene.went_live(newest)
    scene.did("rollback")
    scene.settle()

    assert scene.live_release() == good


@pytest.mark.parametrize("status", STEPS_WITH_TIME)
def test_a_rollback_cancels_what_is_under_way_and_goes_first(scene: Scene, status: P) -> None:
    old = with_old_release(scene)
    _, running = promoting(scene, status)
    waiting = scene.did("promote", scene.built_candidate("Waiting"))
    rollback = scene.did("rollback", who=BOB)
    scene.settle()

    assert scene.promotion(running).cancel_asked_by == BOB
    assert is_final(scene.promotion(running).status)
    assert scene.promotion(waiting).status is P.SUPERSEDED
    assert scene.told(waiting)[-1] == f"Superseded. Bob rolled back to {old} ({rollback})."
    assert scene.promotion(rollback).status is P.SUCCEEDED
    only_the_old_one_is_left(scene, old)


def test_a_rollback_brings_the_environment_back(scene: Scene) -> None:
    scene.went_live(scene.built())
    scene.say("env", "set", "MODE=new")
    scene.did("promote")
    scene.settle()
    scene.did("rollback")
    scene.settle()

    live = scene.live_release()
    assert live
    assert scene.environment(live) == {}
