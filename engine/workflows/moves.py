"""Moving jobs and their tasks from status to status: checked, dated and told in one transaction."""

from dataclasses import replace
from typing import Any

from engine import announce
from engine.lifecycle import check_step, is_final
from engine.workflows import reports, tell
from engine.world import World
from storage import jobs
from storage.store import Transaction
from storage.workflow_records import Job, JobStatus, Task, TaskStatus


def move_job(
    world: World, transaction: Transaction, job: Job, status: JobStatus, **changes: Any
) -> Job:
    """Take the job to *status* and return it as it is then.

    The line is given up when it first waits for a person, or ends. Raises ``Stale`` when it has
    moved since it was read, and ``Conflict`` when it would hold the line beside another.
    """
    check_step(job.status, status)
    now = world.clock.now()
    changes = {"status": status, "status_since": now, **changes}
    if status is JobStatus.WAITING or is_final(status):
        changes["holds_line"] = False
    if is_final(status):
        changes["finished_at"] = now
    jobs.change(transaction, job, **changes)
    moved = replace(job, **changes)
    _show(world, transaction, moved)
    if is_final(status):
        tell.ended(transaction, moved, jobs.tasks_of(transaction, moved.id), now)
    return moved


def move_task(
    world: World, transaction: Transaction, job: Job, task: Task, status: TaskStatus, **changes: Any
) -> Task:
    """Take a task to *status* and return it as it is then. Raises ``Stale`` as a job does."""
    check_step(task.status, status)
    now = world.clock.now()
    changes = {"status": status, "status_since": now, "progress": None, **changes}
    if is_final(status):
        changes |= {"finished_at": now, "look_at": None}
    jobs.change_task(transaction, task, **changes)
    moved = replace(task, **changes)
    tell.arrived(transaction, job, moved, jobs.tasks_of(transaction, job.id), now)
    _show(world, transaction, job)
    return moved


def skip(world: World, transaction: Transaction, job: Job) -> None:
    """Skip all tasks of a job that have not begun."""
    for task in jobs.tasks_of(transaction, job.id):
        if task.status is TaskStatus.PENDING:
            move_task(world, transaction, job, task, TaskStatus.SKIPPED)


def end_unbegun(
    world: World, transaction: Transaction, job: Job, status: JobStatus, **changes: Any
) -> Job:
    """End a job that waits in its line: none of its tasks has begun."""
    skip(world, transaction, job)
    return move_job(world, transaction, job, status, **changes)


def _show(world: World, transaction: Transaction, job: Job) -> None:
    """Have all places that show the job show it as it is now."""
    announce.card(transaction, job, world.clock.now())
    reports.job_moved(world, transaction, job, jobs.tasks_of(transaction, job.id))
