"""Queries about jobs and their tasks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage import rows
from storage.store import Transaction
from storage.workflow_records import Job, JobStatus, Task, TaskKind, TaskStatus
from storage.workflow_tables import jobs, tasks

OPEN = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.WAITING)
BEGUN = (JobStatus.RUNNING, JobStatus.WAITING)


def add(transaction: Transaction, job: Job, its_tasks: Sequence[Task]) -> bool:
    """Insert a job with its tasks; False where its workflow has one of the same cause."""
    if not rows.add_if_new(transaction, jobs, rows.values_of(job)):
        return False
    rows.add_all(transaction, tasks, its_tasks)
    return True


def get(transaction: Transaction, job_id: str) -> Job | None:
    """Read one job."""
    return rows.get(transaction, jobs, Job, id=job_id)


def of_cause(transaction: Transaction, *, workflow: str, cause: str) -> Job | None:
    """Read the job that a change has begun."""
    return rows.get(transaction, jobs, Job, workflow=workflow, cause=cause)


def change(transaction: Transaction, job: Job, **changes: Any) -> None:
    """Write *changes* if the job still has the status it was read with, else ``Stale``.

    Raises ``Conflict`` when it would hold the line beside another of its workflow.
    """
    rows.change(transaction, jobs, {"id": job.id, "status": job.status}, changes)


def with_status(
    transaction: Transaction, statuses: Sequence[JobStatus], *, workflow: str | None = None
) -> list[Job]:
    """Read the jobs in any of *statuses*, oldest first."""
    query = select(jobs).where(jobs.c.status.in_(statuses))
    if workflow:
        query = query.where(jobs.c.workflow == workflow)
    return _read(transaction, query.order_by(jobs.c.created_at, jobs.c.id))


def latest(
    transaction: Transaction,
    *,
    workflow: str | None = None,
    app: str | None = None,
    limit: int = 20,
) -> list[Job]:
    """Read the newest jobs first."""
    query = select(jobs).order_by(jobs.c.created_at.desc(), jobs.c.id)
    if workflow:
        query = query.where(jobs.c.workflow == workflow)
    if app:
        query = query.where(jobs.c.app == app)
    return _read(transaction, query.limit(limit))


def holding_line(transaction: Transaction, workflow: str) -> Job | None:
    """Read the job that the next one of its workflow waits for."""
    query = select(jobs).where(jobs.c.workflow == workflow, jobs.c.holds_line)
    found = _read(transaction, query)
    return found[0] if found else None


def lines_held(transaction: Transaction) -> set[str]:
    """Read the workflows whose next job has to wait."""
    query = select(jobs.c.workflow).where(jobs.c.holds_line)
    return set(transaction.execute(query).scalars())


def tasks_of(transaction: Transaction, job_id: str) -> list[Task]:
    """Read a job's tasks in their order."""
    query = select(tasks).where(tasks.c.job_id == job_id).order_by(tasks.c.position)
    return [rows.record_of(Task, row) for row in transaction.execute(query)]


def tasks_of_jobs(transaction: Transaction, job_ids: Sequence[str]) -> dict[str, list[Task]]:
    """Read the tasks of several jobs in their order, by job."""
    query = select(tasks).where(tasks.c.job_id.in_(job_ids)).order_by(tasks.c.position)
    found: dict[str, list[Task]] = {one: [] for one in job_ids}
    for row in transaction.execute(query):
        found[row.job_id].append(rows.record_of(Task, row))
    return found


def before(transaction: Transaction, job: Job) -> str | None:
    """Read the sha of the newest earlier job of the workflow and ref that has begun."""
    query = (
        select(jobs.c.sha)
        .where(jobs.c.workflow == job.workflow, jobs.c.ref == job.ref, jobs.c.id != job.id)
        .where(jobs.c.started_at.is_not(None), jobs.c.created_at <= job.created_at)
        .order_by(jobs.c.created_at.desc(), jobs.c.started_at.desc())
        .limit(1)
    )
    found: str | None = transaction.execute(query).scalar()
    return found


def task(transaction: Transaction, job_id: str, position: int) -> Task | None:
    """Read one task."""
    return rows.get(transaction, tasks, Task, job_id=job_id, position=position)


def change_task(transaction: Transaction, one: Task, **changes: Any) -> None:
    """Write *changes* if the task still has the status and attempt it was read with.

    Raises ``Stale`` otherwise.
    """
    expected = {
        "job_id": one.job_id,
        "position": one.position,
        "status": one.status,
        "attempt": one.attempt,
    }
    rows.change(transaction, tasks, expected, changes)


def look_at_checks(transaction: Transaction, sha: str, at: datetime) -> int:
    """Have the tasks that wait for the checks of a commit look at once; return how many do."""
    begun = select(jobs.c.id).where(jobs.c.sha == sha, jobs.c.status.in_(BEGUN))
    waiting = (
        update(tasks)
        .where(tasks.c.job_id.in_(begun))
        .where(tasks.c.kind == TaskKind.WAIT_FOR_CHECKS, tasks.c.status == TaskStatus.RUNNING)
    )
    return transaction.execute(waiting.values(look_at=at)).rowcount


def _read(transaction: Transaction, query: Any) -> list[Job]:
    return [rows.record_of(Job, row) for row in transaction.execute(query)]
