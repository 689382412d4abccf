"""The port to where repositories are hosted: what was pushed, checked and merged there.

A repository is named as the forge names it ("acme/shop"); ``name_of`` gives that name for the
URL that an app has. All methods raise ``Unreachable`` when the forge does not answer or is out
of order, ``Limited`` while it refuses to be asked, ``NotFound`` for a repository, ref or commit
that is not there (or that the token may not see), ``Forbidden`` where the token lacks a scope,
named in the text, and ``Refused`` for anything else; each with a text that may be shown to people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class CheckState(StrEnum):
    """How one check of a commit stands."""

    PENDING = "pending"
    PASSED = "passed"  # also neutral and skipped ones
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One commit status or check run of an exact commit, the newest of its name."""

    name: str
    state: CheckState
    url: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """All checks of a commit but our own, and which of them the branch requires."""

    found: tuple[Check, ...]
    required: tuple[str, ...] | None = None  # None: not protected, or the token may not read it


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository as it is known now; it may have moved since its name was written down."""

    name: str  # "acme/shop": another than was asked for where it has moved
    default_branch: str
    url: str  # for people


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFacts:
    """Who wrote a commit, and what it says."""

    sha: str
    subject: str
    author: str
    author_email: str | None = None
    login: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """A pull request that a commit belongs to."""

    number: int
    title: str
    url: str
    author: str  # login
    base: str  # branch
    is_merged: bool


class Relation(StrEnum):
    """How one commit stands to another that it is compared with."""

    IDENTICAL = "identical"
    AHEAD = "ahead"  # the head has commits more
    BEHIND = "behind"  # the head lacks commits
    DIVERGED = "diverged"  # both


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What lies between two commits."""

    relation: Relation
    url: str  # for people
    total: int  # commits that the head has more
    commits: tuple[CommitFacts, ...]  # of them at most 50, oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgeRelease:
    """A release that was published on the forge."""

    tag: str
    sha: str
    url: str
    published_at: datetime


class DeploymentState(StrEnum):
    """How a deployment stands, in the forge's words."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"
    INACTIVE = "inactive"


class StatusState(StrEnum):
    """How a commit status stands, in the forge's words."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILURE = "failure"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may still be asked of the forge."""

    remaining: int
    limit: int
    resets_at: datetime
    paused_until: datetime | None = None  # it asked to be left alone until then


class Forge(Protocol):
    """Where repositories are hosted."""

    @property
    def host(self) -> str:
        """The host that people see: "github.com"."""
        ...

    def name_of(self, repo_url: str) -> str | None:
        """Return "owner/name" of a repository's URL; None for one that is hosted elsewhere."""
        ...

    def page_of(self, repo: str, *, base: str | None, head: str) -> str:
        """Return where people see what *head* has more than *base*, or itself. Asks nobody."""
        ...

    def limits(self) -> Limits | None:
        """Tell what the last answers said may still be asked; None before the first. Asks none."""
        ...

    def repository(self, repo: str) -> Repository:
        """Look a repository up, following a move."""
        ...

    def heads(self, repo: str) -> dict[str, str]:
        """Read where all branches and tags are: "refs/heads/main" → sha. Cheap if unchanged.

        A tag gives the sha of its commit, whatever objects lie in between.
        """
        ...

    def releases(self, repo: str) -> Sequence[ForgeRelease]:
        """Read the newest 30 published releases; drafts are none. Cheap if unchanged."""
        ...

    def commit(self, repo: str, sha: str) -> CommitFacts:
        """Read one commit."""
        ...

    def compare(self, repo: str, base: str, head: str) -> Comparison:
        """Say what *head* has that *base* has not."""
        ...

    def pull_requests(self, repo: str, sha: str) -> Sequence[PullRequest]:
        """Read the pull requests that a commit belongs to."""
        ...

    def checks(self, repo: str, sha: str, *, branch: str | None) -> Checks:
        """Read the newest check of each name, statuses and check runs, of exactly this commit.

        Statuses that ``set_status`` wrote are left out. What *branch* requires is read where the
        token may.
        """
        ...

    def set_status(
        self,
        repo: str,
        sha: str,
        *,
        context: str,
        state: StatusState,
        description: str,
        url: str | None,
    ) -> None:
        """Show a commit status; *context* begins with ``OWN_CONTEXT``. A repeat shows it again."""
        ...

    def deployment(
        self, repo: str, sha: str, *, environment: str, description: str, key: str
    ) -> str:
        """Make a deployment and return its id; one with the same *key* is found, not made again."""
        ...

    def set_deployment(
        self,
        repo: str,
        deployment_id: str,
        *,
        state: DeploymentState,
        description: str,
        environment_url: str | None,
        log_url: str | None,
    ) -> None:
        """Show how a deployment stands."""
        ...

    def comment(self, repo: str, number: int, *, text: str, key: str) -> None:
        """Say something under a pull request once: a comment with the same *key* is edited."""
        ...


OWN_CONTEXT = "rackhand/"  # what the names of our own commit statuses begin with
