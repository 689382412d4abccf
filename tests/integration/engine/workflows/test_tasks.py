"""Tasks that wait, say something, or run a command; and what a cancel does to each."""

import pytest

from engine.adapters.memory import Behaviour
from engine.errors import UserError
from storage.records import PromotionStatus
from storage.workflow_records import JobStatus, TaskStatus
from tests.integration.engine.workflows.played import (
    QA,
    TO_STAGING,
    checked,
    ends,
    running,
    runs,
    statuses,
)
from tests.worlds import BOB, Scene

J = JobStatus
T = TaskStatus
P = PromotionStatus


# Waiting, notifying, running.


def test_a_wait_lasts_as_long_as_it_says(scene: Scene) -> None:
    scene.workflow("delivery", "build", {"wait": "10m"}, {"promote": "staging"})
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.pass_time(590, step=100)
    assert statuses(scene, job) == [T.SUCCEEDED, T.RUNNING, T.PENDING]
    scene.pass_time(30)
    assert ends(scene, job)[0] is J.SUCCEEDED


def test_a_note_is_said_once_in_its_channel(scene: Scene) -> None:
    text = "{commit} {subject} of {author} is {release} on staging ({app}, {job}, {other})"
    scene.workflow("delivery", *TO_STAGING, {"notify": {"text": text, "channel": "#web"}})
    job = scene.job_for("delivery", sha := scene.push("Fix *cart*"))
    scene.settle()
    [note] = [one for one in scene.outgoing(job) if one.kind == "notice"]
    release = scene.live_release()
    assert note.channel == "#web"
    assert note.body["text"] == (
        f"{sha[:7]} Fix \\*cart\\* of Ada Lovelace is {release} on staging (web, {job}, {{other}})"
    )


def test_a_command_that_ends_well_lets_the_job_go_on(scene: Scene) -> None:
    job = running(scene, Behaviour(hook_seconds=3))
    assert ends(scene, job) == (J.SUCCEEDED, [T.SUCCEEDED] * 4)
    assert "Run bin/smoke on staging: ended well after" in " ".join(scene.told(job))
    assert runs(scene) == []


def test_a_command_that_fails_halts_the_job_with_its_last_lines(scene: Scene) -> None:
    job = running(scene, Behaviour(hook_seconds=3, hook_exit_code=7))
    assert ends(scene, job) == (J.FAILED, [T.SUCCEEDED, T.SUCCEEDED, T.FAILED, T.SKIPPED])
    assert scene.told(job)[-1] == (
        "Failed. Run bin/smoke on staging: It exited with code 7 after 3 s. "
        "It went live on staging, and nowhere else."
    )
    [ended] = [one for one in scene.outgoing(job) if one.key == f"{job}:ended"]
    assert ended.body["code"][-1] == "exited with code 7"
    assert runs(scene) == []


def test_a_command_that_does_not_end_is_stopped(scene: Scene) -> None:
    job = running(scene, Behaviour(hook_seconds=86_400))
    assert ends(scene, job)[0] is J.FAILED
    assert "It did not end within 1 min and was stopped." in scene.told(job)[-1]
    assert runs(scene) == []


def test_a_promotion_meanwhile_leaves_a_command_alone(scene: Scene) -> None:
    job = running(scene, Behaviour(hook_seconds=50))
    scene.until_task(job, 2, T.RUNNING)
    scene.tick(3)
    scene.tick(3)
    assert runs(scene) == [f"{job}-2-1"]
    scene.until(scene.did("promote", scene.built_candidate("Another")), P.SUCCEEDED)
    assert runs(scene) == [f"{job}-2-1"]
    assert ends(scene, job)[0] is J.SUCCEEDED


def test_a_command_in_a_service_that_is_not_there_is_refused(scene: Scene) -> None:
    scene.workflow(
        "delivery", "build", {"run": {"rack": "staging", "service": "wep", "command": "x"}}
    )
    job = scene.job_for("delivery", scene.push("Fix cart"))
    assert ends(scene, job)[0] is J.FAILED
    assert "has no service wep. Did you mean web?" in scene.told(job)[-1]


def test_a_rack_that_is_away_keeps_a_command_waiting(scene: Scene) -> None:
    job = running(scene, Behaviour(hook_seconds=3))
    scene.until_task(job, 2, T.RUNNING)
    scene.memory.make_unreachable("staging")
    scene.pass_time(30)
    assert scene.tasks(job)[2].status is T.RUNNING
    assert scene.tasks(job)[2].progress
    scene.memory.make_reachable("staging")
    assert ends(scene, job)[0] is J.SUCCEEDED


# Canceling.


def test_a_job_is_canceled_in_its_build(scene: Scene) -> None:
    scene.workflow("delivery", *TO_STAGING)
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.tick_jobs()
    scene.cancel_job(job)
    assert ends(scene, job) == (J.CANCELED, [T.CANCELED, T.SKIPPED])
    assert scene.told(job)[-1] == "Canceled by Ada. It went live nowhere."


@pytest.mark.parametrize("status", [P.VERIFYING, P.DRAINING])
def test_a_job_is_canceled_in_its_promotion_which_is_taken_back(scene: Scene, status: P) -> None:
    scene.workflow("delivery", *TO_STAGING)
    scene.memory.behave("web", Behaviour(seconds_to_healthy=5, session_seconds=10))
    scene.job_for("delivery", scene.push("First"))
    scene.settle()
    before = scene.live_release()
    job = scene.job_for("delivery", scene.push("Second"))
    made = scene.until_task(job, 1, T.RUNNING).made
    scene.tick()
    scene.until(str(made or scene.tasks(job)[1].made), status)
    scene.cancel_job(job)
    assert ends(scene, job) == (J.CANCELED, [T.SUCCEEDED, T.CANCELED])
    assert scene.live_release() == before


def test_a_job_that_waits_for_checks_is_canceled_at_once(scene: Scene) -> None:
    job, _ = checked(scene)
    scene.tick()
    scene.cancel_job(job)
    scene.tick_jobs()
    assert scene.job(job).status is J.CANCELED
    assert statuses(scene, job) == [T.CANCELED, T.SKIPPED, T.SKIPPED]


def test_a_job_that_waits_for_a_click_is_canceled_with_its_offer(scene: Scene) -> None:
    scene.workflow("qa", *QA)
    job = scene.job_for("qa", scene.push("Fix cart"))
    scene.settle()
    offer = scene.tasks(job)[2].made
    scene.cancel_job(job, who=BOB)
    scene.tick_jobs()
    assert scene.job(job).status is J.CANCELED
    assert scene.promotion(str(offer)).status is P.CANCELED
    assert scene.told(job)[-1] == "Canceled by Bob. It went live on staging, and nowhere else."


def test_a_promotion_that_a_person_cancels_cancels_its_job(scene: Scene) -> None:
    scene.workflow("qa", *QA, {"wait": "1m"})
    job = scene.job_for("qa", scene.push("Fix cart"))
    scene.settle()
    scene.say("cancel", str(scene.tasks(job)[2].made), who=BOB)
    assert ends(scene, job) == (
        J.CANCELED,
        [T.SUCCEEDED, T.SUCCEEDED, T.CANCELED, T.SKIPPED],
    )
    assert "Bob canceled it." in scene.told(job)[-1]


def test_a_command_is_ended_with_its_job(scene: Scene) -> None:
    job = running(scene, Behaviour(hook_seconds=86_400))
    scene.until_task(job, 2, T.RUNNING)
    scene.tick()
    assert runs(scene)
    scene.cancel_job(job)
    assert ends(scene, job)[1] == [T.SUCCEEDED, T.SUCCEEDED, T.CANCELED, T.SKIPPED]
    assert runs(scene) == []


def test_an_ended_job_cannot_be_canceled(scene: Scene) -> None:
    scene.workflow("delivery", *TO_STAGING)
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.settle()
    with pytest.raises(UserError, match=r"There is nothing left to cancel of J.*It succeeded\."):
        scene.cancel_job(job)
