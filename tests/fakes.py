"""Fakes of what the engine reaches outside: the time, and repositories."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.errors import NotFound, Unreachable
from engine.ports.source import SUBJECTS, Commit, History

Files = Mapping[str, str]

DOCKERFILE: Files = {"Dockerfile": "FROM scratch\nCOPY . /\nEXPOSE 8080\n"}
BROKEN_DOCKERFILE: Files = {"Dockerfile": "FROM scratch\nRUN exit 3\n", "FAIL": "no such asset"}


class FakeClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_time(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class FakeSource:
    """Repositories as a dict: branches lead to commits, commits to files."""

    branches: dict[str, str] = field(default_factory=dict)  # branch → sha
    commits: dict[str, tuple[Commit, Files]] = field(default_factory=dict)  # by sha
    parents: dict[str, str] = field(default_factory=dict)  # sha → the one before it
    is_reachable: bool = True

    def commit(self, subject: str, files: Files = DOCKERFILE, *, branch: str = "main") -> str:
        """Put one more commit on a branch and return its sha."""
        sha = hashlib.sha1(f"{len(self.commits)} {subject}".encode()).hexdigest()
        marked = {**files, "VERSION": sha}  # every commit has content of its own
        self.commits[sha] = (Commit(sha=sha, subject=subject, author="Ada Lovelace"), marked)
        if branch in self.branches:
            self.parents[sha] = self.branches[branch]
        self.branches[branch] = sha
        return sha

    def resolve(self, repo: str, ref: str) -> Commit:
        self._answer(repo)
        sha = self.branches.get(ref, ref)
        if sha not in self.commits:
            raise NotFound(f"{repo} has no branch, tag or commit {ref}.")
        return self.commits[sha][0]

    def check_out(self, repo: str, sha: str, into: Path, *, canceled: Callable[[], bool]) -> None:
        self._answer(repo)
        for name, text in self.commits[sha][1].items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def between(self, repo: str, base: str, head: str) -> History:
        self._answer(repo)
        old, new = self._line(base), self._line(head)
        added = [sha for sha in new if sha not in old]
        dropped = [sha for sha in old if sha not in new]
        subjects = tuple(self.commits[sha][0].subject for sha in added or dropped)
        return History(added=len(added), dropped=len(dropped), subjects=subjects[:SUBJECTS])

    def _line(self, sha: str) -> list[str]:
        """A commit and all before it, the newest first."""
        if sha not in self.commits:
            raise NotFound(f"The commit {sha[:7]} was never fetched.")
        line = [sha]
        while line[-1] in self.parents:
            line.append(self.parents[line[-1]])
        return line

    def _answer(self, repo: str) -> None:
        if not self.is_reachable:
            raise Unreachable(f"{repo} does not answer.", remedy="Try again when it does.")
