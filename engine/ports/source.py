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
