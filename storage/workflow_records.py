"""The nouns of workflows as plain frozen data: what is automated, and each run of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.records import Person


class JobStatus(StrEnum):
    """Where a job is; ``engine.lifecycle`` says which step may follow which."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  # for a person
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    SUPERSEDED = "superseded"


class TaskStatus(StrEnum):
    """Where a task of a job is; ``engine.lifecycle`` says which step may follow which."""

    PENDING = "pending"
    RUNNING = "running"
    WAITING = "waiting"  # for a person
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELED = "canceled"


class TaskKind(StrEnum):
    """What a task does."""

    WAIT_FOR_CHECKS = "wait_for_checks"
    BUILD = "build"
    PROMOTE = "promote"
    RUN = "run"
    WAIT = "wait"
    NOTIFY = "notify"


class TriggerKind(StrEnum):
    """What begins a job. A merge is a push to the branch that was merged into."""

    PUSH = "push"
    TAG = "tag"
    RELEASE = "release"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """What happens by itself with new code of an app."""

    name: str
    app: str
    definition: Mapping[str, Any]  # engine.workflows.definition's plain form: the YAML of it
    revision: int  # counts its changes, so that two who edit it at once do not undo each other
    in_file: bool  # named by rackhand.yml, so read-only in Slack
    created_by: Person | None  # None: the file
    created_at: datetime
    changed_at: datetime
    paused_by: Person | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run of a workflow for one commit."""

    id: str
    workflow: str
    app: str
    definition: Mapping[str, Any]  # as it was when the job was made: later edits change nothing
    trigger: TriggerKind
    cause: str  # unique within the workflow: the same change, heard of twice, makes one job
    ref: str  # "refs/heads/main", "refs/tags/v1"; of one begun by hand what was typed
    sha: str
    status: JobStatus
    asked_by: Person
    channel: str | None  # where the card goes
    created_at: datetime
    status_since: datetime
    subject: str = ""
    author: str = ""
    author_email: str | None = None  # finds the Slack user
    before: str | None = None  # the sha of the job before it: what it carries begins there
    carries: tuple[str, ...] = ()  # ids of the jobs that it took the place of
    holds_line: bool = False  # the next job of its workflow waits while this is so
    retry_of: str | None = None  # the job whose finished tasks it took over
    superseded_by: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cancel_asked_by: Person | None = None
    reason: str | None = None  # the cause of the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task of a job."""

    job_id: str
    position: int  # from 0, in the order of the definition
    step: int  # tasks with the same number go side by side
    kind: TaskKind
    settings: Mapping[str, Any]  # of its kind: engine.workflows.definition reads them
    status: TaskStatus
    status_since: datetime
    attempt: int = 1
    started_at: datetime | None = None
    finished_at: datetime | None = None
    deadline_at: datetime | None = None
    look_at: datetime | None = None  # nothing is asked outside before; None: at the next tick
    made: str | None = None  # id of the build or promotion that it made, once that is there
    release_id: str | None = None  # of a build: its release; of a promotion: what became live
    found: Mapping[str, Any] | None = None  # what was seen last, for the card: checks and the like
    progress: str | None = None
    reason: str | None = None  # the cause of an end that is not a success

    @property
    def key(self) -> str:
        """What its build or promotion is found again by, whatever happened in between."""
        return f"{self.job_id}:{self.position}:{self.attempt}"


def job_of(for_task: str | None) -> str | None:
    """Return the id of the job that a build or promotion was made for, from its task's key."""
    return for_task.split(":", 1)[0] if for_task else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A repository whose branches, tags and releases begin jobs."""

    repo: str  # as the forge names it: "acme/shop"
    due_at: datetime  # of the next look; a webhook makes it now
    looked_at: datetime | None = None  # None: never; the first look begins no job
    expects: str | None = None  # a sha that a webhook told of and no look has seen yet
    expects_since: datetime | None = None
    moved_to: str | None = None  # its present name, where that is another
    trouble: str | None = None  # why the last look failed, for people
    trouble_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a branch, a tag or a release of a watched repository was last seen."""

    repo: str
    ref: str  # "refs/heads/main", "refs/tags/v1", "release/v1"
    sha: str
    changes: int  # how often it moved since it is watched: part of a job's cause
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One thing that the forge is to show of a job: the latest wish wins, as with cards."""

    key: str  # "J…:status", "J…:2:deployment", "J…:2:comment:17"
    job_id: str
    kind: str  # "status", "deployment", "comment"
    repo: str
    wanted: Mapping[str, Any]
    version: int  # a change made while it was sent is not lost
    created_at: datetime
    attempts: int = 0
    not_before: datetime | None = None
    tried_at: datetime | None = None  # set before it leaves: after a crash, look before creating
    external_id: str | None = None  # of the deployment that later states belong to
    sent_at: datetime | None = None  # None: to be sent
    outcome: str | None = None  # why it was given up
