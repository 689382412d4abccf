"""A job whose bot is killed in each of its statuses ends as one that nobody disturbed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.local_github.client import Client
from bot.local_github.running import RunningGitHub, running_github
from bot.local_github.settings import GitHubSettings
from bot.workspace.running import RunningWorkspace
from storage import builds, jobs, promotions
from storage.records import BuildStatus, PromotionStatus
from storage.workflow_records import Job, JobStatus, Task, TaskKind, TaskStatus
from tests.crash.app import commit, git, make_repository
from tests.crash.conftest import MEMORY
from tests.crash.stage import REPOSITORY, Stage, stage_in

CHECK = "ci/test"
WORKFLOW = """
workflows:
  verify:
    app: shop
    tasks:
      - wait_for_checks: {settle: 1h}
      - build
      - promote: staging
      - run: {rack: staging, service: web, command: "true"}
      - wait: 2s
      - notify: "{subject} is on staging"
      - promote: {rack: production, on_click: true}
"""
# In the order in which a job comes to them: one death after the other.
TO_THE_CHECKS = ("job-running", "task-wait_for_checks-running")
TO_THE_CLICK = (
    "task-wait_for_checks-succeeded",
    "task-build-running",
    "task-build-succeeded",
    "task-promote-running",
    "task-promote-succeeded",
    "task-run-running",
    "task-run-succeeded",
    "task-wait-running",
    "task-wait-succeeded",
    "task-notify-succeeded",
    "task-promote-waiting",
    "job-waiting",
)
TO_THE_END = ("job-running", "task-promote-succeeded", "job-succeeded")


@pytest.fixture
def github(tmp_path: Path) -> Iterator[RunningGitHub]:
    with running_github(GitHubSettings(folder=tmp_path / "repositories")) as running:
        yield running


@pytest.fixture
def stage(tmp_path: Path, workspace: RunningWorkspace, github: RunningGitHub) -> Iterator[Stage]:
    """Nothing is live, and the app is on a GitHub."""
    folder = tmp_path / "stage"
    folder.mkdir()
    make_repository(folder / "shop")
    with stage_in(folder, workspace, MEMORY, github) as made:
        made.say("workflows", "new", "--yaml", WORKFLOW)
        yield made


def push(stage: Stage, github: RunningGitHub, *, build_seconds: float) -> None:
    """Push one more commit to main."""
    commit(stage.repository, build_seconds=build_seconds)
    url = github.git_url(REPOSITORY, github.operator_git_token)
    git(stage.repository, "push", "--quiet", url, "HEAD:refs/heads/main")


def tasks_of(stage: Stage, job_id: str) -> list[Task]:
    with stage.world.store.read() as transaction:
        return jobs.tasks_of(transaction, job_id)


def job_of(stage: Stage, job_id: str) -> Job:
    with stage.world.store.read() as transaction:
        found = jobs.get(transaction, job_id)
    assert found
    return found


def offer_of(stage: Stage, job_id: str) -> str:
    """The promotion that waits for a click."""
    [made] = [one.made for one in tasks_of(stage, job_id) if one.status is TaskStatus.WAITING]
    assert made
    return made


def undisturbed(stage: Stage, github: RunningGitHub, client: Client) -> str:
    """Run the workflow for another commit, and let it come to its end in peace."""
    push(stage, github, build_seconds=0.3)
    with stage.bot():
        job = stage.say("workflows", "run", "verify")
        client.check_run(job_of(stage, job).sha, CHECK, "success")
        stage.wait_until(lambda: job_of(stage, job).status is JobStatus.WAITING)
        stage.say("approve", offer_of(stage, job), "--yes")
        stage.settles()
    return job


def test_killed_in_each_status_a_job_ends_as_if_undisturbed(
    stage: Stage, github: RunningGitHub
) -> None:
    client = github.client(REPOSITORY)
    push(stage, github, build_seconds=0.2)
    job = stage.say("workflows", "run", "verify")
    for status in TO_THE_CHECKS:
        stage.dies_at(f"reach:{status}")
    client.check_run(job_of(stage, job).sha, CHECK, "success")
    for status in TO_THE_CLICK:
        stage.dies_at(f"reach:{status}")
    stage.say("approve", offer_of(stage, job), "--yes")
    for status in TO_THE_END:
        stage.dies_at(f"reach:{status}")
    stage.finishes()

    ended, tasks = job_of(stage, job), tasks_of(stage, job)
    assert (ended.status, ended.reason) == (JobStatus.SUCCEEDED, None)
    assert {one.status for one in tasks} == {TaskStatus.SUCCEEDED}
    nothing_was_done_twice(stage, tasks)
    all_is_told_once(stage, job, tasks)
    assert stage.names(job) == stage.names(undisturbed(stage, github, client))


def nothing_was_done_twice(stage: Stage, tasks: list[Task]) -> None:
    """Check that each task has made one thing, and that this is what runs."""
    with stage.world.store.read() as transaction:
        built = builds.latest(transaction, limit=100)
        promoted = promotions.latest(transaction, limit=100)
    made = {one.made for one in tasks if one.kind in {TaskKind.BUILD, TaskKind.PROMOTE}}
    assert {*(one.id for one in built), *(one.id for one in promoted)} == made
    assert [one.status for one in built] == [BuildStatus.SUCCEEDED]
    assert [one.status for one in promoted] == [PromotionStatus.SUCCEEDED] * 2
    for one in promoted:
        assert stage.live_release(one.rack) == one.release_id
        running = stage.world.rack(one.rack).processes()
        assert {process.release for process in running} == {one.release_id}


def all_is_told_once(stage: Stage, job: str, tasks: list[Task]) -> None:
    """Check the job's one thread: each card and each milestone stands in it once."""
    root = stage.card(job)
    assert root
    made = [one.made for one in tasks if one.made]
    cards = [card.ts for one in made if (card := stage.card(one))]
    assert len(cards) == len(made)
    told = [row.outcome for one in (job, *made) for row in stage.milestones(one)]
    replies = [one.ts for one in stage.ada.thread(root.ts, root.channel)[1:] if not one.files]
    assert sorted(replies) == sorted(map(str, [*cards, *told]))
    said = [one for one in stage.ada.messages(root.channel) if "is on staging" in one.plain_text]
    assert len(said) == 1
