"""A job from its first task to its end, on simulated racks and a forge in memory."""

from engine.adapters.memory import Behaviour
from storage.records import PromotionStatus
from storage.workflow_records import JobStatus, TaskStatus
from tests.integration.engine.stages import CRASHES
from tests.integration.engine.workflows.played import (
    OFFER,
    QA,
    TO_STAGING,
    approve,
    ends,
    statuses,
)
from tests.worlds import BROKEN_DOCKERFILE, Scene, buttons_of

J = JobStatus
T = TaskStatus
P = PromotionStatus


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
