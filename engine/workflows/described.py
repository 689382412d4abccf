"""How a job stands, in the few plain words that fit beside a commit on the forge."""

from collections.abc import Sequence

from engine.marks import Kind, Span, read
from engine.ports.forge import StatusState
from engine.workflows.definition import Promote
from engine.workflows.reading import settings_of
from engine.workflows.tell import named
from storage.workflow_records import Job, JobStatus, Task, TaskStatus

J = JobStatus
T = TaskStatus

STATES = {
    J.QUEUED: StatusState.PENDING,
    J.RUNNING: StatusState.PENDING,
    J.WAITING: StatusState.PENDING,
    J.SUCCEEDED: StatusState.SUCCESS,
    J.FAILED: StatusState.FAILURE,
    J.CANCELED: StatusState.ERROR,
    J.SUPERSEDED: StatusState.ERROR,
}


def in_few_words(job: Job, tasks: Sequence[Task]) -> str:
    """Say where the job is, or how it ended and why."""
    match job.status:
        case J.QUEUED:
            return "Waits for its turn"
        case J.RUNNING:
            return _with_tasks("Under way", tasks, T.RUNNING)
        case J.WAITING:
            return _with_tasks("Waits for a click", tasks, T.WAITING)
        case J.SUCCEEDED:
            racks = [one.rack for one in _promotes(tasks)]
            return f"Live on {' and '.join(racks)}" if racks else "Done"
        case J.FAILED:
            return plain(job.reason or "Failed")
        case J.CANCELED if job.cancel_asked_by:
            return f"Canceled by {job.cancel_asked_by.name}"
        case J.SUPERSEDED if job.superseded_by:
            return f"{job.superseded_by} took its place"
    return plain(job.reason or str(job.status).capitalize())


def plain(text: str) -> str:
    """Return a text for people without its marks, in one line."""
    return " ".join("".join(_words(span) for span in read(text)).split())


def _words(span: Span) -> str:
    if span.kind is Kind.PERSON and span.person:
        return span.person.name
    if span.kind is Kind.MOMENT and span.moment:
        return f"{span.moment:%H:%M} UTC"
    return span.text


def _with_tasks(what: str, tasks: Sequence[Task], status: TaskStatus) -> str:
    found = [plain(named(one)) for one in tasks if one.status is status]
    return f"{what}: {' and '.join(found)}" if found else what


def _promotes(tasks: Sequence[Task]) -> list[Promote]:
    read_settings = [settings_of(one) for one in tasks if one.status is T.SUCCEEDED]
    return [one for one in read_settings if isinstance(one, Promote)]
