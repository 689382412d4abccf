"""A job from its first task to its end, on simulated racks and a forge in memory."""

import pytest

from engine.adapters.memory import Behaviour
from engine.errors import UserError
from engine.ports.forge import CheckState, StatusState
from storage.records import PromotionStatus
from storage.workflow_records import JobStatus, TaskStatus
from tests.integration.engine.stages import CRASHES
from tests.worlds import BOB, BROKEN_DOCKERFILE, Scene, buttons_of

J = JobStatus
T = TaskStatus
P = PromotionStatus
TO_STAGING = ("build", {"promote": "staging"})
OFFER = {"promote": {"rack": "production", "on_click": True}}
QA = (*TO_STAGING, OFFER)


def statuses(scene: Scene, job: str) -> list[T]:
    return [one.status for one in scene.tasks(job)]


def ends(scene: Scene, job: str) -> tuple[J, list[T]]:
    """Let everything come to its end; how the job ended, and each of its tasks."""
    scene.settle()
    return scene.job(job).status, statuses(scene, job)


def approve(scene: Scene, job: str) -> None:
    """Click the button of the job's offer."""
    [offer] = [one.made for one in scene.tasks(job) if one.status is T.WAITING]
    assert offer
    scene.did("approve", offer, "--yes", who=BOB)


# The way to live.


def test_a_job_builds_its_commit_and_makes_it_live(anywhere: Scene) -> None:
    anywhere.workflow("delivery", *TO_STAGING)
    sha = anywhere.push("Fix cart")
    job = anywhere.job_for("delivery", sha)

    assert ends(anywhere, job) == (J.SUCCEEDED, [T.SUCCEEDED, T.SUCCEEDED])

    build, promote = anywhere.tasks(job)
    release = anywhere.release(str(build.release_id))
    assert release.sha == sha
    assert anywhere.live_release() == promote.release_id == release.id
    assert anywhere.told(job) == [
        f"Begun for {sha[:7]} Fix cart on main. By Ada Lovelace.",
        f"Built: release candidate {release.id}. Next: promote on staging.",
        f"On staging: {release.id} is live there.",
        f"Done: {sha[:7]} Fix cart, after 3 s.",
    ]


def test_a_candidate_waits_for_a_click_and_goes_live_by_it(anywhere: Scene) -> None:
    anywhere.workflow("qa", *QA)
    sha = anywhere.push("Fix cart")
    job = anywhere.job_for("qa", sha)
    assert ends(anywhere, job) == (J.WAITING, [T.SUCCEEDED, T.SUCCEEDED, T.WAITING])
    assert not anywhere.job(job).holds_line
    [offer] = [one for one in anywhere.outgoing(job) if one.key == f"{job}:offer:2"]
    assert offer.body["broadcast"]
    made = anywhere.tasks(job)[2].made
    assert offer.body["actions"] == [["Promote to production…", ["approve", made]]]
    assert anywhere.told(str(made)) == []

    approve(anywhere, job)

    assert ends(anywhere, job) == (J.SUCCEEDED, [T.SUCCEEDED] * 3)
    assert anywhere.live_release("production") == anywhere.tasks(job)[2].release_id


def test_an_automatic_promotion_asks_on_a_protected_rack_all_the_same(protected: Scene) -> None:
    protected.workflow("delivery", "build", {"promote": "production"})
    job = protected.job_for("delivery", protected.push("Fix cart"))
    assert ends(protected, job) == (J.WAITING, [T.SUCCEEDED, T.WAITING])
    approve(protected, job)
    assert ends(protected, job)[0] is J.SUCCEEDED


def test_tasks_of_one_step_go_side_by_side(scene: Scene) -> None:
    together = {"together": [{"promote": "staging"}, {"promote": "production"}]}
    scene.workflow("delivery", "build", together, {"wait": "10s"})
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.tick()
    scene.tick()
    assert statuses(scene, job) == [T.SUCCEEDED, T.RUNNING, T.RUNNING, T.PENDING]
    assert ends(scene, job) == (J.SUCCEEDED, [T.SUCCEEDED] * 4)
    assert scene.live_release()
    assert scene.live_release("production")


def test_what_is_live_already_is_a_success(scene: Scene) -> None:
    scene.workflow("delivery", "build", {"wait": "30s"}, {"promote": "staging"})
    job = scene.job_for("delivery", scene.push("Fix cart"))
    release = str(scene.until_task(job, 0, T.SUCCEEDED).release_id)
    scene.until(scene.did("promote", release), P.SUCCEEDED)
    assert ends(scene, job) == (J.SUCCEEDED, [T.SUCCEEDED] * 3)
    assert f"On staging: {release} was live there already." in scene.told(job)


def test_a_promotion_that_somebody_asked_for_before_is_waited_for(scene: Scene) -> None:
    scene.workflow("delivery", "build", {"wait": "5s"}, {"promote": "staging"})
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.until_task(job, 0, T.SUCCEEDED)
    release = str(scene.tasks(job)[0].release_id)
    scene.behave(release, Behaviour(seconds_to_healthy=30))
    by_hand = scene.did("promote", release)
    scene.until_task(job, 2, T.RUNNING)
    scene.tick()
    assert scene.tasks(job)[2].progress == f"Ada asked for it already ({by_hand})"
    assert ends(scene, job) == (J.SUCCEEDED, [T.SUCCEEDED] * 3)


def test_an_older_environment_is_taken_from_what_is_live(scene: Scene) -> None:
    scene.workflow("delivery", "build", {"wait": "30s"}, {"promote": "staging"})
    scene.job_for("delivery", scene.push("First"))
    scene.settle()
    job = scene.job_for("delivery", scene.push("Second"))
    scene.until_task(job, 0, T.SUCCEEDED)
    [promote] = buttons_of(scene.say("env", "set", "COLOR=red", "--app", "web").parts)
    scene.press(promote)
    assert ends(scene, job)[0] is J.SUCCEEDED
    assert scene.live_release() == scene.tasks(job)[2].release_id
    assert scene.environment(str(scene.live_release())) == {"COLOR": "red"}


# Failures.


def test_a_build_that_fails_ends_the_job_and_says_why(scene: Scene) -> None:
    scene.workflow("delivery", *TO_STAGING)
    job = scene.job_for("delivery", scene.push("Break it", BROKEN_DOCKERFILE))
    assert ends(scene, job) == (J.FAILED, [T.FAILED, T.SKIPPED])
    assert scene.told(job)[-1].startswith("Failed. Build: web did not build:")
    assert scene.told(job)[-1].endswith("It went live nowhere.")
    [ended] = [one for one in scene.outgoing(job) if one.key == f"{job}:ended"]
    assert ended.body["actions"] == [["Retry from here", ["jobs", "retry", job]]]
    assert ended.body["broadcast"]


def test_a_promotion_that_is_turned_away_halts_what_comes_after(scene: Scene) -> None:
    scene.workflow("qa", *QA)
    scene.memory.behave("web", CRASHES)
    job = scene.job_for("qa", scene.push("Fix cart"))
    assert ends(scene, job) == (J.FAILED, [T.SUCCEEDED, T.FAILED, T.SKIPPED])
    assert "Promote on staging: web is unhealthy: exited with code 3" in scene.told(job)[-1]


def test_beside_a_task_that_fails_others_go_on_to_their_end(scene: Scene) -> None:
    scene.workflow(
        "delivery",
        "build",
        {"together": [{"promote": "staging"}, {"wait": "60s"}, OFFER]},
        {"wait": "1s"},
    )
    scene.memory.behave("web", CRASHES)
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.until_task(job, 1, T.FAILED)
    scene.tick()
    assert statuses(scene, job)[2:] == [T.RUNNING, T.CANCELED, T.SKIPPED]
    assert "What runs beside it goes on to its end" in scene.told(job)[-1]
    assert ends(scene, job) == (
        J.FAILED,
        [T.SUCCEEDED, T.FAILED, T.SUCCEEDED, T.CANCELED, T.SKIPPED],
    )


def test_a_locked_app_is_no_success(scene: Scene) -> None:
    scene.workflow("delivery", *TO_STAGING)
    scene.say("lock", "web", "--rack", "staging", "--reason", "audit")
    job = scene.job_for("delivery", scene.push("Fix cart"))
    assert ends(scene, job) == (J.FAILED, [T.SUCCEEDED, T.FAILED])
    assert "locked" in scene.told(job)[-1]


def test_a_rack_that_is_gone_is_named(scene: Scene) -> None:
    scene.workflow("delivery", "build", {"promote": "attic"})
    job = scene.job_for("delivery", scene.push("Fix cart"))
    assert ends(scene, job) == (J.FAILED, [T.FAILED, T.SKIPPED])
    assert "There is no rack attic." in scene.told(job)[-1]


def test_an_offer_that_nobody_takes_expires(scene: Scene) -> None:
    scene.workflow(
        "qa", "build", {"promote": {"rack": "production", "on_click": True, "offer": "1h"}}
    )
    job = scene.job_for("qa", scene.push("Fix cart"))
    scene.settle()
    scene.pass_time(3700, step=1000)
    scene.tick()
    assert ends(scene, job) == (J.FAILED, [T.SUCCEEDED, T.FAILED])
    assert scene.told(job)[-1] == (
        "Failed. Promote on production: Nobody clicked within 1 h. It went live nowhere."
    )


# Checks.


CHECKED = ({"wait_for_checks": {"timeout": "30m", "settle": "60s"}}, *TO_STAGING)


def checked(scene: Scene, *tasks: object) -> tuple[str, str]:
    """Begin a job that waits for checks; its id, and the commit's."""
    scene.workflow("delivery", *(tasks or CHECKED))
    sha = scene.push("Fix cart")
    return scene.job_for("delivery", sha), sha


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


RUN = {"run": {"rack": "staging", "service": "web", "command": "bin/smoke", "timeout": "1m"}}


def running(scene: Scene, behaviour: Behaviour) -> str:
    scene.memory.behave("web/web/run", behaviour)
    scene.workflow("delivery", *TO_STAGING, RUN, {"promote": "production"})
    return scene.job_for("delivery", scene.push("Fix cart"))


def runs(scene: Scene) -> list[str]:
    return [one.promotion for one in scene.memory.rack("staging").hooks]


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
