"""A promotion whose bot is killed again and again ends as one that nobody disturbed."""

from storage.records import PromotionStatus
from tests.crash.stage import Stage

P = PromotionStatus

# In the order in which a promotion comes to them: one death after the other.
WAY_UP = (
    "reach:preparing",
    "leave:preparing",
    "reach:starting",
    "change:starting:1",
    "leave:starting",
    "reach:verifying",
    "leave:verifying",
    "reach:shifting",
    "change:shifting:1",
    "change:shifting:2",
    "leave:shifting",
    "reach:draining",
    "leave:draining",
    "reach:baking",
    "leave:baking",
    "reach:retiring",
    "change:retiring:1",
    "leave:retiring",
    "reach:succeeded",
)
WAY_BACK = (
    "reach:rolling_back",
    "change:rolling_back:1",
    "change:rolling_back:2",
    "leave:rolling_back",
    "reach:rolled_back",
)


def undisturbed(stage: Stage) -> list[str]:
    """The milestones of the promotion that made the present release live."""
    first = next(one for one in stage.all_promotions() if one.status is P.SUCCEEDED)
    return stage.names(first.id)


def left_on(stage: Stage, rack: str = "staging") -> set[tuple[str, str, str]]:
    """The processes that a rack holds: release, promotion, status."""
    return {(one.release, one.promotion, one.status) for one in stage.world.rack(rack).processes()}


def test_killed_at_every_step_a_promotion_ends_as_if_undisturbed(stage: Stage) -> None:
    expected = undisturbed(stage)
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    for point in WAY_UP:
        stage.dies_at(point)
    stage.finishes()

    made = stage.promotion(promotion)
    assert (made.status, made.reason) == (P.SUCCEEDED, None)
    assert stage.names(promotion) == expected
    assert stage.live_release() == made.release_id
    assert left_on(stage) == {(made.release_id, promotion, "healthy")}
    assert [one.id for one in stage.all_promotions() if one.release_id == made.release_id] == [
        promotion
    ]
    stage.is_told_as_it_was(promotion)


def test_killed_at_every_step_of_its_way_back_a_promotion_is_taken_back(stage: Stage) -> None:
    live = stage.live_release()
    before = left_on(stage)
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    stage.dies_at("reach:draining")
    stage.say("cancel", promotion)
    for point in WAY_BACK:
        stage.dies_at(point)
    stage.finishes()

    assert stage.promotion(promotion).status is P.ROLLED_BACK
    assert stage.names(promotion) == ["starting", "healthy", "live", "cancel_asked", "ended"]
    assert stage.live_release() == live
    assert left_on(stage) == before
    stage.is_told_as_it_was(promotion)


def test_killed_while_it_clears_up_a_start_that_failed_leaves_nothing(stage: Stage) -> None:
    before, live = left_on(stage), stage.live_release()
    stage.say("env", "set", "FAIL=crash", "--app", "shop", "--rack", "staging")
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    for point in ("written:trouble", "change:*:1", "reach:failed"):
        stage.dies_at(point)
    stage.finishes()

    assert stage.promotion(promotion).status is P.FAILED
    assert stage.names(promotion) == ["starting", "trouble", "ended"]
    assert (left_on(stage), stage.live_release()) == (before, live)
    stage.is_told_as_it_was(promotion)


def test_what_waits_for_an_approval_waits_on_and_what_is_queued_gets_its_turn(
    stage: Stage,
) -> None:
    first = stage.say("promote", "--app", "shop", "--rack", "staging")
    stage.mark("third")
    second = stage.say("promote", "--app", "shop", "--rack", "staging")
    stage.dies_at("posted:card")
    stage.dies_at("reach:starting")
    stage.finishes()

    assert [stage.promotion(one).status for one in (first, second)] == [P.SUCCEEDED] * 2
    assert stage.names(second)[0] == "waits"
    assert stage.live_release() == stage.promotion(second).release_id
    for promotion in (first, second):
        stage.is_told_as_it_was(promotion)


def test_an_image_cut_off_on_its_way_to_another_rack_arrives_whole(stage: Stage) -> None:
    expected, live = undisturbed(stage), stage.live_release()
    assert live
    promotion = stage.say("promote", live, "--rack", "production")
    stage.dies_at("chunk:1")
    stage.dies_at("change:preparing:1")
    stage.finishes()

    made = stage.promotion(promotion)
    assert made.status is P.SUCCEEDED
    assert stage.names(promotion) == ["notice:image:web", *expected]
    assert left_on(stage, "production") == {(made.release_id, promotion, "healthy")}
    stage.is_told_as_it_was(promotion)


def test_each_milestone_is_told_once_wherever_between_change_and_message_the_bot_dies(
    stage: Stage,
) -> None:
    expected = undisturbed(stage)
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    for name in ("starting", "healthy", "live", "ended"):
        for point in ("written", "posting", "posted"):
            stage.dies_at(f"{point}:{name}")
    stage.finishes()

    assert stage.promotion(promotion).status is P.SUCCEEDED
    assert stage.names(promotion) == expected
    stage.is_told_as_it_was(promotion)


def test_a_card_is_posted_once_and_shows_the_end_wherever_its_telling_stops(stage: Stage) -> None:
    promotion = stage.say("promote", "--app", "shop", "--rack", "staging")
    for point in ("written:card", "posting:card", "posted:card", "editing:card", "edited:card"):
        stage.dies_at(point)
    stage.finishes()

    assert stage.promotion(promotion).status is P.SUCCEEDED
    stage.is_told_as_it_was(promotion)
