"""Jobs of one workflow go one after the other; a newer commit takes the place of older ones."""

import pytest

from engine.asking import Asking, Repeated
from engine.errors import UserError
from engine.workflows import jobs as job_story
from storage import jobs, workflows
from storage.workflow_records import JobStatus, TaskStatus, TriggerKind
from tests.integration.engine.stages import CRASHES
from tests.worlds import ADA, BOB, BROKEN_DOCKERFILE, Scene

J = JobStatus
T = TaskStatus
SLOW = ({"wait": "30s"}, "build", {"promote": "staging"})
ALONE = ("build", {"promote": "staging"})
QA = ("build", {"promote": {"rack": "production", "on_click": True}})


def pushed(scene: Scene, subject: str, *, ref: str = "refs/heads/main") -> str:
    return scene.job_for("delivery", scene.push(subject), ref=ref)


def held_up(scene: Scene) -> str:
    """A job that keeps its line for a while."""
    scene.workflow("delivery", *SLOW)
    job = pushed(scene, "First")
    scene.tick()
    assert scene.job(job).status is J.RUNNING
    return job


def test_a_job_waits_until_the_one_before_it_has_ended(anywhere: Scene) -> None:
    first = held_up(anywhere)
    second = pushed(anywhere, "Second")
    anywhere.tick()
    assert anywhere.job(second).status is J.QUEUED
    anywhere.settle()
    ended, begun = anywhere.job(first).finished_at, anywhere.job(second).started_at
    assert ended
    assert begun
    assert ended <= begun
    assert anywhere.job(second).before == anywhere.job(first).sha
    assert anywhere.job(second).status is J.SUCCEEDED


def test_the_newest_takes_the_place_of_those_that_wait_and_both_say_so(anywhere: Scene) -> None:
    first = held_up(anywhere)
    second, third, fourth = (pushed(anywhere, name) for name in ("Second", "Third", "Fourth"))
    anywhere.settle()
    for job in (second, third):
        assert anywhere.job(job).status is J.SUPERSEDED
        assert anywhere.job(job).superseded_by == fourth
        assert {one.status for one in anywhere.tasks(job)} == {T.SKIPPED}
        assert f"{fourth} takes its place and carries" in anywhere.told(job)[-1]
    assert anywhere.job(fourth).carries == (second, third)
    assert anywhere.job(fourth).before == anywhere.job(first).sha
    assert f"It takes the place of {second}" in anywhere.told(fourth)[0]
    assert "Third" in anywhere.told(fourth)[0]
    assert anywhere.job(fourth).status is J.SUCCEEDED


def test_jobs_of_other_branches_and_tags_wait_for_their_own_turn(scene: Scene) -> None:
    held_up(scene)
    tags = [pushed(scene, name, ref=f"refs/tags/{name}") for name in ("v1", "v2")]
    main = pushed(scene, "Main")
    scene.settle()
    started = [scene.job(job).started_at for job in (*tags, main)]
    assert None not in started
    assert started == sorted(started)  # type: ignore[type-var]


def test_workflows_do_not_wait_for_each_other(scene: Scene) -> None:
    held_up(scene)
    scene.workflow("other", *SLOW)
    other = scene.job_for("other", scene.push("Second"))
    scene.tick()
    assert scene.job(other).status is J.RUNNING


def test_a_job_that_waits_for_a_click_gives_its_line_up(anywhere: Scene) -> None:
    anywhere.workflow("delivery", *QA)
    first = pushed(anywhere, "First")
    anywhere.settle()
    assert anywhere.job(first).status is J.WAITING
    second = pushed(anywhere, "Second")
    anywhere.settle()
    assert anywhere.job(second).status is J.WAITING
    assert anywhere.job(first).status is J.SUPERSEDED
    assert anywhere.job(first).superseded_by == second
    assert anywhere.job(second).carries == (first,)
    assert anywhere.told(first)[-1].startswith("Superseded. workflow delivery asked for R")


def test_an_offer_that_a_person_overtakes_ends_its_job(scene: Scene) -> None:
    scene.workflow("delivery", *QA, {"wait": "1s"})
    job = pushed(scene, "First")
    scene.settle()
    scene.did("promote", scene.built_candidate("By hand"), "--rack", "production", who=BOB)
    scene.settle()
    assert scene.job(job).status is J.SUPERSEDED
    assert scene.job(job).superseded_by is None
    assert "Bob asked for R" in scene.told(job)[-1]
    assert [one.status for one in scene.tasks(job)][1:] == [T.CANCELED, T.SKIPPED]


def test_a_job_waits_while_its_workflow_is_paused(scene: Scene) -> None:
    workflow = scene.workflow("delivery", *ALONE)
    with scene.store.write() as transaction:
        workflows.change(transaction, workflow, paused_by=ADA, paused_at=scene.clock.now())
    job = pushed(scene, "First")
    scene.tick()
    assert scene.job(job).status is J.QUEUED
    with scene.store.write() as transaction:
        paused = workflows.get(transaction, "delivery")
        assert paused
        workflows.change(transaction, paused, paused_by=None, paused_at=None)
    scene.settle()
    assert scene.job(job).status is J.SUCCEEDED


def test_a_job_whose_workflow_is_gone_is_canceled_and_says_so(scene: Scene) -> None:
    scene.workflow("delivery", *ALONE)
    job = pushed(scene, "First")
    with scene.store.write() as transaction:
        workflows.remove(transaction, "delivery")
    scene.settle()
    assert scene.job(job).status is J.CANCELED
    assert "There is no workflow delivery any more." in scene.told(job)[-1]


def test_a_deleted_workflows_queue_is_canceled_and_what_runs_goes_on(scene: Scene) -> None:
    first = held_up(scene)
    second = pushed(scene, "Second")
    with scene.store.write() as transaction:
        workflows.remove(transaction, "delivery")
        job_story.cancel_queued(scene.world, transaction, "delivery", "Ada deleted it.")
    scene.settle()
    assert scene.job(second).status is J.CANCELED
    assert "Ada deleted it." in scene.told(second)[-1]
    assert scene.job(first).status is J.SUCCEEDED


def test_the_same_change_heard_of_twice_makes_one_job(anywhere: Scene) -> None:
    workflow = anywhere.workflow("delivery", "build")
    sha = anywhere.push("First")

    def hear() -> object:
        with anywhere.store.write() as transaction:
            return job_story.begin(
                anywhere.world,
                transaction,
                workflow,
                ref="refs/heads/main",
                sha=sha,
                cause=f"refs/heads/main@{sha}#1",
                trigger=TriggerKind.PUSH,
                asked_by=ADA,
                subject="First",
                author="Ada",
            )

    assert hear()
    assert hear() is None
    assert len(anywhere.all_jobs()) == 1


# By hand.


def by_hand(scene: Scene, name: str = "delivery", ref: str | None = None, key: str = "k") -> str:
    return job_story.run_by_hand(scene.world, Asking(person=BOB, key=key), name, ref).id


def test_a_job_can_be_begun_by_hand_once_for_a_request(scene: Scene) -> None:
    scene.workflow("delivery", *ALONE)
    sha = scene.push("First")
    job = by_hand(scene)
    with pytest.raises(Repeated):
        by_hand(scene)
    assert (scene.job(job).sha, scene.job(job).ref) == (sha, "refs/heads/main")
    scene.settle()
    assert scene.told(job)[0] == f"Begun for {sha[:7]} First on main. Asked for by Bob."
    assert scene.job(by_hand(scene, ref=sha, key="other")).ref == sha


def test_a_paused_or_unknown_workflow_is_not_begun_by_hand(scene: Scene) -> None:
    workflow = scene.workflow("delivery", *ALONE)
    scene.push("First")
    with scene.store.write() as transaction:
        workflows.change(transaction, workflow, paused_by=ADA, paused_at=scene.clock.now())
    with pytest.raises(UserError, match=r"delivery is paused\. Ada paused it\."):
        by_hand(scene)
    with pytest.raises(UserError, match="Did you mean `delivery`"):
        by_hand(scene, "delivry")


# Again.


def test_a_job_goes_on_from_where_it_failed(anywhere: Scene) -> None:
    anywhere.workflow("delivery", *SLOW)
    anywhere.memory.behave("web", CRASHES)
    old = pushed(anywhere, "First")
    anywhere.settle()
    assert anywhere.job(old).status is J.FAILED
    anywhere.memory.behave("web", type(CRASHES)())
    new = anywhere.retry_job(old, who=BOB)
    anywhere.settle()
    assert anywhere.job(new).status is J.SUCCEEDED
    assert anywhere.job(new).retry_of == old
    build = anywhere.tasks(new)[1]
    assert (build.made, build.release_id) == (
        anywhere.tasks(old)[1].made,
        anywhere.tasks(old)[1].release_id,
    )
    assert anywhere.told(old)[-1] == f"Bob does it again from where it stopped: {new}."
    assert anywhere.live_release() == build.release_id


def test_a_job_done_again_does_not_overtake_newer_commits(scene: Scene) -> None:
    scene.workflow("delivery", *SLOW)
    old = scene.job_for("delivery", scene.push("Break it", BROKEN_DOCKERFILE))
    scene.settle()
    pushed(scene, "Second")
    scene.tick()
    third = pushed(scene, "Third")
    again = scene.retry_job(old)
    scene.settle()
    assert scene.job(again).superseded_by == third
    assert scene.job(third).status is J.SUCCEEDED


def test_only_what_failed_is_done_again(scene: Scene) -> None:
    scene.workflow("delivery", *ALONE)
    job = pushed(scene, "First")
    with pytest.raises(UserError, match="has not ended"):
        scene.retry_job(job)
    scene.settle()
    with pytest.raises(UserError, match="There is nothing to do again of J"):
        scene.retry_job(job)


# What moves on the forge.


def lose(scene: Scene, sha: str | None, *gone: str) -> None:
    with scene.store.write() as transaction:
        job_story.branch_moved(scene.world, transaction, "web", "refs/heads/main", sha, gone=gone)


def test_a_deleted_branch_ends_the_jobs_that_have_not_built(anywhere: Scene) -> None:
    running = held_up(anywhere)
    queued = pushed(anywhere, "Second")
    lose(anywhere, None)
    anywhere.settle()
    for job in (running, queued):
        assert anywhere.job(job).status is J.CANCELED
        assert "Branch main was deleted." in anywhere.told(job)[-1]


def test_a_force_push_ends_only_the_jobs_whose_commit_is_gone(scene: Scene) -> None:
    running = held_up(scene)
    queued = pushed(scene, "Second")
    sha = scene.job(queued).sha
    lose(scene, "f" * 40, sha)
    scene.settle()
    assert scene.job(running).status is J.SUCCEEDED
    assert scene.job(queued).status is J.CANCELED
    assert f"A force-push removed {sha[:7]} from main." in scene.told(queued)[-1]


def test_a_job_that_is_built_goes_on_without_its_branch_and_says_so(scene: Scene) -> None:
    scene.workflow("delivery", *QA)
    job = pushed(scene, "First")
    scene.settle()
    lose(scene, None)
    scene.settle()
    assert scene.job(job).status is J.WAITING
    assert scene.told(job)[-1] == "Branch main was deleted. It is built already, so it goes on."


# A process that dies.


@pytest.mark.parametrize("moments", [0, 1, 4, 8, 9])
def test_a_process_that_is_gone_leaves_the_next_one_the_same_way(
    scene: Scene, moments: int
) -> None:
    scene.workflow("delivery", *SLOW, {"promote": {"rack": "production", "on_click": True}})
    job = pushed(scene, "First")
    for _ in range(moments):
        scene.tick(4)
    scene.start_anew()
    scene.settle()
    assert scene.job(job).status is J.WAITING
    scene.start_anew()
    scene.did("approve", str(scene.tasks(job)[3].made), "--yes")
    scene.tick()
    scene.start_anew()
    scene.settle()
    assert scene.job(job).status is J.SUCCEEDED
    told = scene.told(job)
    assert len(told) == len(set(told)) == 6
    with scene.store.read() as transaction:
        assert not jobs.holding_line(transaction, "delivery")
