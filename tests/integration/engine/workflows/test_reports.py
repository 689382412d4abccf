"""What the forge shows of jobs: statuses, deployments and comments, whatever happens between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.workflows import reporting
from storage import reports
from storage.workflow_records import JobStatus, Report, TaskStatus
from tests.fakes_shown import ShownDeployment
from tests.integration.engine.stages import CRASHES
from tests.worlds import BOB, BROKEN_DOCKERFILE, Scene, make_scene

J = JobStatus
T = TaskStatus
TO_STAGING = ("build", {"promote": "staging"})
OFFER = {"promote": {"rack": "production", "on_click": True}}


def also_report(scene: Scene) -> None:
    reporting.send(scene.world)


@pytest.fixture
def reported(scene: Scene) -> Scene:
    scene.on_tick.append(also_report)
    return scene


@pytest.fixture
def reported_anywhere(database_url: str, tmp_path: Path) -> Iterator[Scene]:
    made = make_scene(database_url, tmp_path)
    made.on_tick.append(also_report)
    yield made
    made.store.close()


def run(scene: Scene, *tasks: object, subject: str = "Fix cart") -> tuple[str, str]:
    """Let a job of the workflow *delivery* come to its end; its id and its commit."""
    if not scene.all_jobs():
        scene.workflow("delivery", *tasks)
    sha = scene.push(subject)
    job = scene.job_for("delivery", sha)
    done(scene)
    return job, sha


def done(scene: Scene) -> None:
    """Let everything come to its end, and be reported."""
    scene.settle()
    scene.pass_time(3, step=1)


def status(scene: Scene, sha: str, workflow: str = "delivery") -> tuple[str, str] | None:
    found = scene.forge.status("web", sha, f"rackhand/{workflow}")
    return (found.state.value, found.description) if found else None


def states(deployment: ShownDeployment) -> list[str]:
    return [one.state.value for one in deployment.states]


def reports_of(scene: Scene, job: str) -> dict[str, Report]:
    with scene.store.read() as transaction:
        return {one.key.removeprefix(f"{job}:"): one for one in reports.of_job(transaction, job)}


def approve(scene: Scene, job: str) -> None:
    [offer] = [one.made for one in scene.tasks(job) if one.status is T.WAITING]
    assert offer
    scene.did("approve", offer, "--yes", who=BOB)


# What is shown.


def test_a_commit_shows_how_its_job_stands_and_that_it_is_live(reported_anywhere: Scene) -> None:
    scene = reported_anywhere
    scene.workflow("delivery", *TO_STAGING)
    sha = scene.push("Fix cart")
    job = scene.job_for("delivery", sha)
    seen = set()
    while scene.job(job).finished_at is None:
        scene.tick()
        seen.add(status(scene, sha))
    done(scene)
    assert ("pending", "Under way: build") in seen
    assert status(scene, sha) == ("success", "Live on staging")


def test_a_job_that_waits_for_its_turn_says_so(reported: Scene) -> None:
    reported.workflow("delivery", {"wait": "60s"})
    reported.job_for("delivery", reported.push("First"))
    reported.tick()
    sha = reported.push("Second")
    reported.job_for("delivery", sha)
    reported.tick()
    assert status(reported, sha) == ("pending", "Waits for its turn")


def test_a_promotion_is_a_deployment_from_its_beginning_to_live(reported_anywhere: Scene) -> None:
    scene = reported_anywhere
    _, sha = run(scene, *TO_STAGING)
    [deployment] = scene.forge.deployed("web", "staging")
    assert deployment.sha == sha
    assert states(deployment) == ["in_progress", "success"]
    assert deployment.states[-1].description == f"Release {scene.live_release()}"


def test_a_deployment_leads_to_where_the_app_is_reached(reported: Scene) -> None:
    racks = {
        name: replace(rack, domain="apps.example.com")
        for name, rack in reported.world.racks.items()
    }
    reported.world = replace(reported.world, racks=racks)
    run(reported, *TO_STAGING)
    [deployment] = reported.forge.deployed("web", "staging")
    assert [one.environment_url for one in deployment.states] == [
        None,
        "http://web.apps.example.com",
    ]


def test_a_job_that_failed_says_which_task_and_why(reported: Scene) -> None:
    reported.workflow("delivery", *TO_STAGING)
    sha = reported.push("Break it", BROKEN_DOCKERFILE)
    reported.job_for("delivery", sha)
    done(reported)
    shown = status(reported, sha)
    assert shown is not None
    assert shown[0] == "failure"
    assert shown[1].startswith("build: web did not build")
    assert reported.forge.deployed("web", "staging") == []


def test_a_promotion_that_fails_is_a_failed_deployment(reported: Scene) -> None:
    reported.memory.behave("web", CRASHES)
    _, sha = run(reported, *TO_STAGING)
    [deployment] = reported.forge.deployed("web", "staging")
    assert states(deployment)[-1] == "failure"
    assert "success" not in states(deployment)
    assert "exited with code 3" in deployment.states[-1].description
    assert reported.forge.status("web", sha, "rackhand/delivery").state == "failure"  # type: ignore[union-attr]


def test_a_job_that_waits_for_a_click_is_pending_and_not_deployed(reported: Scene) -> None:
    job, sha = run(reported, "build", OFFER)
    assert reported.job(job).status is J.WAITING
    assert status(reported, sha) == ("pending", "Waits for a click: promote on production")
    assert reported.forge.deployed("web", "production") == []

    approve(reported, job)
    done(reported)

    [deployment] = reported.forge.deployed("web", "production")
    assert states(deployment) == ["in_progress", "success"]
    assert status(reported, sha) == ("success", "Live on production")


def test_a_canceled_job_is_no_success(reported: Scene) -> None:
    job, sha = run(reported, "build", OFFER)
    reported.cancel_job(job)
    done(reported)
    assert reported.job(job).status is J.CANCELED
    assert status(reported, sha) == ("error", "Canceled by Ada")
    assert reported.forge.deployed("web", "production") == []


def test_what_was_live_before_is_no_longer_deployed(reported: Scene) -> None:
    run(reported, *TO_STAGING)
    run(reported, subject="Second")
    first, second = reported.forge.deployed("web", "staging")
    assert states(first) == ["in_progress", "success", "inactive"]
    assert states(second) == ["in_progress", "success"]


def test_a_promotion_by_hand_in_between_leaves_no_deployment_behind(reported: Scene) -> None:
    run(reported, *TO_STAGING)
    reported.did("restart", "--app", "web", "--yes")
    done(reported)
    run(reported, subject="Second")
    first, _ = reported.forge.deployed("web", "staging")
    assert states(first)[-1] == "inactive"


def test_a_newer_job_of_the_same_commit_has_the_last_word(reported: Scene) -> None:
    job, sha = run(reported, *TO_STAGING)
    reported.forge.limited_until = reported.clock.now() + timedelta(minutes=10)
    newer = reported.job_for("delivery", sha)
    reported.settle()
    with reported.store.write() as transaction:
        old = reports_of(reported, job)["status"]
        late = {**old.wanted, "state": "failure"}
        reports.want(
            transaction,
            key=old.key,
            job_id=job,
            kind=old.kind,
            repo=old.repo,
            wanted=late,
            at=reported.clock.now(),
        )
    reported.pass_time(630, step=60)
    assert reported.job(newer).status is J.SUCCEEDED
    assert status(reported, sha) == ("success", "Live on staging")


# Under pull requests.


def test_each_merged_pull_request_hears_where_it_is_live(reported: Scene) -> None:
    run(reported, *TO_STAGING, subject="First")
    shas = [reported.push(subject) for subject in ("Fix cart", "Fix search", "Straight")]
    reported.forge.merge("web", 17, "Fix the cart", shas[0])
    reported.forge.merge("web", 18, "Fix the search", shas[1])
    reported.forge.merge("web", 19, "Not merged", shas[1], is_merged=False)
    reported.job_for("delivery", shas[-1])
    done(reported)
    for number in (17, 18):
        [comment] = reported.forge.comments("web", number)
        assert comment == (
            f"Live on 🟢 **staging**: release {reported.live_release()}, built from {shas[-1]}, "
            "by the workflow delivery."
        )
    assert reported.forge.comments("web", 19) == []


def test_production_hears_of_all_that_it_had_not_had_yet(reported: Scene) -> None:
    """Two jobs waited for a click; the second carries what the first was to bring."""
    first, _ = run(reported, "build", OFFER, subject="First")
    approve(reported, first)
    done(reported)
    shas = [reported.push(subject) for subject in ("Fix cart", "Fix search")]
    for number, sha in enumerate(shas, 17):
        reported.forge.merge("web", number, "Fix", sha)
        newest = reported.job_for("delivery", sha)
        done(reported)
    approve(reported, newest)
    done(reported)
    assert all(len(reported.forge.comments("web", number)) == 1 for number in (17, 18))


def test_nothing_is_said_under_a_pull_request_that_did_not_go_live(reported: Scene) -> None:
    reported.memory.behave("web", CRASHES)
    reported.workflow("delivery", *TO_STAGING)
    sha = reported.push("Fix cart")
    reported.forge.merge("web", 17, "Fix the cart", sha)
    reported.job_for("delivery", sha)
    done(reported)
    assert reported.forge.comments("web", 17) == []


# A forge in trouble.


def test_a_forge_that_is_away_hears_it_all_once_it_answers(reported_anywhere: Scene) -> None:
    scene = reported_anywhere
    scene.forge.is_reachable = False
    job, sha = run(scene, *TO_STAGING)
    assert scene.job(job).status is J.SUCCEEDED
    scene.forge.is_reachable = True
    scene.pass_time(600, step=60)
    assert status(scene, sha) == ("success", "Live on staging")
    [deployment] = scene.forge.deployed("web", "staging")
    assert states(deployment) == ["success"]
    assert all(one.sent_at for one in reports_of(scene, job).values())


def test_a_forge_that_is_away_is_asked_ever_more_seldom(reported: Scene) -> None:
    reported.forge.is_reachable = False
    run(reported, "build")
    reported.forge.calls.clear()
    reported.pass_time(3600, step=60)
    assert reported.forge.calls["set_status"] < 20


def test_a_forge_that_limits_is_left_alone_until_then(reported: Scene) -> None:
    until = reported.clock.now() + timedelta(minutes=10)
    reported.forge.limited_until = until
    job, sha = run(reported, *TO_STAGING)
    assert reported.job(job).status is J.SUCCEEDED
    asked = reported.forge.calls.total()
    reported.pass_time(540, step=60)
    assert reported.forge.calls.total() == asked <= 1
    reported.pass_time(90, step=30)
    assert status(reported, sha) == ("success", "Live on staging")


def test_what_the_token_may_not_do_is_told_once_in_the_thread(reported: Scene) -> None:
    reported.forge.forbidden.add("set_status")
    job, _ = run(reported, *TO_STAGING)
    told = [text for text in reported.told(job) if "does not show" in text]
    why = "The token may not do this in web: it lacks `repo`."
    assert told == [f"git.example does not show the status of its commit. {why}"]
    assert reports_of(reported, job)["status"].outcome
    assert states(reported.forge.deployed("web", "staging")[0])[-1] == "success"


def test_a_repository_that_is_gone_fails_no_job(reported: Scene) -> None:
    reported.workflow("delivery", *TO_STAGING)
    sha = reported.push("Fix cart")
    job = reported.job_for("delivery", sha)
    reported.forge.lose("web")
    done(reported)
    assert reported.job(job).status is J.SUCCEEDED
    assert any("has no repository web" in text for text in reported.told(job))


@pytest.mark.parametrize("method", ["deployment", "set_deployment", "comment", "set_status"])
def test_an_answer_that_was_lost_shows_nothing_twice(reported_anywhere: Scene, method: str) -> None:
    scene = reported_anywhere
    scene.workflow("delivery", *TO_STAGING)
    sha = scene.push("Fix cart")
    scene.forge.merge("web", 17, "Fix the cart", sha)
    scene.forge.loses_answer.add(method)
    scene.job_for("delivery", sha)
    scene.settle()
    scene.pass_time(60, step=10)
    assert not scene.forge.loses_answer
    [deployment] = scene.forge.deployed("web", "staging")
    assert states(deployment)[-1] == "success"
    assert len(scene.forge.comments("web", 17)) == 1
    assert status(scene, sha) == ("success", "Live on staging")


def test_a_process_that_dies_after_it_made_a_deployment_finds_it_again(
    reported: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reported.forge.deployment

    def dies(*words: object, **names: object) -> str:
        made(*words, **names)  # type: ignore[arg-type]
        raise SystemExit("killed")

    reported.workflow("delivery", *TO_STAGING)
    reported.job_for("delivery", reported.push("Fix cart"))
    with monkeypatch.context() as patched:
        patched.setattr(reported.forge, "deployment", dies)
        with pytest.raises(SystemExit):
            reported.settle()
    reported.start_anew()
    done(reported)
    [deployment] = reported.forge.deployed("web", "staging")
    assert states(deployment)[-1] == "success"


def test_an_app_that_is_hosted_elsewhere_is_reported_nowhere(reported: Scene) -> None:
    reported.forge.host = "elsewhere.example"
    job, _ = run(reported, *TO_STAGING)
    assert reported.job(job).status is J.SUCCEEDED
    assert reports_of(reported, job) == {}
