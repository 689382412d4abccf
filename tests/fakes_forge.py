"""A forge in memory: repositories with branches, checks and all that is shown of jobs there."""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from engine.errors import Forbidden, Limited, NotFound, Unreachable
from engine.ports.clock import Clock
from engine.ports.forge import (
    OWN_CONTEXT,
    Check,
    Checks,
    CheckState,
    CommitFacts,
    Comparison,
    DeploymentState,
    ForgeRelease,
    Limits,
    PullRequest,
    Relation,
    Repository,
    StatusState,
)
from tests.fakes_shown import ShownDeployment, ShownState, ShownStatus

LIMIT = 5000
COMPARED = 50  # commits that a comparison names
STATUS_STATES = {
    StatusState.PENDING: CheckState.PENDING,
    StatusState.SUCCESS: CheckState.PASSED,
}


@dataclass(kw_only=True)
class FakeRepository:
    """What the forge knows of one repository."""

    default_branch: str = "main"
    heads: dict[str, str] = field(default_factory=dict)  # "refs/heads/main" → sha
    commits: dict[str, CommitFacts] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    checks: dict[str, dict[str, Check]] = field(default_factory=dict)  # by sha, then name
    required: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by branch
    pulls: dict[int, tuple[PullRequest, frozenset[str]]] = field(default_factory=dict)
    releases: list[ForgeRelease] = field(default_factory=list)
    statuses: dict[tuple[str, str], ShownStatus] = field(default_factory=dict)  # sha, context
    comments: dict[int, dict[str, str]] = field(default_factory=dict)  # by pull request, then key


@dataclass
class FakeForge:
    """Repositories are made by the first push. ``calls`` counts what was asked, by method."""

    clock: Clock
    host: str = "git.example"
    is_reachable: bool = True
    limited_until: datetime | None = None
    forbidden: set[str] = field(default_factory=set)  # methods that the token may not use
    loses_answer: set[str] = field(default_factory=set)  # methods that do it, but whose next
    # answer never arrives: what a crash after the call looks like
    repositories: dict[str, FakeRepository] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)  # old name → new name
    deployments: dict[str, ShownDeployment] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # what people and CI do there

    def push(
        self,
        repo: str,
        subject: str,
        *,
        branch: str = "main",
        sha: str | None = None,
        author: str = "Ada Lovelace",
        email: str | None = "ada@example.com",
        login: str | None = "ada",
        onto: str | None = None,
    ) -> str:
        """Put one more commit on a branch and return its sha.

        *onto* another commit than the branch's own is a force-push, or begins a branch there.
        """
        there = self.repositories.setdefault(repo, FakeRepository())
        ref = f"refs/heads/{branch}"
        parent = onto or there.heads.get(ref) or there.heads.get("refs/heads/main")
        sha = sha or hashlib.sha1(f"{next(self._numbers)} {subject}".encode()).hexdigest()
        there.commits[sha] = CommitFacts(
            sha=sha,
            subject=subject,
            author=author,
            author_email=email,
            login=login,
            url=f"https://{self.host}/{repo}/commit/{sha}",
        )
        there.parents[sha] = parent
        there.heads[ref] = sha
        return sha

    def tag(self, repo: str, name: str, sha: str | None = None) -> str:
        """Tag a commit, the default branch's newest where none is named, and return its sha."""
        there = self.repositories[repo]
        sha = sha or there.heads[f"refs/heads/{there.default_branch}"]
        there.heads[f"refs/tags/{name}"] = sha
        return sha

    def publish(self, repo: str, tag: str) -> ForgeRelease:
        """Publish a release of a tag, which is made where it is not there."""
        there = self.repositories[repo]
        sha = there.heads.get(f"refs/tags/{tag}") or self.tag(repo, tag)
        url = f"https://{self.host}/{repo}/releases/tag/{tag}"
        made = ForgeRelease(tag=tag, sha=sha, url=url, published_at=self.clock.now())
        there.releases.insert(0, made)
        return made

    def delete(self, repo: str, ref: str) -> None:
        """Delete a branch or tag, named in full."""
        del self.repositories[repo].heads[ref]

    def rewind(self, repo: str, sha: str, *, branch: str = "main") -> None:
        """Force-push a branch to a commit that is there already."""
        self.repositories[repo].heads[f"refs/heads/{branch}"] = sha

    def check(
        self,
        repo: str,
        sha: str,
        name: str,
        state: CheckState = CheckState.PASSED,
        *,
        url: str | None = None,
    ) -> None:
        """Let a check of a commit report."""
        url = url or f"https://ci.example/{sha[:7]}/{name}"
        found = self.repositories[repo].checks.setdefault(sha, {})
        found[name] = Check(name=name, state=state, url=url)

    def require(self, repo: str, *names: str, branch: str = "main") -> None:
        """Protect a branch with required checks."""
        self.repositories[repo].required[branch] = names

    def merge(
        self,
        repo: str,
        number: int,
        title: str,
        *shas: str,
        base: str = "main",
        author: str = "ada",
        is_merged: bool = True,
    ) -> PullRequest:
        """Have a pull request that the commits belong to."""
        url = f"https://{self.host}/{repo}/pull/{number}"
        made = PullRequest(
            number=number,
            title=title,
            url=url,
            author=author,
            base=base,
            is_merged=is_merged,
        )
        self.repositories[repo].pulls[number] = (made, frozenset(shas))
        return made

    def move(self, repo: str, name: str) -> None:
        """Give a repository another name; the old one leads there."""
        self.repositories[name] = self.repositories.pop(repo)
        self.moved[repo] = name

    def lose(self, repo: str) -> None:
        """Delete a repository."""
        del self.repositories[repo]

    # what a test asserts on

    def status(self, repo: str, sha: str, context: str) -> ShownStatus | None:
        """The commit status as people see it."""
        return self.repositories[repo].statuses.get((sha, context))

    def deployed(self, repo: str, environment: str) -> list[ShownDeployment]:
        """All deployments to an environment, oldest first."""
        shown = self.deployments.values()
        return [one for one in shown if (one.repo, one.environment) == (repo, environment)]

    def comments(self, repo: str, number: int) -> list[str]:
        """The comments under a pull request."""
        return list(self.repositories[repo].comments.get(number, {}).values())

    # the port

    def name_of(self, repo_url: str) -> str | None:
        parts = urlsplit(repo_url)
        if parts.hostname != self.host.partition(":")[0]:
            return None
        return parts.path.strip("/").removesuffix(".git") or None

    def page_of(self, repo: str, *, base: str | None, head: str) -> str:
        part = f"compare/{base}...{head}" if base else f"commit/{head}"
        return f"https://{self.host}/{repo}/{part}"

    def limits(self) -> Limits | None:
        if not (asked := self.calls.total()):
            return None
        return Limits(
            remaining=LIMIT - asked,
            limit=LIMIT,
            resets_at=self.clock.now() + timedelta(hours=1),
            paused_until=self.limited_until,
        )

    def repository(self, repo: str) -> Repository:
        name, there = self._ask("repository", repo)
        branch = there.default_branch
        return Repository(name=name, default_branch=branch, url=f"https://{self.host}/{name}")

    def heads(self, repo: str) -> dict[str, str]:
        return dict(self._ask("heads", repo)[1].heads)

    def releases(self, repo: str) -> Sequence[ForgeRelease]:
        return list(self._ask("releases", repo)[1].releases[:30])

    def commit(self, repo: str, sha: str) -> CommitFacts:
        name, there = self._ask("commit", repo)
        return self._commit(name, there, sha)

    def compare(self, repo: str, base: str, head: str) -> Comparison:
        name, there = self._ask("compare", repo)
        for sha in (base, head):
            self._commit(name, there, sha)
        before, after = _line(there, base), _line(there, head)
        more = [sha for sha in after if sha not in before]
        less = [sha for sha in before if sha not in after]
        relation = {
            (False, False): Relation.IDENTICAL,
            (True, False): Relation.AHEAD,
            (False, True): Relation.BEHIND,
            (True, True): Relation.DIVERGED,
        }[bool(more), bool(less)]
        return Comparison(
            relation=relation,
            url=self.page_of(name, base=base, head=head),
            total=len(more),
            commits=tuple(there.commits[sha] for sha in more[:COMPARED][::-1]),
        )

    def pull_requests(self, repo: str, sha: str) -> Sequence[PullRequest]:
        name, there = self._ask("pull_requests", repo)
        self._commit(name, there, sha)
        return [made for made, shas in there.pulls.values() if sha in shas]

    def checks(self, repo: str, sha: str, *, branch: str | None) -> Checks:
        name, there = self._ask("checks", repo)
        self._commit(name, there, sha)
        shown = {
            context: Check(
                name=context,
                state=STATUS_STATES.get(one.state, CheckState.FAILED),
                url=one.url,
                description=one.description,
            )
            for (of, context), one in there.statuses.items()
            if of == sha and not context.startswith(OWN_CONTEXT)
        }
        found = {**shown, **there.checks.get(sha, {})}
        return Checks(
            found=tuple(found[name] for name in sorted(found)),
            required=there.required.get(branch) if branch else None,
        )

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
        name, there = self._ask("set_status", repo)
        self._commit(name, there, sha)
        there.statuses[sha, context] = ShownStatus(state=state, description=description, url=url)
        self._answer("set_status")

    def deployment(
        self, repo: str, sha: str, *, environment: str, description: str, key: str
    ) -> str:
        name, there = self._ask("deployment", repo)
        self._commit(name, there, sha)
        for one in self.deployments.values():
            if (one.repo, one.key) == (name, key):
                return one.id
        made = ShownDeployment(
            id=str(next(self._numbers)),
            repo=name,
            sha=sha,
            environment=environment,
            description=description,
            key=key,
        )
        self.deployments[made.id] = made
        self._answer("deployment")
        return made.id

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
        name, _ = self._ask("set_deployment", repo)
        found = self.deployments.get(deployment_id)
        if found is None or found.repo != name:
            raise NotFound(f"{name} has no deployment {deployment_id}.")
        found.states.append(
            ShownState(
                state=state,
                description=description,
                environment_url=environment_url,
                log_url=log_url,
            )
        )
        self._answer("set_deployment")

    def comment(self, repo: str, number: int, *, text: str, key: str) -> None:
        name, there = self._ask("comment", repo)
        if number not in there.pulls:
            raise NotFound(f"{name} has no pull request {number}.")
        there.comments.setdefault(number, {})[key] = text
        self._answer("comment")

    def _ask(self, method: str, repo: str) -> tuple[str, FakeRepository]:
        self.calls[method] += 1
        if not self.is_reachable:
            raise Unreachable(f"{self.host} does not answer.", remedy="Try again when it does.")
        if self.limited_until and self.clock.now() < self.limited_until:
            detail = f"{self.host} asks to be left alone for a while."
            raise Limited(detail, until=self.limited_until)
        name = self.moved.get(repo, repo)
        if name not in self.repositories:
            raise NotFound(f"{self.host} has no repository {repo}.")
        if method in self.forbidden:
            raise Forbidden(f"The token may not do this in {name}: it lacks `repo`.")
        return name, self.repositories[name]

    def _answer(self, method: str) -> None:
        if method in self.loses_answer:
            self.loses_answer.discard(method)
            raise Unreachable(f"{self.host} gave no answer.")

    def _commit(self, name: str, there: FakeRepository, sha: str) -> CommitFacts:
        if sha not in there.commits:
            raise NotFound(f"{name} has no commit {sha[:7]}.")
        return there.commits[sha]


def _line(there: FakeRepository, sha: str | None) -> list[str]:
    """The commit and all before it, newest first."""
    found = []
    while sha:
        found.append(sha)
        sha = there.parents[sha]
    return found
