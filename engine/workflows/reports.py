"""What the forge is to show of a job, written in the transaction of each of its changes.

A commit status for the whole job; a deployment for each promotion, once that has begun; and what
a promotion has brought live is to be said under the pull requests it came by. The latest wish
takes the place of the one before; ``engine.workflows.reporting`` makes them seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.ports.forge import OWN_CONTEXT, DeploymentState
from engine.workflows.definition import Promote
from engine.workflows.described import STATES, in_few_words, plain
from engine.workflows.reading import settings_of
from engine.world import World
from storage import apps, promotions, releases, reports
from storage.records import Promotion
from storage.store import Transaction
from storage.workflow_records import Job, Report, Task, TaskStatus, job_of

T = TaskStatus

STATUS = "status"
DEPLOYMENT = "deployment"
CARRIED = "carried"  # the pull requests that a promotion has brought live, still to be found
COMMENT = "comment"

BY_HAND = 50  # promotions in a row that no job asked for

ENDS = {
    T.SUCCEEDED: DeploymentState.SUCCESS,
    T.FAILED: DeploymentState.FAILURE,
    T.CANCELED: DeploymentState.INACTIVE,
}


def job_moved(world: World, transaction: Transaction, job: Job, tasks: Sequence[Task]) -> None:
    """Have the forge show the job and *tasks* as they are now. A repeat changes nothing."""
    app = apps.get(transaction, job.app)
    repo = world.forge.name_of(app.repo) if world.forge and app else None
    if repo is None:
        return  # it is hosted elsewhere, or the app is gone
    board = _board(world, transaction, job.id, repo)
    board.want(STATUS, STATUS, _status(job, tasks))
    for task in tasks:
        settings = settings_of(task)
        if isinstance(settings, Promote):
            _show_promotion(board, job, task, settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Board:
    """What the forge shows of one job, as far as that was wanted."""

    world: World
    transaction: Transaction
    job_id: str
    repo: str
    shown: Mapping[str, Report]

    def wanted(self, name: str) -> Mapping[str, Any] | None:
        """Return what was wanted last under *name*."""
        report = self.shown.get(f"{self.job_id}:{name}")
        return report.wanted if report else None

    def want(self, kind: str, name: str, wanted: Mapping[str, Any]) -> None:
        """Have *wanted* shown, unless it is wanted already."""
        if self.wanted(name) == wanted:
            return
        reports.want(
            self.transaction,
            key=f"{self.job_id}:{name}",
            job_id=self.job_id,
            kind=kind,
            repo=self.repo,
            wanted=wanted,
            at=self.world.clock.now(),
        )


def _board(world: World, transaction: Transaction, job_id: str, repo: str) -> _Board:
    shown = {one.key: one for one in reports.of_job(transaction, job_id)}
    return _Board(world=world, transaction=transaction, job_id=job_id, repo=repo, shown=shown)


def _status(job: Job, tasks: Sequence[Task]) -> Mapping[str, Any]:
    return {
        "sha": job.sha,
        "context": f"{OWN_CONTEXT}{job.workflow}",
        "state": STATES[job.status].value,
        "description": in_few_words(job, tasks),
    }


def _show_promotion(board: _Board, job: Job, task: Task, settings: Promote) -> None:
    """Show a deployment from its beginning on; one that never began was never there."""
    name = f"{task.position}:{DEPLOYMENT}"
    is_shown = board.wanted(name) is not None
    if task.status is T.RUNNING and (is_shown or _has_begun(board.world, task, settings)):
        state = DeploymentState.IN_PROGRESS
    elif task.status in ENDS and is_shown:
        state = ENDS[task.status]
    else:
        return
    promotion = promotions.for_task(board.transaction, task.key)
    wanted = {
        "sha": job.sha,
        "environment": settings.rack,
        "state": state.value,
        "description": plain(task.reason or "") or _release(task, promotion),
        "promotion": promotion.id if promotion else None,
    }
    board.want(DEPLOYMENT, name, wanted)
    if state is DeploymentState.SUCCESS and promotion:
        _retire(board, promotion)
        board.want(CARRIED, f"{task.position}:{CARRIED}", _carried(board, job, task, promotion))


def _has_begun(world: World, task: Task, settings: Promote) -> bool:
    """Whether the promotion begins with its task, or somebody has clicked."""
    rack = world.racks.get(settings.rack)
    asks_first = settings.on_click or (rack is not None and rack.protected)
    return task.made is not None or not asks_first


def _carried(board: _Board, job: Job, task: Task, promotion: Promotion) -> Mapping[str, Any]:
    """Say which commits came with it: those since what was live there before."""
    before = promotion.previous_release_id
    old = releases.get(board.transaction, before) if before else None
    return {
        "base": old.sha if old else job.before,
        "sha": job.sha,
        "position": task.position,
        "promotion": promotion.id,
    }


def _retire(board: _Board, promotion: Promotion) -> None:
    """Let the deployment be over whose release this promotion, or one before it, took off."""
    old = _deployed_before(board.transaction, promotion)
    old_job = job_of(old.for_task) if old else None
    if old is None or old.for_task is None or old_job is None:
        return
    name = f"{old.for_task.split(':')[1]}:{DEPLOYMENT}"
    theirs = _board(board.world, board.transaction, old_job, board.repo)
    shown = theirs.wanted(name)
    if shown and shown["state"] == DeploymentState.SUCCESS.value:
        over = {
            "state": DeploymentState.INACTIVE.value,
            "description": f"{promotion.release_id} took its place",
        }
        theirs.want(DEPLOYMENT, name, {**shown, **over})


def _deployed_before(transaction: Transaction, promotion: Promotion) -> Promotion | None:
    """Return the newest promotion that was live there before and that a job had asked for."""
    before = promotion.previous_promotion_id
    for _ in range(BY_HAND):
        found = promotions.get(transaction, before) if before else None
        if found is None or found.for_task:
            return found
        before = found.previous_promotion_id
    return None


def _release(task: Task, promotion: Promotion | None) -> str:
    release = task.release_id or (promotion.release_id if promotion else None)
    return f"Release {release}" if release else "On its way"
