"""Jobs that wait for the checks of their commit."""

from engine.ports.forge import CheckState, StatusState
from storage.workflow_records import JobStatus, TaskStatus
from tests.integration.engine.workflows.played import (
    CHECKED,
    TO_STAGING,
    checked,
    ends,
    statuses,
)
from tests.worlds import Scene

J = JobStatus
T = TaskStatus


def test_green_checks_let_the_build_begin(scene: Scene) -> None:
    job, sha = checked(scene)
    scene.forge.check("web", sha, "ci/test", CheckState.PENDING)
    scene.pass_time(40)
    assert statuses(scene, job)[:2] == [T.RUNNING, T.PENDING]
    assert scene.tasks(job)[0].progress == "`ci/test` pending"
    scene.forge.check("web", sha, "ci/test")
    assert ends(scene, job) == (J.SUCCEEDED, [T.SUCCEEDED] * 3)


def test_a_red_check_is_named_with_its_link(scene: Scene) -> None:
    job, sha = checked(scene)
    scene.forge.check("web", sha, "ci/test", CheckState.FAILED, url="https://ci.example/1")
    assert ends(scene, job) == (J.FAILED, [T.FAILED, T.SKIPPED, T.SKIPPED])
    [ended] = [one for one in scene.outgoing(job) if one.key == f"{job}:ended"]
    assert "{ci/test|https://ci.example/1} is red." in ended.body["text"]


def test_no_checks_are_not_green_and_that_is_said(scene: Scene) -> None:
    job, sha = checked(scene)
    scene.pass_time(50)
    assert len(scene.told(job)) == 1
    scene.pass_time(30)
    assert scene.told(job)[1].startswith(f"No checks yet on {sha[:7]}. It waits for them until")
    scene.pass_time(1800, step=600)
    assert ends(scene, job) == (J.FAILED, [T.FAILED, T.SKIPPED, T.SKIPPED])
    assert "No check ever reported within 30 min." in scene.told(job)[-1]
    assert len(scene.told(job)) == 3


def test_only_the_checks_that_are_required_count(scene: Scene) -> None:
    named = {"wait_for_checks": {"required": ["ci/test"]}}
    job, sha = checked(scene, named, *TO_STAGING)
    scene.forge.check("web", sha, "lint", CheckState.FAILED)
    scene.forge.check("web", sha, "ci/test")
    assert ends(scene, job)[0] is J.SUCCEEDED


def test_what_the_branch_requires_is_waited_for_though_nothing_else_is_red(scene: Scene) -> None:
    sha = scene.push("Fix cart")
    scene.forge.require("web", "ci/test")
    scene.forge.check("web", sha, "lint")
    scene.workflow("delivery", *CHECKED)
    job = scene.job_for("delivery", sha)
    scene.pass_time(80)
    assert scene.told(job)[1].startswith(f"ci/test has not reported on {sha[:7]} yet.")
    scene.forge.check("web", sha, "ci/test")
    assert ends(scene, job)[0] is J.SUCCEEDED


def test_our_own_statuses_never_count(scene: Scene) -> None:
    job, sha = checked(scene)
    scene.forge.set_status(
        "web",
        sha,
        context="rackhand/delivery",
        state=StatusState.SUCCESS,
        description="",
        url=None,
    )
    scene.pass_time(40)
    assert statuses(scene, job)[0] is T.RUNNING


def test_a_forge_that_is_away_is_waited_for_and_its_time_does_not_count(scene: Scene) -> None:
    job, sha = checked(scene)
    scene.pass_time(600, step=300)
    scene.forge.is_reachable = False
    scene.pass_time(3600, step=600)
    assert statuses(scene, job)[0] is T.RUNNING
    assert "git.example does not answer since" in scene.told(job)[-1]
    scene.forge.is_reachable = True
    scene.pass_time(30)
    assert scene.told(job)[-1].startswith("git.example answers again after 1 h")
    scene.pass_time(600, step=300)
    assert statuses(scene, job)[0] is T.RUNNING
    scene.forge.check("web", sha, "ci/test")
    assert ends(scene, job)[0] is J.SUCCEEDED


def test_a_commit_that_the_forge_does_not_know_any_more_fails(scene: Scene) -> None:
    scene.workflow("delivery", *CHECKED)
    job = scene.job_for("delivery", scene.source.commit("Unpushed"))
    assert ends(scene, job)[0] is J.FAILED
    assert "git.example has no repository web." in scene.told(job)[-1]


def test_a_token_that_may_not_read_checks_is_named(scene: Scene) -> None:
    scene.forge.forbidden.add("checks")
    job, _ = checked(scene)
    assert ends(scene, job)[0] is J.FAILED
    assert "it lacks `repo`" in scene.told(job)[-1]
