"""Whose turn it is: jobs of one workflow go one after the other, the newest commit first."""

import itertools
from collections.abc import Iterable, Sequence

from engine.workflows import tell
from engine.workflows.decide import FOLLOWS, Made, plan
from engine.workflows.moves import end_unbegun, move_job
from engine.world import World
from storage import builds, jobs, promotions, workflows
from storage.store import Conflict, Stale, Transaction
from storage.workflow_records import Job, JobStatus, Task

J = JobStatus


def due(world: World) -> list[str]:
    """Let jobs begin whose turn it is, and return the ids of those that something is to do for."""
    with world.store.read() as transaction:
        waiting = {one.workflow for one in jobs.with_status(transaction, (J.QUEUED,))}
        waiting -= jobs.lines_held(transaction)
    for workflow in sorted(waiting):
        try:
            with world.store.write() as transaction:
                _begin_next(world, transaction, workflow)
        except (Stale, Conflict):
            continue  # another tick was faster; the next one sees what it did
    return stirred(world)


def stirred(world: World) -> list[str]:
    """Return the ids of the jobs under way that have a next step now. Changes nothing."""
    now = world.clock.now()
    with world.store.read() as transaction:
        begun = jobs.with_status(transaction, jobs.BEGUN)
        if not begun:
            return []
        tasks = jobs.tasks_of_jobs(transaction, [one.id for one in begun])
        made = made_for(transaction, itertools.chain.from_iterable(tasks.values()))
    return [one.id for one in begun if not plan(one, tasks[one.id], made, now).is_empty]


def next_of(transaction: Transaction, queued: Sequence[Job]) -> Job:
    """Return which of *queued*, oldest first, begins next: the newest of the longest waiting ref.

    A job that does another one again counts as old as that: it must not overtake newer commits.
    """
    in_order = sorted(queued, key=lambda one: (_origin(transaction, one).created_at, one.id))
    ref = in_order[0].ref
    return [one for one in in_order if one.ref == ref][-1]


def made_for(transaction: Transaction, tasks: Iterable[Task]) -> dict[str, Made]:
    """Read the builds and promotions that these tasks have asked for, by the task's key."""
    keys = [one.key for one in tasks if one.kind in FOLLOWS]
    if not keys:
        return {}
    found: list[Made] = [*builds.of_tasks(transaction, keys)]
    found += promotions.of_tasks(transaction, keys)
    return {str(one.for_task): one for one in found}


def _begin_next(world: World, transaction: Transaction, workflow: str) -> None:
    queued = jobs.with_status(transaction, (J.QUEUED,), workflow=workflow)
    on_record = workflows.get(transaction, workflow)
    if on_record is None:
        for job in queued:
            reason = f"There is no workflow {workflow} any more."
            end_unbegun(world, transaction, job, J.CANCELED, reason=reason)
        return
    if on_record.paused_at or not queued or jobs.holding_line(transaction, workflow):
        return
    job = next_of(transaction, queued)
    older = [one for one in queued if one.ref == job.ref and one.id != job.id]
    carries = [*job.carries]
    for one in older:
        carries += [*one.carries, one.id]
        end_unbegun(world, transaction, one, J.SUPERSEDED, superseded_by=job.id)
    before = jobs.before(transaction, job)
    begun = move_job(
        world,
        transaction,
        job,
        J.RUNNING,
        holds_line=True,
        started_at=world.clock.now(),
        carries=tuple(carries),
        before=job.before if job.retry_of else before,
    )
    tell.begun(transaction, begun, older, world.clock.now())


def _origin(transaction: Transaction, job: Job) -> Job:
    """Return the job that this one does again, or itself."""
    while job.retry_of and (earlier := jobs.get(transaction, job.retry_of)):
        job = earlier
    return job
