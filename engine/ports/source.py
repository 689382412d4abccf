"""The port to the repositories that apps are built from."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit, named by its full sha."""

    sha: str
    subject: str
    author: str


SUBJECTS = 20  # of a history, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What lies between two commits. Where both numbers are above zero they have diverged."""

    added: int  # commits that the newer one has and the older one lacks
    dropped: int  # commits that the older one has and the newer one lacks
    subjects: tuple[str, ...]  # the newest first: of those added, or where none are, dropped


class Source(Protocol):
    """Git repositories by URL or path.

    All methods raise ``Unreachable`` when the repository does not answer in time, ``Refused`` for
    bad credentials, ``NotFound`` for an unknown repository or ref, ``NoSpace`` for a full disk.
    """

    def resolve(self, repo: str, ref: str) -> Commit:
        """Fetch what is new and turn a branch, tag or (short) sha into one commit."""
        ...

    def check_out(self, repo: str, sha: str, into: Path, *, canceled: Callable[[], bool]) -> None:
        """Write the commit's files into the empty directory *into*, without history."""
        ...

    def between(self, repo: str, base: str, head: str) -> History:
        """Say what *head* adds to *base* and drops of it; both are full shas.

        Answers from what was fetched before and asks nobody outside: ``NotFound`` where a commit
        is not known here, ``Unreachable`` where it cannot be told at the moment.
        """
        ...
