"""Stories of whose turn it is, and of other numbers and new processes of what is live."""

from datetime import timedelta

from engine import queue
from engine.adapters.memory import HELD, Behaviour
from storage import promotions
from storage.records import PromotionKind, PromotionStatus
from tests.worlds import BOB, Scene

P = PromotionStatus


def test_a_second_promotion_waits_its_turn_and_says_behind_whom(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    scene.behave(one, HELD)
    first = scene.did("promote", one)
    second = scene.did("promote", two, who=BOB)
    scene.pass_time(20)

    assert scene.promotion(second).status is P.QUEUED
    assert scene.told(second) == [
        f"Waits its turn behind {first} (promoting {one}, asked for by Ada)."
    ]
    scene.behave(one, Behaviour())
    scene.settle()
    assert scene.promotion(first).status is P.SUCCEEDED
    assert scene.promotion(second).status is P.SUCCEEDED
    assert scene.promotion(second).previous_release_id == one
    assert scene.live_release() == two


def test_an_approved_promotion_that_has_to_wait_says_behind_whom(protected: Scene) -> None:
    one, two = protected.built("One"), protected.built("Two")
    protected.behave(one, HELD)
    first = protected.did("promote", one, "--rack", "production", "--yes")
    protected.tick()
    second = protected.did("promote", two, "--rack", "production")
    protected.did("approve", second)

    assert protected.told(second)[-1].startswith(f"Waits its turn behind {first} ")


def test_apps_and_racks_do_not_wait_for_each_other(scene: Scene) -> None:
    release = scene.built()
    scene.went_live(release)
    scene.behave(release, HELD)
    restart = scene.did("restart")
    copied = scene.did("promote", release, "--rack", "production")
    scene.pass_time(5)

    assert scene.promotion(restart).status is P.VERIFYING
    assert scene.promotion(copied).status is P.VERIFYING


def test_one_that_may_move_in_a_moment_is_due_more_often_until_it_takes_long(scene: Scene) -> None:
    release = scene.built()
    scene.behave(release, HELD)
    promotion = scene.did("promote", release)

    assert queue.due(scene.world, near_only=True) == [promotion], "its turn is now"
    scene.tick()
    assert scene.promotion(promotion).status is P.VERIFYING
    assert queue.due(scene.world, near_only=True) == [promotion]
    scene.pass_time(15)
    assert queue.due(scene.world, near_only=True) == []
    assert queue.due(scene.world) == [promotion]


def test_a_promotion_that_waits_half_a_day_for_its_turn_is_given_up(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    scene.behave(one, HELD)
    scene.did("promote", one)
    scene.tick()
    second = scene.did("promote", two)
    scene.clock.pass_time(timedelta(hours=12).total_seconds())
    scene.tick()

    assert scene.promotion(second).status is P.FAILED
    assert scene.told(second)[-1] == (
        "Failed. It waited twelve hours for its turn. Nothing of web is live on staging. "
        "Ask for it again when the one before it has ended."
    )


# Scale and restart.


def test_scaling_starts_more_and_leaves_those_that_run(scene: Scene) -> None:
    scene.went_live(scene.built())
    (before,) = scene.processes()
    scene.did("scale", "web=3")
    scene.settle()

    assert len(scene.processes()) == 3
    assert before.id in {one.id for one in scene.processes()}
    live = scene.live()
    assert live
    assert dict(live.scale) == {"web": 3}


def test_scaling_down_stops_the_youngest(scene: Scene) -> None:
    scene.went_live(scene.built())
    (eldest,) = scene.processes()
    scene.did("scale", "web=3")
    scene.settle()
    scene.did("scale", "web=1")
    scene.settle()

    assert [one.id for one in scene.processes()] == [eldest.id]


def test_the_next_release_keeps_the_numbers(scene: Scene) -> None:
    scene.went_live(scene.built("One"))
    scene.did("scale", "web=2")
    scene.settle()
    scene.went_live(scene.built("Two"))

    assert len(scene.processes()) == 2


def test_restart_replaces_every_process_without_a_gap(scene: Scene) -> None:
    release = scene.built()
    scene.went_live(release)
    (before,) = scene.processes()
    served: list[set[str]] = []
    scene.on_tick.append(lambda now: served.append(now.serving()))
    scene.did("restart")
    scene.settle()

    assert before.id not in {one.id for one in scene.processes()}
    assert all(served)
    assert scene.live_release() == release


def test_scaling_that_waited_behind_a_promotion_scales_the_new_release(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    scene.went_live(one)
    scene.behave(two, HELD)
    scene.did("promote", two)
    scene.tick()
    scaling = scene.did("scale", "web=3")
    scene.behave(two, Behaviour())
    scene.settle()

    assert scene.live_release() == two
    assert scene.promotion(scaling).release_id == two
    assert {one.release for one in scene.processes()} == {two}
    assert len(scene.processes()) == 3


def test_a_promotion_that_waited_behind_scaling_keeps_the_new_numbers(scene: Scene) -> None:
    one, two = scene.built("One"), scene.built("Two")
    scene.went_live(one)
    scene.behave(one, HELD)
    scene.did("scale", "web=3")
    scene.tick()
    scene.did("promote", two)
    scene.behave(one, Behaviour())
    scene.settle()

    assert scene.live_release() == two
    assert len(scene.processes()) == 3


def test_a_restart_with_nothing_left_to_restart_is_handed_back(scene: Scene) -> None:
    release = scene.built()
    scene.behave(release, Behaviour(session_seconds=0))
    first = scene.did("promote", release)
    scene.until(first, P.SUCCEEDED)
    again = scene.built("Two")
    scene.behave(again, HELD)
    scene.did("promote", again)
    scene.tick()
    waiting = scene.did("restart")
    assert scene.promotion(waiting).kind is PromotionKind.RESTART
    with scene.store.write() as transaction:
        promotions.clear_live(transaction, app="web", rack="staging")
    scene.on_tick.clear()  # the record was falsified by hand
    scene.behave(again, Behaviour(never_healthy="GET / answered 500"))
    scene.settle()

    assert scene.promotion(waiting).status is P.SUPERSEDED
    assert scene.told(waiting)[-1] == ("Superseded. Nothing of web is live on staging any more.")
