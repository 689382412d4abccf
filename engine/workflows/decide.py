"""What a job does next: a pure function of its record, its tasks, what they made, and the time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.lifecycle import is_final
from engine.marks import literal
from storage.records import Build, BuildStatus, Promotion, PromotionStatus
from storage.workflow_records import Job, JobStatus, Task, TaskKind, TaskStatus

B = BuildStatus
P = PromotionStatus
J = JobStatus
T = TaskStatus
OPEN = frozenset({T.RUNNING, T.WAITING})
FOLLOWS = frozenset({TaskKind.BUILD, TaskKind.PROMOTE})  # the task goes as what it made goes

Made = Build | Promotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something worth knowing, told once for its name."""

    name: str
    text: str
    tone: str = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a task once it was looked at."""

    then: TaskStatus | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


NOTHING = Outcome()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One step of a job: the first of these that is not empty is done."""

    status: JobStatus | None = None  # the job runs, or waits for a person, from now on
    skip: tuple[Task, ...] = ()
    begin: tuple[Task, ...] = ()
    stop: tuple[Task, ...] = ()
    look: tuple[Task, ...] = ()
    end: JobStatus | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do now."""
        return self == IDLE


IDLE = Plan()


def plan(job: Job, tasks: Sequence[Task], made: Mapping[str, Made], now: datetime) -> Plan:
    """Return the next step. *made* has builds and promotions by the key of their task."""
    if is_final(job.status) or job.status is J.QUEUED:
        return IDLE
    status = _status(job, tasks)
    if status is not job.status:
        return Plan(status=status)
    pending = tuple(one for one in tasks if one.status is T.PENDING)
    is_open = [one for one in tasks if one.status in OPEN]
    if gives_up(job):
        stop = tuple(one for one in is_open if must_stop(made.get(one.key)))
        return Plan(skip=pending, stop=stop) if pending or stop else _end(job, tasks, made)
    if halts(tasks):
        waiting = [one for one in is_open if one.status is T.WAITING]
        stop = tuple(one for one in waiting if must_stop(made.get(one.key)))
        going_on = [one for one in is_open if one.status is T.RUNNING]
        look = tuple(one for one in going_on if is_due(one, made.get(one.key), now))
        if pending or stop or look:
            return Plan(skip=pending, stop=stop, look=look)
        return _end(job, tasks, made)
    if is_open:
        return Plan(look=tuple(one for one in is_open if is_due(one, made.get(one.key), now)))
    if pending:
        return Plan(begin=tuple(one for one in pending if one.step == pending[0].step))
    return _end(job, tasks, made)


def gives_up(job: Job) -> bool:
    """Whether somebody canceled it or its end has a reason already."""
    return job.cancel_asked_by is not None or job.reason is not None


def halts(tasks: Sequence[Task]) -> bool:
    """Whether a task ended so that nothing after it may begin."""
    return any(one.status in {T.FAILED, T.CANCELED, T.SKIPPED} for one in tasks)


def is_due(task: Task, made: Made | None, now: datetime) -> bool:
    """Whether a look at the task would find something, as far as can be known without one."""
    if made is not None:
        return _status_of(made) is not task.status or task.made is None
    return task.look_at is None or task.look_at <= now


def must_stop(made: Made | None) -> bool:
    """Whether there is something to be done to end a task, or to see that it has ended."""
    return made is None or is_final(made.status) or made.cancel_asked_by is None


def of_build(build: Build) -> Outcome:
    """Say how the task stands, as its build does."""
    known = {"made": build.id, "progress": None}
    match build.status:
        case B.SUCCEEDED:
            changes = {**known, "release_id": build.release_id}
            return Outcome(then=T.SUCCEEDED, changes=changes)
        case B.FAILED:
            return Outcome(then=T.FAILED, changes={**known, "reason": build.reason})
        case B.CANCELED:
            return Outcome(then=T.CANCELED, changes={**known, "reason": _by_whom(build)})
        case _:
            return Outcome(changes=known)


def of_promotion(task: Task, promotion: Promotion, *, expired: str) -> Outcome:
    """Say how the task stands, as its promotion does; *expired* is why where nobody clicked."""
    status = _status_of(promotion)
    known = {"made": promotion.id, "progress": None}
    if status is task.status:
        return Outcome(changes=known)
    if task.status is T.WAITING and status is T.SUCCEEDED:
        return Outcome(then=T.RUNNING, changes=known)  # somebody clicked: its work comes first
    if status is T.SUCCEEDED:
        known["release_id"] = promotion.release_id
    elif status is T.FAILED:
        known["reason"] = expired if promotion.status is P.EXPIRED else promotion.reason
    elif status is T.CANCELED:
        is_superseded = promotion.status is P.SUPERSEDED
        known["reason"] = promotion.reason if is_superseded else _by_whom(promotion)
    return Outcome(then=status, changes=known)


def is_superseded(tasks: Sequence[Task], made: Mapping[str, Made]) -> Promotion | None:
    """Return the promotion of the job whose place a newer wish took."""
    for task in tasks:
        found = made.get(task.key)
        if isinstance(found, Promotion) and found.status is P.SUPERSEDED:
            return found
    return None


def _status_of(made: Made) -> TaskStatus:
    """Return the status that the task of a build or promotion has."""
    if isinstance(made, Build):
        ends = {B.SUCCEEDED: T.SUCCEEDED, B.FAILED: T.FAILED, B.CANCELED: T.CANCELED}
        return ends.get(made.status, T.RUNNING)
    was_canceled = made.cancel_asked_by is not None and made.reason is None
    match made.status:
        case P.AWAITING_APPROVAL:
            return T.WAITING
        case P.SUCCEEDED:
            return T.SUCCEEDED
        case P.CANCELED | P.SUPERSEDED:
            return T.CANCELED
        case P.ROLLED_BACK | P.FAILED if was_canceled:
            return T.CANCELED
        case P.EXPIRED | P.ROLLED_BACK | P.FAILED | P.ROLLBACK_FAILED:
            return T.FAILED
        case _:
            return T.RUNNING


def _by_whom(made: Made) -> str | None:
    by = made.cancel_asked_by
    return f"{literal(by.name)} canceled it." if by else None


def _status(job: Job, tasks: Sequence[Task]) -> JobStatus:
    """Return whether the job runs, or does nothing but wait for a person."""
    unfinished = [one for one in tasks if one.status in OPEN]
    if not unfinished:
        return job.status
    waits = all(one.status is T.WAITING for one in unfinished)
    return J.WAITING if waits else J.RUNNING


def _end(job: Job, tasks: Sequence[Task], made: Mapping[str, Made]) -> Plan:
    """End the job once none of its tasks is open any more."""
    if any(one.status in OPEN for one in tasks):
        return IDLE
    if all(one.status is T.SUCCEEDED for one in tasks):
        return Plan(end=J.SUCCEEDED)
    if gives_up(job):
        return Plan(end=J.CANCELED)
    if any(one.status is T.FAILED for one in tasks):
        return Plan(end=J.FAILED)
    return Plan(end=J.SUPERSEDED if is_superseded(tasks, made) else J.CANCELED)
