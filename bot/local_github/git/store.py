"""One bare repository: its refs, commits and comparisons."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.local_github.git.command import GitFailed, run
from bot.local_github.git.commits import (
    FORMAT,
    AnnotatedTag,
    ChangedFile,
    Commit,
    parse_commits,
    parse_files,
    parse_tag,
)

_CONFIGURATION = """\
[http]
    receivepack = true
[uploadpack]
    allowAnySHA1InWant = true
    allowFilter = true
[gc]
    auto = 0  # GitHub keeps what a forced push leaves behind
"""
_SHA = re.compile(r"[0-9a-f]{4,40}")
_NAME = re.compile(r"[^\s~^:?*\[\\\x00-\x1f-][^\s~^:?*\[\\\x00-\x1f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tip:
    """What a ref points at; *commit* is behind an annotated tag, else the same."""

    sha: str
    kind: str  # "commit", "tag"
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How two commits lie to each other."""

    merge_base: str | None  # None: they have no history in common
    ahead: int
    behind: int

    @property
    def status(self) -> str:
        """GitHub's word for it."""
        if self.ahead and self.behind:
            return "diverged"
        return "ahead" if self.ahead else "behind" if self.behind else "identical"


class GitStore:
    """Reads one bare repository with git. What is named by its sha is kept: it cannot change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._commits: dict[str, Commit] = {}
        self._files: dict[tuple[str, str], tuple[ChangedFile, ...]] = {}

    def create(self, default_branch: str) -> None:
        """Make the repository where there is none; a repeat does nothing."""
        if (self.folder / "HEAD").exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        run(self.folder, "init", "--quiet", "--bare", f"--initial-branch={default_branch}")
        with (self.folder / "config").open("a") as file:
            file.write(_CONFIGURATION)

    def refs(self, prefix: str = "refs/") -> Mapping[str, Tip]:
        """Return every ref under *prefix*, sorted by name."""
        layout = "%(refname)%00%(objectname)%00%(objecttype)%00%(*objectname)"
        tips = {}
        for line in run(self.folder, "for-each-ref", f"--format={layout}", prefix).splitlines():
            name, sha, kind, behind = line.split("\0")
            tips[name] = Tip(sha=sha, kind=kind, commit=behind or sha)
        return tips

    def resolve(self, name: str) -> str | None:
        """Return the commit that a branch, tag or (short) sha stands for; None for nothing."""
        candidates = [name] if name == "HEAD" or _SHA.fullmatch(name) else []
        if _NAME.fullmatch(name) and ".." not in name and "@{" not in name:
            bare = name.removeprefix("refs/")
            candidates += [f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{bare}"]
        for candidate in candidates:
            if candidate in self._commits:
                return candidate
            try:
                wanted = f"{candidate}^{{commit}}"
                return run(self.folder, "rev-parse", "--verify", "--quiet", wanted).strip()
            except GitFailed:
                continue
        return None

    def commit(self, sha: str) -> Commit:
        """Return the commit with this full sha; raises ``GitFailed`` where there is none."""
        if sha not in self._commits:
            self.log(sha, limit=1)
        return self._commits[sha]

    def tag(self, sha: str) -> AnnotatedTag:
        """Return the annotated tag with this full sha; raises ``GitFailed`` where there is none."""
        return parse_tag(sha, run(self.folder, "cat-file", "tag", sha))

    def log(self, *revisions: str, limit: int | None = None, skip: int = 0) -> tuple[Commit, ...]:
        """Return commits, newest first. *revisions* may hold ``--since=…`` and the like."""
        arguments = ["log", f"--format={FORMAT}", f"--skip={skip}"]
        if limit is not None:
            arguments.append(f"--max-count={limit}")
        commits = parse_commits(run(self.folder, *arguments, *revisions))
        self._commits.update((commit.sha, commit) for commit in commits)
        return commits

    def count(self, *revisions: str) -> int:
        """Return how many commits ``log`` has for them."""
        return int(run(self.folder, "rev-list", "--count", *revisions))

    def distance(self, base: str, head: str) -> Distance:
        """Return how far *head* is ahead of *base*, and behind it; both are full shas."""
        counts = run(self.folder, "rev-list", "--left-right", "--count", f"{base}...{head}").split()
        return Distance(
            merge_base=self.merge_base(base, head), ahead=int(counts[1]), behind=int(counts[0])
        )

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the newest commit that both have, or None."""
        try:
            return run(self.folder, "merge-base", one, other).strip()
        except GitFailed:
            return None

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether *newer* contains *older*."""
        return self.merge_base(older, newer) == older

    def files(self, sha: str, base: str | None = None) -> tuple[ChangedFile, ...]:
        """Return what *sha* changed against *base*, or against its first parent."""
        key = (base or "", sha)
        if key not in self._files:
            options = ("-r", "--raw", "--numstat", "-z", "--no-renames", "--abbrev=40")
            if base is None and (parents := self.commit(sha).parents):
                base = parents[0]
            between = (base, sha) if base else ("--root", "--no-commit-id", sha)
            output = run(self.folder, "diff-tree", *options, *between)
            self._files[key] = parse_files(output)
        return self._files[key]
