"""The line: who is under way, who waits behind whom, and how one leaves."""

from commands.cards import card
from engine.adapters.memory import HELD, Behaviour
from storage.records import PromotionStatus
from tests.worlds import BOB, Scene, buttons_of, text_of

P = PromotionStatus


def three_in_line(scene: Scene) -> tuple[str, str, str]:
    first = scene.built("First")
    scene.behave(first, HELD)
    running = scene.did("promote", first)
    scene.tick()
    second = scene.did("promote", scene.built_candidate("Second"), who=BOB)
    third = scene.did("promote", scene.built_candidate("Third"))
    return running, second, third


def test_an_empty_queue_says_so(scene: Scene) -> None:
    assert text_of(scene.say("queue")) == "Queue\nNothing is under way, and nothing waits."


def test_everybody_in_line_sees_their_place_and_who_is_ahead(scene: Scene) -> None:
    running, second, third = three_in_line(scene)
    scene.clock.pass_time(90)
    answer = text_of(scene.say("queue", "web"))

    assert "🟢 staging · web" in answer
    assert f"{running}, promoting" in answer
    assert "now: Its processes are being checked." in answer
    assert f"1. in line, behind {running} · 1 min 30 s · Bob" in answer
    assert f"2. in line, behind {running} and {second} · 1 min 30 s · Ada" in answer
    words = [button.words for button in buttons_of(scene.say("queue").parts)]
    assert words == [("cancel", running), ("cancel", second), ("cancel", third)]


def test_who_leaves_the_queue_lets_the_next_one_up(scene: Scene) -> None:
    running, second, third = three_in_line(scene)
    leave = next(
        button for button in buttons_of(scene.say("queue").parts) if second in button.words
    )
    assert leave.label == "Leave the queue"
    scene.press(leave, who=BOB)

    assert scene.promotion(second).status is P.CANCELED
    assert f"1. in line, behind {running}" in text_of(scene.say("queue"))
    assert third in text_of(scene.say("queue"))


def test_the_card_of_what_waits_shows_how_many_are_ahead(scene: Scene) -> None:
    running, second, third = three_in_line(scene)
    drawn = card(scene.world, third)
    assert drawn
    shown = repr(drawn.parts)
    assert "Waiting for its turn, 2 ahead" in shown
    assert f"behind {running} and {second}" in shown
    assert [button.label for button in buttons_of(drawn.parts)] == ["Leave the queue"]


def test_what_nobody_approved_has_no_place_yet(protected: Scene) -> None:
    offer = protected.did("promote", protected.built(), "--rack", "production")
    reply = protected.say("queue", "--rack", "production")
    assert f"{offer}, promoting" in text_of(reply)
    assert "has no place yet" in text_of(reply)
    assert "Queue" in text_of(protected.say("queue", "--rack", "staging"))
    assert offer not in text_of(protected.say("queue", "--rack", "staging"))


def test_a_rollback_stands_before_all_others(scene: Scene) -> None:
    scene.went_live(scene.built("Old"))
    running, _, _ = three_in_line(scene)
    rollback = scene.did("rollback")
    answer = text_of(scene.say("queue"))
    assert f"{rollback}, rolling back to" in answer
    assert f"1. in line, behind {running}" in answer
    assert "2. in line" not in answer, "the others were superseded"


def test_a_promotion_behind_a_newer_one_says_that_it_will_be_pointless_and_then_is(
    scene: Scene,
) -> None:
    old, new = scene.built("Older"), scene.built("Newer")
    scene.behave(new, HELD)
    newer = scene.did("promote", new)
    scene.tick()
    preview = text_of(scene.say("promote", old, "--preview"))
    late = scene.did("promote", old)

    said = (
        f"{new} ({newer}) is newer and comes first: once it is live, this ends without doing "
        "anything."
    )
    assert said in preview
    assert scene.told(late)[-1] == said
    scene.behave(new, Behaviour())
    scene.settle()
    assert scene.live_release() == new
    assert scene.promotion(late).status is P.SUPERSEDED
    assert scene.told(late)[-1] == (
        f"Superseded. {new}, which is newer than {old}, became live while it waited."
    )


def test_a_promotion_behind_a_newer_one_that_fails_has_its_turn(scene: Scene) -> None:
    old, new = scene.built("Older"), scene.built("Newer")
    scene.behave(new, HELD)
    scene.did("promote", new)
    scene.tick()
    late = scene.did("promote", old)
    scene.behave(new, Behaviour(never_healthy="GET / answered 500"))
    scene.settle()

    assert scene.promotion(late).status is P.SUCCEEDED
    assert scene.live_release() == old
