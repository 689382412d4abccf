"""Hooks on any rack: commands of a release that run once for a promotion."""

from dataclasses import replace

import pytest

from engine.errors import NotFound
from engine.ports.rack import Hook, HookRun, Phase, Target
from tests.contract.rack.specs import HOOK, service, target
from tests.contract.rack.stage import Stage, begin, make_live, reach, take_over
from tests.contract.rack.test_broken_off import repeat_until_whole

BEFORE, AFTER = Hook.BEFORE_PROMOTE, Hook.AFTER_PROMOTE
BOTH = {BEFORE: HOOK, AFTER: HOOK}


def with_hooks(stage: Stage, number: int, fail: str = "", image: str = "") -> Target:
    web = service(image=image or stage.image, version=str(number), fail=fail, hooks=BOTH)
    return target(number, web)


def run_to_its_end(stage: Stage, wanted: Target, hook: Hook = BEFORE) -> HookRun:
    for _ in range(300):
        run = stage.rack.run_hook(wanted, "web", hook)
        if not run.running:
            return run
        stage.pass_time(0.1)
    raise AssertionError(f"it does not end: {run}")


def test_a_hook_runs_before_anything_is_started_and_tells_how_it_ended(stage: Stage) -> None:
    first = with_hooks(stage, 1)
    stage.rack.prepare(first)

    run = run_to_its_end(stage, first)

    assert (run.running, run.exit_code) == (False, 0)
    assert run.seconds > 0
    assert 0 < len(run.last_log) <= 20
    assert stage.rack.processes("shop") == ()


def test_a_hook_that_is_there_is_never_started_again(stage: Stage) -> None:
    first = with_hooks(stage, 1)
    stage.rack.prepare(first)
    ended = run_to_its_end(stage, first)

    assert stage.rack.run_hook(first, "web", BEFORE) == ended
    assert stage.restarted().run_hook(first, "web", BEFORE) == ended


def test_a_start_broken_off_everywhere_starts_a_hook_once(stage: Stage) -> None:
    first = with_hooks(stage, 1)
    stage.rack.prepare(first)
    repeat_until_whole(stage, lambda: stage.rack.run_hook(first, "web", BEFORE))

    assert run_to_its_end(stage, first).exit_code == 0


def test_a_hook_has_the_environment_of_its_release_and_its_exit_code_is_told(stage: Stage) -> None:
    first = with_hooks(stage, 1, fail="hook")
    stage.rack.prepare(first)

    run = run_to_its_end(stage, first)

    assert run.exit_code == 3
    assert run.last_log


def test_a_hook_that_runs_can_be_stopped_and_has_no_exit_code_then(stage: Stage) -> None:
    first = with_hooks(stage, 1, fail="hang")
    stage.rack.prepare(first)
    assert stage.rack.run_hook(first, "web", BEFORE).running
    stage.rack.end_hooks(first)
    stage.rack.end_hooks(first)

    run = stage.rack.run_hook(first, "web", BEFORE)

    assert (run.running, run.exit_code) == (False, None)


def test_ending_the_hooks_leaves_one_that_has_ended_as_it_is(stage: Stage) -> None:
    first = with_hooks(stage, 1)
    stage.rack.prepare(first)
    ended = run_to_its_end(stage, first)
    stage.rack.end_hooks(first)

    assert stage.rack.run_hook(first, "web", BEFORE) == ended


def test_the_hooks_of_a_promotion_are_told_apart(stage: Stage) -> None:
    make_live(stage, with_hooks(stage, 1))
    second = with_hooks(stage, 2)
    run_to_its_end(stage, second, BEFORE)
    begin(stage, second)
    take_over(stage, second)

    assert stage.rack.run_hook(second, "web", AFTER).running
    assert run_to_its_end(stage, second, AFTER).exit_code == 0
    statuses = {found.release: found.status for found in stage.rack.processes("shop")}
    assert statuses == {"R1": "draining", "R2": "healthy"}


def test_a_promotion_has_not_ended_before_its_hooks_are_gone(stage: Stage) -> None:
    first = with_hooks(stage, 1)
    stage.rack.prepare(first)
    run_to_its_end(stage, first)
    begin(stage, first)
    take_over(stage, first)
    assert reach(stage, first, Phase.DRAINED).of("web").phase is Phase.DRAINED

    stage.rack.retire(first)

    assert reach(stage, first, Phase.RETIRED).of("web").ready == 1
    assert stage.rack.run_hook(first, "web", BEFORE).running, "it was gone, so it starts anew"


def test_a_revert_removes_the_promotions_own_hooks(stage: Stage) -> None:
    first = with_hooks(stage, 1)
    make_live(stage, first)
    second, third = with_hooks(stage, 2, fail="hang"), with_hooks(stage, 3, fail="hook")
    stage.rack.run_hook(second, "web", BEFORE)
    ended = run_to_its_end(stage, third)
    stage.rack.revert(second)

    assert stage.rack.run_hook(third, "web", BEFORE) == ended
    stage.rack.revert(third)
    assert reach(stage, first, Phase.RETIRED).of("web").ready == 1
    assert stage.answer("shop.test") == "1"


def test_a_hook_without_its_image_does_not_start(stage: Stage) -> None:
    with pytest.raises(NotFound):
        stage.rack.run_hook(with_hooks(stage, 1, image=stage.absent_image), "web", BEFORE)


# A command that belongs to no promotion.

RUN = Hook.RUN


def with_run(stage: Stage, number: int, fail: str = "") -> Target:
    """What a job asks for: a target whose promotion is a name of the job's own."""
    web = service(image=stage.image, version=str(number), fail=fail, hooks={RUN: HOOK})
    return replace(target(number, web), promotion=f"JABCDEFGHJK-{number}-1")


def test_a_run_tells_how_it_ended_and_is_never_started_again(stage: Stage) -> None:
    first = with_run(stage, 1, fail="hook")
    stage.rack.prepare(first)

    run = run_to_its_end(stage, first, RUN)

    assert (run.running, run.exit_code) == (False, 3)
    assert stage.restarted().run_hook(first, "web", RUN) == run
    assert stage.rack.processes("shop") == ()


def test_promotions_begin_and_end_beside_a_run_that_goes_on(stage: Stage) -> None:
    running = with_run(stage, 1, fail="hang")
    stage.rack.prepare(running)
    stage.rack.run_hook(running, "web", RUN)
    make_live(stage, with_hooks(stage, 1))
    second, third = with_hooks(stage, 2), with_hooks(stage, 3)
    begin(stage, second)
    stage.rack.revert(second)
    begin(stage, third)
    take_over(stage, third)
    stage.rack.retire(third)
    stage.rack.repair([third])

    assert reach(stage, third, Phase.RETIRED).of("web").ready == 1
    assert stage.rack.run_hook(running, "web", RUN).seconds > 0, "it was gone, so it starts anew"
    assert stage.rack.run_hook(running, "web", RUN).running


def test_a_run_can_be_stopped_and_is_gone_once_it_is_removed(stage: Stage) -> None:
    running, other = with_run(stage, 1, fail="hang"), with_run(stage, 2, fail="hook")
    stage.rack.prepare(running)
    stage.rack.run_hook(running, "web", RUN)
    ended = run_to_its_end(stage, other, RUN)
    stage.rack.end_hooks(running)
    assert not stage.rack.run_hook(running, "web", RUN).running

    stage.rack.remove_run(running)
    stage.rack.remove_run(running)

    assert stage.rack.run_hook(other, "web", RUN) == ended
    assert stage.rack.run_hook(running, "web", RUN).running, "it was gone, so it starts anew"
    stage.rack.remove_run(running)
    stage.rack.remove_run(other)
