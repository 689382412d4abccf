"""Locking an app on a rack: what is refused, what waits, who is told, and what goes on."""

import pytest

from commands.cards import card
from commands.home import home
from commands.request import Standing
from engine import locking
from engine.adapters.memory import HELD, Behaviour
from storage import locks, promotions
from storage.records import PromotionStatus
from tests.reading import as_read
from tests.worlds import ADA, BOB, Scene, buttons_of, compose, text_of

P = PromotionStatus
BAKING = compose("web", bake_seconds="60")
LOCKED = "web on staging is locked. Bob locked it: payments are down."


def locked(scene: Scene) -> None:
    reply = scene.say("lock", "web", "--reason", "payments are down", who=BOB)
    assert not reply.failed, text_of(reply)


def itself_locked(scene: Scene, promotion_id: str) -> None:
    with scene.store.write() as transaction:
        promotion, now = scene.promotion(promotion_id), scene.clock.now()
        locking.locked_by_promotion(transaction, promotion, "5 % fail.", now)


def waiting_behind(scene: Scene) -> tuple[str, str]:
    """The release that holds the line up, and the promotion that waits behind it."""
    first = scene.built("First")
    scene.behave(first, HELD)
    scene.did("promote", first)
    scene.tick()
    return first, scene.did("promote", scene.built_candidate("Second"))


@pytest.mark.parametrize("words", [("promote",), ("restart",), ("scale", "web=2")])
def test_nothing_new_goes_live_of_a_locked_app(scene: Scene, words: tuple[str, ...]) -> None:
    scene.went_live(scene.built("One"))
    scene.built("Two")
    locked(scene)

    reply = scene.say(*words)
    assert reply.failed
    assert LOCKED in text_of(reply)
    assert "/rack unlock web --rack staging --reason TEXT" in text_of(reply)


def test_a_lock_is_of_one_app_on_one_rack(two_apps: Scene) -> None:
    release = two_apps.built()
    two_apps.say("lock", "shop", "--rack", "staging", "--reason", "x")
    two_apps.say("lock", "web", "--rack", "production", "--reason", "x")

    assert not two_apps.say("promote", release, "--rack", "staging").failed
    assert two_apps.say("promote", release, "--rack", "production").failed


def test_a_rollback_is_allowed_while_the_app_is_locked(scene: Scene) -> None:
    old = scene.built("Old")
    scene.went_live(old)
    scene.went_live(scene.built("New"))
    locked(scene)

    scene.did("rollback")
    scene.settle()
    assert scene.live_release() == old


def test_nothing_is_approved_while_the_app_is_locked(protected: Scene) -> None:
    offer = protected.did("promote", protected.built(), "--rack", "production")
    protected.say("lock", "web", "--rack", "production", "--reason", "payments are down")

    assert "web on production is locked." in text_of(protected.say("approve", offer, who=BOB))
    assert protected.promotion(offer).status is P.AWAITING_APPROVAL


def test_what_waits_when_the_lock_comes_stays_is_told_why_and_goes_on_after_it(
    scene: Scene,
) -> None:
    first, second = waiting_behind(scene)
    locked(scene)
    scene.behave(first, Behaviour())
    scene.pass_time(60)

    assert scene.live_release() == first, "what was under way goes on"
    assert scene.promotion(second).status is P.QUEUED
    assert scene.told(second)[-1] == (
        "Has to wait: web on staging is locked. Bob locked it: payments are down."
    )
    drawn = card(scene.world, second)
    assert drawn
    assert LOCKED in text_of_card(drawn.parts)

    scene.say("unlock", "web", "--reason", "payments are back")
    scene.settle()
    assert scene.promotion(second).status is P.SUCCEEDED
    assert "Ada unlocked web on staging: payments are back" in scene.told(second)


def text_of_card(parts: tuple[object, ...]) -> str:
    return "\n".join(
        as_read(text, getattr(part, "people", ()))
        for part in parts
        if isinstance(text := getattr(part, "text", None), str)
    )


def test_a_lock_of_its_own_making_is_told_in_the_thread_and_so_is_who_unlocks(
    scene: Scene,
) -> None:
    promotion_id = scene.went_live(scene.built())
    promotion = scene.promotion(promotion_id)
    with scene.store.write() as transaction:
        locking.locked_by_promotion(transaction, promotion, "5 % fail.", scene.clock.now())
        locking.locked_by_promotion(transaction, promotion, "Again.", scene.clock.now())

    assert scene.told(promotion_id)[-1] == (
        "web on staging is locked: nothing new goes live until somebody says why it may, with "
        "/rack unlock web --rack staging --reason TEXT."
    )
    unlock = next(
        button
        for button in buttons_of(card_parts(scene, promotion_id))
        if button.words[0] == "unlock"
    )
    assert unlock.opens == "reason"
    scene.say(*unlock.words, "--reason", "found it", who=BOB)
    assert scene.told(promotion_id)[-1] == "Bob unlocked web on staging: found it"
    assert not [one for one in buttons_of(card_parts(scene, promotion_id)) if one == unlock]


def test_a_lock_of_its_own_making_keeps_nobody_from_a_restart(scene: Scene) -> None:
    itself_locked(scene, scene.went_live(scene.built()))
    refused = scene.say("scale", "web=2")
    restart = scene.did("restart")
    scene.settle()

    assert "/rack rollback and /rack restart work all the same" in text_of(refused)
    assert scene.promotion(restart).status is P.SUCCEEDED


@pytest.mark.parametrize("by_whom", ["nobody", "somebody", "itself"])
def test_what_a_failed_takeback_advises_is_not_refused(scene: Scene, by_whom: str) -> None:
    scene.went_live(scene.built("Old"))
    promotion_id = scene.did("promote", scene.built("New", BAKING))
    scene.until(promotion_id, P.BAKING)
    if by_whom == "somebody":
        locked(scene)
    if by_whom == "itself":
        itself_locked(scene, promotion_id)
    scene.memory.make_unreachable("staging")
    scene.say("cancel", promotion_id)
    scene.until(promotion_id, P.ROLLING_BACK)
    scene.clock.pass_time(700)
    scene.tick()
    advice = scene.told(promotion_id)[-1].rpartition("then ")[2]
    scene.memory.make_reachable("staging")
    scene.settle()

    assert scene.promotion(promotion_id).status is P.ROLLBACK_FAILED
    assert advice.endswith("/rack restart --app web --rack staging.")
    assert advice.startswith("/rack unlock") is (by_whom == "somebody")
    for command in advice.rstrip(".").split(" and "):
        words = command.removeprefix("/rack ").replace("TEXT", "mended").split()
        reply = scene.say(*words)
        assert not reply.failed, text_of(reply)


def card_parts(scene: Scene, promotion_id: str) -> tuple[object, ...]:
    drawn = card(scene.world, promotion_id)
    assert drawn
    return drawn.parts


def test_a_second_lock_is_refused_and_names_the_first(anywhere: Scene) -> None:
    locked(anywhere)
    reply = anywhere.say("lock", "web", "--reason", "mine")
    assert reply.failed
    assert "Bob locked it: payments are down." in text_of(reply)


def test_what_is_under_way_is_named_by_the_lock_with_a_way_to_stop_it(scene: Scene) -> None:
    release = scene.built()
    scene.behave(release, HELD)
    running = scene.did("promote", release)
    scene.tick()
    reply = scene.say("lock", "web", "--reason", "x")
    assert f"{running} is under way already" in text_of(reply)
    assert [button.words for button in buttons_of(reply.parts)] == [("cancel", running)]


def test_every_listing_shows_the_lock(scene: Scene) -> None:
    scene.went_live(scene.built())
    locked(scene)

    for word in ("locks", "status"):
        assert "Bob locked it: payments are down." in text_of(scene.say(word)), word
    assert "running, locked" in text_of(scene.say("apps"))
    assert "web locked" in text_of(scene.say("racks"))
    assert "Bob locked it" in text_of(home(scene.world, ADA, Standing.MEMBER))
    scene.say("unlock", "web", "--reason", "x")
    assert text_of(scene.say("locks")) == "Locks\nNothing is locked."
    assert "Bob locked it" not in text_of(scene.say("status"))


def test_a_reason_is_shown_letter_by_letter_on_one_line(scene: Scene) -> None:
    scene.say("lock", "web", "--reason", "*why*\n{0} `x`")
    assert "locked it: *why* {0} `x`." in text_of(scene.say("locks"))


def test_a_lock_that_is_asked_for_twice_by_one_request_counts_once(scene: Scene) -> None:
    scene.say("lock", "web", "--reason", "x", key="same")
    assert not scene.say("lock", "web", "--reason", "x", key="same").failed
    with scene.store.read() as transaction:
        assert len(locks.all_locks(transaction)) == 1
        assert promotions.latest(transaction) == []
