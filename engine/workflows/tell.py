"""The words in which a job tells of itself in its thread."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.announce import milestone
from engine.durations import duration, of_seconds
from engine.marks import literal
from engine.workflows.definition import Promote, RunCommand, Wait, WaitForChecks
from engine.workflows.notices import KIND
from engine.workflows.reading import settings_of
from engine.workflows.refs import short, short_sha
from storage import outbox
from storage.store import Transaction
from storage.workflow_records import Job, JobStatus, Task, TaskKind, TaskStatus, TriggerKind

J = JobStatus
T = TaskStatus
LOG_LINES = 5  # of a command that ended well

STANDING = {
    J.QUEUED: "It waits for its turn.",
    J.RUNNING: "It is under way.",
    J.WAITING: "It waits for somebody to click.",
    J.SUCCEEDED: "It succeeded.",
    J.FAILED: "It failed.",
    J.CANCELED: "It was canceled.",
    J.SUPERSEDED: "A newer job took its place.",
}


def how_it_stands(job: Job) -> str:
    """Say in one sentence where the job is, and who ended it where a person did."""
    if job.cancel_asked_by is None:
        return STANDING[job.status]
    name = literal(job.cancel_asked_by.name)
    if job.finished_at is None:
        return f"{name} has asked to cancel it."
    return f"{name} canceled it." if job.status is J.CANCELED else STANDING[job.status]


def begun(transaction: Transaction, job: Job, older: Sequence[Job], at: datetime) -> None:
    """Tell for which commit it begins, and whose commits it carries."""
    text = f"*Begun* for {commit(job)} on {literal(short(job.ref))}. {_by_whom(job)}"
    if older:
        names = ", ".join(f"{one.id} ({commit(one)})" for one in older)
        text += f" It takes the place of {names}, and carries what they were to bring."
    milestone(transaction, job, "begun", text, at=at, tone="busy", people=(job.asked_by,))


def arrived(
    transaction: Transaction, job: Job, task: Task, tasks: Sequence[Task], at: datetime
) -> None:
    """Tell of a task's new status, where that is worth a message of its own."""
    match task.kind, task.status:
        case TaskKind.BUILD, T.SUCCEEDED:
            text = f"*Built*: release candidate *{task.release_id}*. {_next(task, tasks)}"
            _of_task(transaction, job, task, "built", text.strip(), at, tone="good")
        case TaskKind.PROMOTE, T.WAITING:
            _offer(transaction, job, task, at)
        case TaskKind.PROMOTE, T.SUCCEEDED:
            _live(transaction, job, task, tasks, at)
        case TaskKind.RUN, T.SUCCEEDED:
            _ran(transaction, job, task, at)
        case _, T.FAILED if _goes_on(task, tasks):
            text = (
                f"*Failed*: {named(task)}. {task.reason or ''} What runs beside it goes on to its "
                "end; nothing after it begins."
            )
            _of_task(transaction, job, task, "failed", text, at, tone="bad")
        case _:
            pass  # the rest shows on the card, or with the job's end


def ended(transaction: Transaction, job: Job, tasks: Sequence[Task], at: datetime) -> None:
    """Tell how the job ended and, where it failed, what to do."""
    people = (job.cancel_asked_by,) if job.cancel_asked_by else ()
    again = [("Retry from here", ("jobs", "retry", job.id))]
    text, tone = _end(job, tasks, at)
    milestone(
        transaction,
        job,
        "ended",
        text,
        at=at,
        tone=tone,
        people=people,
        code=_log(tasks) if job.status is J.FAILED else (),
        broadcast=job.status is J.FAILED,
        actions=again if job.status is J.FAILED else (),
    )


def cancel_asked(transaction: Transaction, job: Job, at: datetime) -> None:
    """Tell who canceled it, before what runs is ended."""
    assert job.cancel_asked_by is not None
    text = "{0} canceled this. Ending what runs."
    people = (job.cancel_asked_by,)
    milestone(transaction, job, "cancel_asked", text, at=at, people=people)


def notice(
    transaction: Transaction, job: Job, name: str, text: str, at: datetime, tone: str = "muted"
) -> None:
    """Tell something worth knowing that changes nothing."""
    milestone(transaction, job, f"notice:{name}", text, at=at, tone=tone)


def note(
    transaction: Transaction, job: Job, task: Task, text: str, *, channel: str | None, at: datetime
) -> None:
    """Say something in a channel by a message of its own, once for the task."""
    body: dict[str, Any] = {"text": text, "tone": "muted", "people": []}
    outbox.tell(
        transaction,
        subject=job.id,
        kind=KIND,
        key=f"{task.key}:note",
        body=body,
        channel=channel,
        at=at,
    )


def _by_whom(job: Job) -> str:
    if job.retry_of:
        return f"{{0}} lets it go on from where {job.retry_of} stopped."
    return "Asked for by {0}." if job.trigger is TriggerKind.HAND else "By {0}."


def commit(job: Job) -> str:
    """Name a job's commit: "4f2c1ab Fix cart"."""
    return f"{short_sha(job.sha)} {literal(job.subject)}".strip()


def named(task: Task) -> str:
    """Name a task as its workflow does: "promote on staging"."""
    settings = settings_of(task)
    match settings:
        case Promote():
            return f"promote on {settings.rack}"
        case RunCommand():
            return f"run `{literal(' '.join(settings.command))}` on {settings.rack}"
        case WaitForChecks():
            return "wait for checks"
        case Wait():
            return f"wait {of_seconds(settings.seconds)}"
        case _:
            return str(task.kind)


def _of_task(
    transaction: Transaction,
    job: Job,
    task: Task,
    name: str,
    text: str,
    at: datetime,
    *,
    tone: str,
    code: Sequence[str] = (),
) -> None:
    name = f"{name}:{task.position}"
    milestone(transaction, job, name, text, at=at, tone=tone, code=code)


def _offer(transaction: Transaction, job: Job, task: Task, at: datetime) -> None:
    """Tell that a candidate is ready and one click makes it live; the channel sees it too."""
    settings = settings_of(task)
    assert isinstance(settings, Promote)
    rack = settings.rack
    text = (
        f"*Ready for {rack}*: {commit(job)} by {literal(job.author) or 'somebody'}. One click "
        f"makes it live on {rack}."
    )
    actions = [(f"Promote to {rack}…", ("approve", str(task.made)))] if task.made else []
    milestone(
        transaction,
        job,
        f"offer:{task.position}",
        text,
        at=at,
        tone="waiting",
        broadcast=True,
        actions=actions,
    )


def _live(
    transaction: Transaction, job: Job, task: Task, tasks: Sequence[Task], at: datetime
) -> None:
    settings = settings_of(task)
    assert isinstance(settings, Promote)
    was_there = (task.found or {}).get("already_live")
    how = "was live there already" if was_there else "is live there"
    text = f"*On {settings.rack}*: {task.release_id} {how}. {_next(task, tasks)}".strip()
    _of_task(transaction, job, task, "live", text, at, tone="good")


def _ran(transaction: Transaction, job: Job, task: Task, at: datetime) -> None:
    took = duration(at - (task.started_at or at))
    text = f"{capital(named(task))}: ended well after {took}."
    log = (task.found or {}).get("log", ())[-LOG_LINES:]
    _of_task(transaction, job, task, "ran", text, at, tone="muted", code=log)


def _next(task: Task, tasks: Sequence[Task]) -> str:
    """Say what comes after this step, once nothing of it is open."""
    if any(one.step == task.step and one.status is not T.SUCCEEDED for one in tasks):
        return ""
    later = [one for one in tasks if one.step > task.step]
    following = [named(one) for one in later if one.step == later[0].step]
    return f"Next: {' and '.join(following)}." if following else ""


def _goes_on(task: Task, tasks: Sequence[Task]) -> bool:
    """Whether others of the same step still run once this one has failed."""
    return any(one.status is T.RUNNING and one.position != task.position for one in tasks)


def _end(job: Job, tasks: Sequence[Task], at: datetime) -> tuple[str, str]:
    match job.status:
        case J.SUCCEEDED:
            took = duration(at - (job.started_at or at))
            return f"*Done*: {commit(job)}, after {took}.", "good"
        case J.FAILED:
            return _failure(job, tasks), "bad"
        case J.CANCELED if job.cancel_asked_by:
            return f"*Canceled* by {{0}}. {_what_is_left(tasks)}".strip(), "muted"
        case J.CANCELED:
            return f"*Canceled.* {job.reason or ''} {_what_is_left(tasks)}".strip(), "muted"
    by = f" {job.superseded_by} takes its place and carries {commit(job)} too."
    return f"*Superseded.* {job.reason or ''}{by if job.superseded_by else ''}".strip(), "muted"


def _failure(job: Job, tasks: Sequence[Task]) -> str:
    failed = [one for one in tasks if one.status is T.FAILED]
    if not failed:
        return f"*Failed.* {job.reason or ''}".strip()
    said = [f"{capital(named(one))}: {one.reason or 'no reason is known.'}" for one in failed]
    return f"*Failed.* {' '.join(said)} {_what_is_left(tasks)}".strip()


def _what_is_left(tasks: Sequence[Task]) -> str:
    """Say where the commit got to, and that it went nowhere else."""
    done = [
        settings.rack
        for one in tasks
        if one.status is T.SUCCEEDED and isinstance(settings := settings_of(one), Promote)
    ]
    if done:
        return f"It went live on {' and '.join(done)}, and nowhere else."
    return "It went live nowhere."


def _log(tasks: Sequence[Task]) -> Sequence[str]:
    failed = [one for one in tasks if one.status is T.FAILED]
    log: Sequence[str] = (failed[0].found or {}).get("log", ()) if failed else ()
    return log


def capital(text: str) -> str:
    """Begin a sentence with *text*."""
    return text[:1].upper() + text[1:]
