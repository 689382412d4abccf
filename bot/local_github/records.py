"""What the local GitHub remembers beside git, one record a thing. All live in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One commit status. A newer one of the same context hides it."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: str  # login
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class CheckSuite:
    """All check runs of one app on one commit."""

    id: int
    app: str  # slug
    sha: str
    branch: str | None
    before: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class CheckRun:
    """One check of an app."""

    id: int
    suite: CheckSuite
    name: str
    status: str
    conclusion: str | None
    external_id: str
    details_url: str | None
    output: Mapping[str, Any]
    started_at: datetime | None
    completed_at: datetime | None


@dataclass(slots=True, kw_only=True)
class WorkflowRun:
    """One run of a workflow of GitHub Actions."""

    id: int
    workflow: int  # id
    number: int
    name: str
    suite: CheckSuite
    conclusion: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, kw_only=True)
class Pull:
    """A pull request within one repository."""

    id: int
    number: int
    title: str
    body: str | None
    author: str
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool
    created_at: datetime
    updated_at: datetime
    state: str = "open"
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged_by: str | None = None
    merge_commit: str | None = None


@dataclass(slots=True, kw_only=True)
class Comment:
    """A comment on a pull request."""

    id: int
    number: int
    body: str
    author: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStatus:
    """One state of a deployment."""

    id: int
    state: str
    description: str
    environment: str
    environment_url: str
    log_url: str
    creator: str
    created_at: datetime


@dataclass(slots=True, kw_only=True)
class Deployment:
    """One wish to deploy, and what became of it."""

    id: int
    sha: str
    ref: str
    task: str
    environment: str
    original_environment: str
    description: str | None
    payload: Any
    creator: str
    transient: bool
    production: bool
    created_at: datetime
    updated_at: datetime
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Release:
    """A GitHub release of a tag."""

    id: int
    tag: str
    target: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    author: str
    created_at: datetime
    published_at: datetime | None


@dataclass(slots=True, kw_only=True)
class Hook:
    """Where events are sent."""

    id: int
    url: str
    secret: str | None = field(repr=False)
    content_type: str
    events: tuple[str, ...]
    active: bool
    created_at: datetime
    updated_at: datetime
    installation: int | None = None  # of an App: its payloads name it
    last_code: int | None = None
    last_status: str = "unused"
    last_message: str | None = None

    def wants(self, event: str) -> bool:
        """Whether it is to be told of *event*. A ping goes to everybody."""
        return self.active and (event == "ping" or bool({event, "*"} & set(self.events)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What a branch asks for before a merge."""

    contexts: tuple[str, ...]
    strict: bool = False
