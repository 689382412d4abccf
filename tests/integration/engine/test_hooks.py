"""Stories of commands that run once for a promotion."""

from dataclasses import replace

import pytest

from engine.adapters.memory import Behaviour
from storage.records import HookResult, PromotionStatus
from tests.fakes import Files
from tests.integration.engine.stages import only_the_old_one_is_left, with_old_release
from tests.worlds import Scene, compose, text_of

P = PromotionStatus
MIGRATES: Files = compose(
    "web", bake_seconds="12", before_promote="migrate", after_promote="warm", hook_seconds="60"
)


def started(scene: Scene) -> list[str]:
    """What was started on the rack, in order: hooks and processes, without their promotions."""
    lines = [line.removeprefix("staging: ") for line in scene.memory.journal]
    return [line for line in lines if line.startswith(("start P", "run "))]


def hooks_of(scene: Scene, promotion_id: str) -> list[tuple[str, int | None]]:
    return [(one.hook, one.exit_code) for one in scene.promotion(promotion_id).hooks]


def begun(scene: Scene, behaviour: Behaviour, files: Files = MIGRATES) -> tuple[str, str]:
    """A release whose hooks behave so, and its promotion."""
    release = scene.built("New", files)
    scene.behave(release, behaviour)
    return release, scene.did("promote", release)


def test_hooks_run_once_before_anything_starts_and_once_it_is_live(scene: Scene) -> None:
    with_old_release(scene)
    before = len(started(scene))
    release, promotion_id = begun(scene, Behaviour(hook_seconds=5))
    scene.settle()

    assert scene.promotion(promotion_id).status is P.SUCCEEDED
    assert hooks_of(scene, promotion_id) == [("before_promote", 0), ("after_promote", 0)]
    kinds = [line.split()[0] for line in started(scene)[before:]]
    assert kinds == ["run", "start", "run"]
    told = scene.told(promotion_id)
    assert told[0] == "before_promote of web ended well after 5 s."
    assert told.index("after_promote of web ended well after 5 s.") > told.index(
        f"Live: all traffic of web on staging reaches {release}."
    )


def test_a_hook_that_fails_before_leaves_the_live_release_untouched(scene: Scene) -> None:
    old = with_old_release(scene)
    _, promotion_id = begun(scene, Behaviour(hook_exit_code=3))
    scene.settle()

    promotion = scene.promotion(promotion_id)
    assert promotion.status is P.FAILED
    assert promotion.reason == "`before_promote` of `web` exited with code 3 after 1 s."
    assert hooks_of(scene, promotion_id) == [("before_promote", 3)]
    only_the_old_one_is_left(scene, old)
    assert "start" not in scene.memory.journal[-1]


def test_a_hook_that_fails_after_takes_the_release_back(scene: Scene) -> None:
    old = with_old_release(scene)
    release, promotion_id = begun(
        scene, Behaviour(hook_exit_code=1), compose("web", bake_seconds="12", after_promote="warm")
    )
    scene.settle()

    promotion = scene.promotion(promotion_id)
    assert promotion.status is P.ROLLED_BACK
    assert "`after_promote` of `web` exited with code 1" in (promotion.reason or "")
    only_the_old_one_is_left(scene, old)
    assert release not in scene.serving_releases()


def test_a_hook_that_does_not_end_is_stopped_at_its_deadline(scene: Scene) -> None:
    old = with_old_release(scene)
    _, promotion_id = begun(scene, Behaviour(hook_seconds=10_000))
    scene.pass_time(90)
    scene.settle()

    promotion = scene.promotion(promotion_id)
    assert promotion.status is P.FAILED
    assert promotion.reason == (
        "`before_promote` of `web` did not end within 1 min and was stopped."
    )
    assert [one.exit_code for one in promotion.hooks] == [None]
    only_the_old_one_is_left(scene, old)


def test_the_card_says_which_hook_runs(scene: Scene) -> None:
    _, promotion_id = begun(scene, Behaviour(hook_seconds=30))
    scene.pass_time(10)

    assert (scene.promotion(promotion_id).progress or "").startswith("before_promote of web runs (")


def test_canceling_stops_a_hook_that_runs(scene: Scene) -> None:
    old = with_old_release(scene)
    _, promotion_id = begun(scene, Behaviour(hook_seconds=10_000))
    scene.pass_time(5)
    scene.say("cancel", promotion_id)
    scene.settle()

    assert scene.promotion(promotion_id).status is P.CANCELED
    only_the_old_one_is_left(scene, old)


@pytest.mark.parametrize("words", [("restart", "web"), ("scale", "web=2", "--app", "web")])
def test_the_same_release_again_has_had_its_hooks(scene: Scene, words: tuple[str, ...]) -> None:
    _, promotion_id = begun(scene, Behaviour())
    scene.settle()
    again = scene.did(*words, "--rack", "staging")
    scene.settle()

    assert len(hooks_of(scene, promotion_id)) == 2
    assert hooks_of(scene, again) == []


def test_a_rollback_runs_the_hooks_of_the_release_it_goes_back_to(scene: Scene) -> None:
    old, _ = begun(scene, Behaviour())
    scene.settle()
    begun(scene, Behaviour(), compose("web", bake_seconds="0"))
    scene.settle()
    back = scene.did("rollback", "web", "--rack", "staging")
    scene.settle()

    assert scene.live_release() == old
    assert hooks_of(scene, back) == [("before_promote", 0), ("after_promote", 0)]


def test_hooks_of_several_services_run_in_the_order_that_the_services_start_in(
    scene: Scene,
) -> None:
    files = compose("web", "db", before_promote="prepare")
    text = files["compose.yaml"].replace("  web:\n", "  web:\n    depends_on: [db]\n")
    release = scene.built("Two", {**files, "compose.yaml": text})
    promotion_id = scene.did("promote", release)
    scene.settle()

    assert [one.service for one in scene.promotion(promotion_id).hooks] == ["db", "web"]


def test_a_hook_whose_end_is_on_record_is_not_asked_for_again(scene: Scene) -> None:
    """Its process may be gone by then: somebody tidied up the engine."""
    with_old_release(scene)
    _, promotion_id = begun(scene, Behaviour(hook_seconds=3))
    scene.until(promotion_id, P.BAKING)
    done = HookResult(hook="before_promote", service="web", exit_code=0, seconds=3.0)
    assert replace(scene.promotion(promotion_id).hooks[0], log=()) == done

    runs = [line for line in started(scene) if "before_promote" in line]
    scene.settle()
    assert [line for line in started(scene) if "before_promote" in line] == runs


def test_info_shows_what_a_hook_wrote(scene: Scene) -> None:
    _, promotion_id = begun(scene, Behaviour(hook_exit_code=3))
    scene.settle()

    assert "before_promote" in text_of(scene.say("promotions", "info", promotion_id))
