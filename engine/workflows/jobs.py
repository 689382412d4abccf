"""Asking for jobs and for their end; and what becomes of them when something moves on the forge."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from engine import announce, lookup
from engine.asking import Asking
from engine.errors import UserError
from engine.lifecycle import is_final
from engine.lookup import shown
from engine.marks import literal
from engine.workflows import reports, tell
from engine.workflows.moves import end_unbegun
from engine.workflows.reading import definition_of
from engine.workflows.refs import BRANCH, kind_and_name, short, short_sha
from engine.workflows.written import plain_settings
from engine.world import World
from storage import apps, ids, jobs, watched
from storage.records import App, Person
from storage.store import Transaction
from storage.workflow_records import (
    Job,
    JobStatus,
    Task,
    TaskKind,
    TaskStatus,
    TriggerKind,
    Workflow,
)

J = JobStatus
T = TaskStatus
CAN_BE_DONE_AGAIN = frozenset({J.FAILED, J.CANCELED})


def begin(
    world: World,
    transaction: Transaction,
    workflow: Workflow,
    *,
    ref: str,
    sha: str,
    cause: str,
    trigger: TriggerKind,
    asked_by: Person,
    subject: str,
    author: str,
    author_email: str | None = None,
    tasks_done: Sequence[Task] = (),
) -> Job | None:
    """Put a job into its workflow's line; None where *cause* has begun one already.

    *tasks_done* are tasks of the same definition that need not be done again. Raises
    ``UserError`` for a workflow whose definition cannot be read any more.
    """
    return _enter(
        world,
        transaction,
        workflow,
        tasks_done,
        definition=workflow.definition,
        trigger=trigger,
        cause=cause,
        ref=ref,
        sha=sha,
        asked_by=asked_by,
        subject=subject,
        author=author,
        author_email=author_email,
    )


def run_by_hand(world: World, asking: Asking, name: str, ref: str | None = None) -> Job:
    """Begin a job because a person wants it: of *ref*, else of the app's branch.

    Raises ``UserError`` for a workflow that is unknown or paused, and what the repository raises.
    """
    with world.store.read() as transaction:
        workflow = lookup.workflow(transaction, name)
        _refuse_paused(workflow)
        app = lookup.app(transaction, workflow.app)
        full = _full_ref(world, transaction, app, ref)
    commit = world.source.resolve(app.repo, ref or app.branch)
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        job = begin(
            world,
            transaction,
            lookup.workflow(transaction, name),
            ref=full,
            sha=commit.sha,
            cause=f"hand:{asking.key}",
            trigger=TriggerKind.HAND,
            asked_by=asking.person,
            subject=commit.subject,
            author=commit.author,
        )
    assert job is not None, "a request that was not taken before begins a job"
    return job


def cancel(world: World, asking: Asking, job_id: str) -> Job:
    """Cancel a job: at once while it waits in the line, else by ending what it runs.

    Raises ``UserError`` for one that has ended or is being canceled already.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        job = lookup.job(transaction, job_id)
        if is_final(job.status) or job.cancel_asked_by:
            raise UserError(
                f"There is nothing left to cancel of {job.id}.", why=tell.how_it_stands(job)
            )
        if job.status is J.QUEUED:
            by = asking.person
            return end_unbegun(world, transaction, job, J.CANCELED, cancel_asked_by=by)
        jobs.change(transaction, job, cancel_asked_by=asking.person)
        job = lookup.job(transaction, job.id)
        tell.cancel_asked(transaction, job, world.clock.now())
        announce.card(transaction, job, world.clock.now())
    return job


def retry(world: World, asking: Asking, job_id: str) -> Job:
    """Begin a job that takes over what another one finished, and goes on from where it failed.

    Raises ``UserError`` for a job that did not fail, or whose workflow is gone or paused.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        old = lookup.job(transaction, job_id)
        if old.status not in CAN_BE_DONE_AGAIN:
            raise _not_again(old)
        workflow = lookup.workflow(transaction, old.workflow)
        _refuse_paused(workflow)
        job = _enter(
            world,
            transaction,
            workflow,
            jobs.tasks_of(transaction, old.id),
            definition=old.definition,
            trigger=old.trigger,
            cause=f"retry:{old.id}:{asking.key}",
            ref=old.ref,
            sha=old.sha,
            asked_by=asking.person,
            subject=old.subject,
            author=old.author,
            author_email=old.author_email,
            before=old.before,
            carries=old.carries,
            retry_of=old.id,
        )
        assert job is not None, "a request that was not taken before begins a job"
        text = f"{{0}} does it again from where it stopped: {job.id}."
        announce.milestone(
            transaction, old, f"retry:{job.id}", text, at=job.created_at, people=(asking.person,)
        )
        announce.card(transaction, old, job.created_at)
    return job


def cancel_queued(world: World, transaction: Transaction, workflow: str, reason: str) -> None:
    """Cancel the jobs that wait in a workflow's line."""
    for job in jobs.with_status(transaction, (J.QUEUED,), workflow=workflow):
        end_unbegun(world, transaction, job, J.CANCELED, reason=reason)


def branch_moved(
    world: World,
    transaction: Transaction,
    repo: str,
    ref: str,
    sha: str | None,
    *,
    gone: Collection[str] = (),
) -> None:
    """Hear that a branch or tag has moved to *sha*, or was deleted (None).

    The commits of jobs that are *gone* are not part of it any more. A job of such a commit ends,
    unless it is built already: then it goes on, and says so.
    """
    if sha is not None and not gone:
        return
    for job in jobs.with_status(transaction, jobs.OPEN):
        if job.ref != ref or not _is_of(world, transaction, job, repo):
            continue
        if sha is not None and job.sha not in gone:
            continue
        if sha is None:
            reason = f"{kind_and_name(ref)} was deleted."
        else:
            reason = f"A force-push removed {short_sha(job.sha)} from {short(ref)}."
        _lose_commit(world, transaction, job, literal(reason))


def _enter(
    world: World,
    transaction: Transaction,
    workflow: Workflow,
    tasks_done: Sequence[Task],
    **known: Any,
) -> Job | None:
    now = world.clock.now()
    app = apps.get(transaction, workflow.app)
    job = Job(
        id=ids.new_id("J"),
        workflow=workflow.name,
        app=workflow.app,
        status=J.QUEUED,
        channel=None,
        created_at=now,
        status_since=now,
        **known,
    )
    definition = definition_of(job)
    channel = definition.channel or (app.channel if app else None) or world.default_channel
    job = replace(job, channel=channel)
    done = {one.position: one for one in tasks_done if one.status is T.SUCCEEDED}
    tasks = []
    for position, spec in enumerate(definition.tasks):
        task = Task(
            job_id=job.id,
            position=position,
            step=spec.step,
            kind=spec.kind,
            settings=plain_settings(spec.settings),
            status=T.PENDING,
            status_since=now,
        )
        tasks.append(_taken_over(task, done[position]) if position in done else task)
    if not jobs.add(transaction, job, tasks):
        return None
    announce.card(transaction, job, now)
    reports.job_moved(world, transaction, job, tasks)
    return job


def _taken_over(task: Task, done: Task) -> Task:
    """Return the task as it was done by the job before."""
    return replace(
        done,
        job_id=task.job_id,
        step=task.step,
        attempt=task.attempt,
    )


def _lose_commit(world: World, transaction: Transaction, job: Job, reason: str) -> None:
    """End a job whose commit is gone, or have it say why it goes on."""
    now = world.clock.now()
    if job.status is J.QUEUED:
        end_unbegun(world, transaction, job, J.CANCELED, reason=reason)
        return
    tasks = jobs.tasks_of(transaction, job.id)
    if any(one.kind is TaskKind.BUILD and one.status is T.SUCCEEDED for one in tasks):
        text = f"{reason} It is built already, so it goes on."
        tell.notice(transaction, job, f"lost:{reason}", text, now, "waiting")
        return
    if job.reason is None:
        jobs.change(transaction, job, reason=reason)
        announce.card(transaction, job, now)


def _is_of(world: World, transaction: Transaction, job: Job, repo: str) -> bool:
    app = apps.get(transaction, job.app)
    return bool(app and world.forge and world.forge.name_of(app.repo) == repo)


def _full_ref(world: World, transaction: Transaction, app: App, ref: str | None) -> str:
    """Return the whole name of a branch that is known, so that its jobs count as of one line."""
    if ref is None:
        return BRANCH + app.branch
    repo = world.forge.name_of(app.repo) if world.forge else None
    is_known = repo and watched.head(transaction, repo, BRANCH + ref)
    return BRANCH + ref if is_known else ref


def _refuse_paused(workflow: Workflow) -> None:
    if workflow.paused_by:
        raise UserError(
            f"{workflow.name} is paused.",
            why=f"{literal(workflow.paused_by.name)} paused it.",
            remedy=f"`/rack workflows resume {workflow.name}` lets it go on.",
        )


def _not_again(job: Job) -> UserError:
    if not is_final(job.status):
        return UserError(
            f"{job.id} has not ended.",
            why=tell.how_it_stands(job),
            remedy=f"To end it: `/rack jobs cancel {job.id}`.",
        )
    return UserError(
        f"There is nothing to do again of {job.id}.",
        why=tell.how_it_stands(job),
        remedy=f"`/rack workflows run {shown(job.workflow)}` begins a new one.",
    )
