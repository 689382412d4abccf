"""One request to the REST API, what an endpoint answers, and what an endpoint is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.local_github.api.errors import no_commit, not_found
from bot.local_github.credentials import Caller
from bot.local_github.git.store import Tip
from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.settings import Level
from bot.local_github.shapes.basics import Json
from bot.local_github.webhooks.events import Events
from bot.local_github.webhooks.lines import Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an endpoint says."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Call:
    """One request that may be answered: its caller is known and allowed."""

    hub: Hub
    events: Events
    lines: Lines
    caller: Caller
    path: str  # below /api/v3
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: Json
    found: Repository | None = None
    missed: set[str] = field(default_factory=set)  # hidden commits that it asked for

    @property
    def repository(self) -> Repository:
        """The repository that the path names."""
        assert self.found is not None
        return self.found

    @property
    def login(self) -> str:
        """Who acts."""
        assert self.caller.login is not None
        return self.caller.login

    def number(self, name: str) -> int:
        """Return a number of the path; raises ``ApiError`` (404) where it is none."""
        text = self.parameters[name]
        if not text.isdecimal():
            raise not_found()
        return int(text)

    def commit(self, name: str) -> str:
        """Return the full sha of a branch, tag or sha; raises ``ApiError`` (422)."""
        sha = self.resolve(name)
        if sha is None:
            raise no_commit(name)
        return sha

    def resolve(self, name: str) -> str | None:
        """Return the full sha of a branch, tag or sha, or None. What is hidden is not there."""
        repository = self.repository
        sha = repository.git.resolve(repository.default_branch if name == "HEAD" else name)
        if sha is None or not self._is_hidden(sha):
            return sha
        before = repository.before.get(f"refs/heads/{name}")
        return before if before and not sha.startswith(name) else None

    def refs(self, prefix: str) -> dict[str, Tip]:
        """Return the refs under *prefix*; one whose commit is hidden is where it was before."""
        shown: dict[str, Tip] = {}
        for name, tip in self.repository.git.refs(prefix).items():
            if not self._is_hidden(tip.commit):
                shown[name] = tip
            elif before := self.repository.before.get(name):
                shown[name] = Tip(sha=before, kind="commit", commit=before)
        return shown

    def _is_hidden(self, sha: str) -> bool:
        if self.caller.is_operator or not self.hub.faults.is_hidden(sha):
            return False
        self.missed.add(sha)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One route, and what a caller needs for it. *path* is written as in GitHub's description."""

    method: str
    path: str
    answer: Callable[[Call], Answer]
    permission: str | None = "metadata"  # None: no repository is concerned
    level: Level = "read"
    scopes: tuple[str, ...] = ()  # of a classic token, each enough beside "repo"
    for_admins: bool = False
    only_app: bool = False  # an App's own signature is needed

    @property
    def needs_repository(self) -> bool:
        """Whether the path names a repository that is looked up first."""
        return self.path.startswith("/repos/{owner}/{repo}")
