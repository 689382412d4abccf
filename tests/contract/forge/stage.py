"""What a contract test does at a forge that the port does not: be a person, CI, or trouble."""

from dataclasses import dataclass
from typing import Protocol

from engine.ports.forge import CheckState, Forge


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A deployment as people see it."""

    environment: str
    sha: str
    states: tuple[str, ...]  # oldest first
    environment_url: str | None  # of the newest state


class Stage(Protocol):
    """One repository at a forge."""

    @property
    def forge(self) -> Forge: ...

    @property
    def repo(self) -> str:
        """The name that it began with."""
        ...

    @property
    def url(self) -> str:
        """What git clones from."""
        ...

    def push(self, subject: str, *, branch: str = "main") -> str:
        """Put a commit by Ada on a branch, which begins at main, and return its sha."""
        ...

    def force_push(self, subject: str, *, onto: str) -> str:
        """Put a commit on main in the place of all that follows *onto*."""
        ...

    def tag(self, name: str, *, annotated: int = 0) -> None:
        """Tag main; *annotated* is how many objects lie between tag and commit."""
        ...

    def delete(self, branch: str) -> None: ...

    def publish(self, tag: str, *, draft: bool = False) -> None: ...

    def check(self, sha: str, name: str, state: CheckState, *, status: bool = False) -> None:
        """Report a check run, or a commit status."""
        ...

    def require(self, *names: str) -> None: ...

    def propose(self, branch: str, title: str) -> int:
        """Open a pull request to main and return its number."""
        ...

    def merge(self, number: int) -> str:
        """Merge a pull request and return the sha that came of it."""
        ...

    def move(self) -> str:
        """Rename the repository and return its new name."""
        ...

    def go_down(self) -> None: ...

    def refuse_to_be_asked(self) -> None:
        """Use up what may be asked."""
        ...

    def forbid_statuses(self) -> None:
        """Take the right to show statuses from the token."""
        ...

    def lose_next_answer(self, path: str) -> None:
        """Do what the next write below *path* asks for, and let nobody know."""
        ...

    def status(self, sha: str, context: str) -> tuple[str, str, str | None] | None:
        """State, description and address of a commit status."""
        ...

    def deployments(self) -> list[Shown]:
        """Oldest first."""
        ...

    def comments(self, number: int) -> list[str]: ...
