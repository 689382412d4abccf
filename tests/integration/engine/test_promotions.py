"""Stories of promotions that go well: first, next, elsewhere, approved, queued, scaled."""

from datetime import timedelta

import pytest

from engine.adapters.memory import HELD, Behaviour
from storage import outbox, releases
from storage.records import PromotionStatus
from tests.worlds import BOB, Scene, buttons_of, compose, text_of

P = PromotionStatus


def test_a_candidate_becomes_live_and_its_thread_tells_each_step_once(anywhere: Scene) -> None:
    release = anywhere.built()
    promotion_id = anywhere.went_live(release)

    assert anywhere.live_release() == release
    assert anywhere.serving_releases() == {release}
    assert anywhere.release(release).healthy_at is not None
    assert anywhere.told(promotion_id) == [
        "Starting web.",
        "All healthy after 1 s. Moving the traffic.",
        f"Live: all traffic of web on staging reaches {release}.",
        "Done.",
    ]


def test_the_next_release_takes_over_while_the_old_one_serves(anywhere: Scene) -> None:
    old = anywhere.built("Old")
    anywhere.went_live(old)
    new = anywhere.built("New")
    promotion_id = anywhere.did("promote", new)

    served: list[set[str]] = []
    anywhere.on_tick.append(lambda scene: served.append(scene.serving_releases()))
    anywhere.settle()

    assert served[0] == {old}
    assert served[-1] == {new}
    assert all(served), "at no time did nothing serve"
    assert {one.release for one in anywhere.processes()} == {new}
    assert anywhere.told(promotion_id)[0] == f"Starting web beside {old}, which stays live."


def test_the_card_of_the_release_before_is_drawn_anew_when_it_is_live_no_more(
    scene: Scene,
) -> None:
    def waits_to_be_drawn() -> bool:
        with scene.store.read() as transaction:
            due = outbox.due(transaction, scene.clock.now())
        return any(one.subject == before and one.kind == "card" for one in due)

    before = scene.went_live(scene.built("Old"))
    with scene.store.write() as transaction:  # all is told so far
        for one in outbox.due(transaction, scene.clock.now()):
            outbox.told(transaction, one, scene.clock.now(), "ts")
    scene.until(scene.did("promote", scene.built("New")), P.VERIFYING)
    assert not waits_to_be_drawn()
    scene.settle()
    assert waits_to_be_drawn()


def test_a_service_that_did_not_change_is_kept_as_it_is(scene: Scene) -> None:
    files = {
        **compose("web"),
        "compose.yaml": "services:\n"
        "  web:\n    build: .\n    x-rackhand: {port: 8080}\n"
        "  db:\n    image: postgres:17\n",
    }
    scene.went_live(scene.built("One", files))
    (database,) = [one for one in scene.processes() if one.service == "db"]
    scene.went_live(scene.built("Two", files))

    assert database in scene.processes()


def test_what_was_set_before_the_first_promotion_is_in_the_first_release(scene: Scene) -> None:
    candidate = scene.built()
    scene.say("env", "set", "TOKEN=one")
    scene.say("env", "set", "MODE=two")
    scene.went_live(candidate)

    live = scene.live_release()
    assert live is not None
    assert scene.environment(live) == {"TOKEN": "one", "MODE": "two"}
    assert scene.release(live).build_id == scene.release(candidate).build_id


def test_a_build_after_the_environment_was_set_has_it(scene: Scene) -> None:
    scene.say("env", "set", "TOKEN=one")
    candidate = scene.built()
    scene.went_live(candidate)

    assert scene.live_release() == candidate
    assert scene.environment(candidate) == {"TOKEN": "one"}


def test_an_environment_set_later_is_a_release_of_what_is_live(scene: Scene) -> None:
    first = scene.built("First")
    scene.went_live(first)
    scene.built("Never promoted")
    reply = scene.say("env", "set", "TOKEN=one")

    assert "[Promote R" in text_of(reply)
    scene.did("promote")
    scene.settle()
    live = scene.live_release()
    assert live is not None
    assert live != first
    assert scene.release(live).sha == scene.release(first).sha
    assert scene.environment(live) == {"TOKEN": "one"}


def test_a_change_of_environment_names_the_one_that_it_leaves_out(scene: Scene) -> None:
    scene.went_live(scene.built())
    scene.say("env", "set", "A=1")
    scene.clock.pass_time(1)
    reply = scene.say("env", "set", "B=2")

    assert "Not in it, as it is not live: env add:A." in text_of(reply)


def test_a_removed_variable_is_gone_in_the_next_release(scene: Scene) -> None:
    scene.say("env", "set", "A=1", "B=2")
    scene.went_live(scene.built())
    scene.say("env", "unset", "A")
    scene.did("promote")
    scene.settle()

    live = scene.live_release()
    assert live
    assert scene.environment(live) == {"B": "2"}
    assert scene.release(live).description == "env remove:A"


# A candidate that is older than the live environment.


def newest_environment_release(scene: Scene) -> str:
    with scene.store.read() as transaction:
        found = releases.latest(transaction, app="web", rack="staging")
    return next(one.id for one in found if one.description.startswith("env "))


@pytest.mark.parametrize(
    ("answer", "environment"), [("Rebase and promote", {"TOKEN": "one"}), ("Promote as it is", {})]
)
def test_both_answers_to_a_stale_environment_do_what_they_say(
    scene: Scene, answer: str, environment: dict[str, str]
) -> None:
    scene.went_live(scene.built("First"))
    scene.clock.pass_time(1)
    scene.say("env", "set", "TOKEN=one")
    candidate = scene.built("Candidate")
    scene.did("promote", newest_environment_release(scene))
    scene.settle()
    reply = scene.say("promote", candidate)
    assert "Promoting it as it is would take that back: TOKEN is removed." in text_of(reply)
    assert scene.under_way() == []
    (button,) = [one for one in buttons_of(reply.parts) if one.label == answer]

    scene.press(button)
    scene.settle()

    live = scene.live_release()
    assert live
    assert scene.environment(live) == environment
    assert scene.release(live).build_id == scene.release(candidate).build_id


def test_an_environment_that_became_live_while_a_candidate_waited_is_not_taken_back(
    scene: Scene,
) -> None:
    first = scene.built("First")
    scene.went_live(first)
    scene.clock.pass_time(1)
    scene.say("env", "set", "TOKEN=one")
    with_token = newest_environment_release(scene)
    scene.behave(first, HELD)
    ahead = scene.did("promote", with_token)
    scene.tick()
    candidate = scene.built_candidate("Without the token")
    waits = scene.did("promote", candidate)
    scene.behave(first, Behaviour())
    scene.settle()

    assert scene.promotion(ahead).status is P.SUCCEEDED
    assert scene.live_release() == with_token
    assert scene.told(waits)[-1] == (
        f"Superseded. {with_token} became live while it waited, and this would take back its "
        f"environment: TOKEN is removed. Promote {candidate} again to choose."
    )


# Another rack.


def test_the_same_images_go_to_another_rack_as_a_release_of_its_own(scene: Scene) -> None:
    scene.say("env", "set", "WHERE=staging")
    scene.say("env", "set", "WHERE=production", "--rack", "production")
    release = scene.built()
    scene.went_live(release)
    scene.went_live(release, "--rack", "production")

    copy = scene.live_release("production")
    assert copy is not None
    assert copy != release
    assert scene.release(copy).images == scene.release(release).images
    assert scene.release(copy).copied_from == release
    assert scene.environment(copy) == {"WHERE": "production"}
    assert scene.live_release("staging") == release


def test_images_travel_to_a_rack_that_lacks_them_and_the_thread_says_so(scene: Scene) -> None:
    scene.memory.any_image = False
    release = scene.built()
    for image in scene.release(release).images:
        scene.memory.add_image("staging", image.image_id, app="web")
    promotion_id = scene.went_live(release, "--rack", "production")

    assert "web comes from staging, verified by digest." in " ".join(scene.told(promotion_id))
    for image in scene.release(release).images:
        assert image.image_id in scene.memory.rack("production").images


def test_images_that_are_nowhere_any_more_end_the_promotion(scene: Scene) -> None:
    scene.memory.any_image = False
    release = scene.built()
    scene.world.rack("staging").prune((), app="web")
    promotion_id = scene.did("promote", release)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.FAILED
    (end,) = scene.told(promotion_id)
    assert "web` is on no rack any more. Build the commit again." in end
    assert end.startswith("Failed.")
    assert "Nothing of web is live on staging." in end


# Approvals.


def test_a_protected_rack_does_nothing_before_somebody_approves(protected: Scene) -> None:
    release = protected.built()
    promotion_id = protected.did("promote", release, "--rack", "production")
    protected.pass_time(60)

    assert protected.promotion(promotion_id).status is P.AWAITING_APPROVAL
    assert protected.processes("production") == ()
    copy = protected.promotion(promotion_id).release_id
    assert protected.told(promotion_id) == [
        f"production is protected: promoting {copy} waits for an approval."
    ]


def test_an_approved_promotion_goes_on_and_says_who_approved(protected: Scene) -> None:
    promotion_id = protected.did("promote", protected.built(), "--rack", "production")
    protected.did("approve", promotion_id, who=BOB)
    protected.settle()

    promotion = protected.promotion(promotion_id)
    assert (promotion.status, promotion.approved_by) == (P.SUCCEEDED, BOB)
    assert protected.told(promotion_id)[1] == "Approved by Bob."


def test_what_was_agreed_to_in_a_dialog_waits_for_nobody(protected: Scene) -> None:
    promotion_id = protected.did("promote", protected.built(), "--rack", "production", "--yes")
    protected.settle()

    assert protected.promotion(promotion_id).status is P.SUCCEEDED


def test_an_offer_that_nobody_approves_expires(protected: Scene) -> None:
    promotion_id = protected.did("promote", protected.built(), "--rack", "production")
    protected.clock.pass_time(timedelta(hours=24).total_seconds() - 1)
    protected.tick()
    assert protected.promotion(promotion_id).status is P.AWAITING_APPROVAL
    protected.tick()
    protected.tick()

    assert protected.promotion(promotion_id).status is P.EXPIRED
    assert protected.told(promotion_id)[-1] == (
        "Expired: nobody approved it in 24 hours. Nothing of web is live on production."
    )


def test_a_newer_wish_takes_the_place_of_an_offer(protected: Scene) -> None:
    first = protected.did("promote", protected.built("One"), "--rack", "production")
    second = protected.did("promote", protected.built("Two"), "--rack", "production", who=BOB)

    assert protected.promotion(first).status is P.SUPERSEDED
    newer = protected.promotion(second)
    assert protected.told(first)[-1] == (
        f"Superseded. Bob asked for {newer.release_id} instead ({second})."
    )


def test_an_offer_can_be_canceled(protected: Scene) -> None:
    promotion_id = protected.did("promote", protected.built(), "--rack", "production")
    protected.say("cancel", promotion_id)

    assert protected.promotion(promotion_id).status is P.CANCELED
    assert protected.told(promotion_id)[-1] == (
        "Canceled by Ada. Nothing of web is live on production."
    )
