"""One repository: its settings, what git does not know of it, and the refs last seen."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.local_github.git.store import GitStore, Tip
from bot.local_github.records import (
    CheckRun,
    CheckSuite,
    Comment,
    Deployment,
    Hook,
    Protection,
    Pull,
    Release,
    Status,
    WorkflowRun,
)


@dataclass(slots=True, kw_only=True)
class Repository:
    """All of one repository."""

    id: int
    owner: str
    name: str
    private: bool
    default_branch: str
    description: str | None
    created_at: datetime
    pushed_at: datetime
    git: GitStore
    seen: Mapping[str, Tip] = field(default_factory=dict)  # refs that events were sent for
    before: dict[str, str] = field(default_factory=dict)  # where a branch pointed before
    last_number: int = 0  # of a pull request
    statuses: dict[str, list[Status]] = field(default_factory=lambda: defaultdict(list))
    suites: list[CheckSuite] = field(default_factory=list)
    runs: list[CheckRun] = field(default_factory=list)
    workflow_runs: list[WorkflowRun] = field(default_factory=list)
    pulls: dict[int, Pull] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    releases: dict[int, Release] = field(default_factory=dict)
    hooks: dict[int, Hook] = field(default_factory=dict)
    protections: dict[str, Protection] = field(default_factory=dict)
    rules: dict[str, Protection] = field(default_factory=dict)  # of rulesets, by branch

    @property
    def full_name(self) -> str:
        """Owner and name with a slash."""
        return f"{self.owner}/{self.name}"

    @property
    def path(self) -> Path:
        """The folder that git serves."""
        return self.git.folder

    def runs_of(self, sha: str) -> list[CheckRun]:
        """Return the check runs of a commit, oldest first."""
        return [run for run in self.runs if run.suite.sha == sha]

    def latest_statuses(self, sha: str) -> list[Status]:
        """Return the newest status of each context, newest first."""
        newest = {status.context: status for status in self.statuses.get(sha, [])}
        return sorted(newest.values(), key=lambda status: status.id, reverse=True)


class Repositories:
    """All repositories, found by id, by name, and by names they had."""

    def __init__(self) -> None:
        self._by_id: dict[int, Repository] = {}
        self._moved: dict[str, int] = {}  # former full names, lowered

    def __iter__(self) -> Iterator[Repository]:
        return iter(self._by_id.values())

    def add(self, repository: Repository) -> None:
        """Keep a new one. Its name is free for it, even where another moved away from it."""
        self._moved.pop(repository.full_name.lower(), None)
        self._by_id[repository.id] = repository

    def by_id(self, number: int) -> Repository | None:
        """Return the one with this id."""
        return self._by_id.get(number)

    def find(self, full_name: str) -> Repository | None:
        """Return the one with this name, whatever its case."""
        wanted = full_name.lower()
        return next((one for one in self if one.full_name.lower() == wanted), None)

    def formerly(self, full_name: str) -> Repository | None:
        """Return the one that once had this name."""
        return self._by_id.get(self._moved.get(full_name.lower(), 0))

    def move(self, repository: Repository, owner: str, name: str) -> None:
        """Rename or transfer one; its folder stays."""
        self._moved[repository.full_name.lower()] = repository.id
        repository.owner, repository.name = owner, name
