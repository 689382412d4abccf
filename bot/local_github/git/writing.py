"""Changes refs of a bare repository, as the buttons on GitHub do."""

from bot.local_github.git.command import GitFailed, run
from bot.local_github.git.commits import Signature
from bot.local_github.git.store import GitStore

_NOBODY = "0" * 40


class Conflict(Exception):
    """Two commits change the same lines."""


class RefMoved(Exception):
    """Somebody else moved the ref in the meantime, or it has a name that git refuses."""


def can_merge(store: GitStore, base: str, head: str) -> bool:
    """Whether git merges *head* into *base* by itself."""
    try:
        _merged_tree(store, base, head)
    except Conflict:
        return False
    return True


def _merged_tree(store: GitStore, base: str, head: str) -> str:
    try:
        return run(store.folder, "merge-tree", "--write-tree", base, head).splitlines()[0]
    except GitFailed as failure:
        if failure.code == 1:
            raise Conflict from failure
        raise


def merge(
    store: GitStore, base: str, head: str, *, message: str, by: Signature, squash: bool = False
) -> str:
    """Make the commit that merges *head* into *base*, and return its sha; no ref moves.

    Raises ``Conflict`` where git cannot.
    """
    tree = _merged_tree(store, base, head)
    parents = ["-p", base] if squash else ["-p", base, "-p", head]
    at = f"{int(by.at.timestamp())} +0000"
    return run(
        store.folder,
        *("commit-tree", tree, *parents, "-m", message),
        GIT_AUTHOR_NAME=by.name,
        GIT_AUTHOR_EMAIL=by.email,
        GIT_AUTHOR_DATE=at,
        GIT_COMMITTER_NAME="GitHub",
        GIT_COMMITTER_EMAIL="noreply@github.com",
        GIT_COMMITTER_DATE=at,
    ).strip()


def move(store: GitStore, ref: str, new: str, old: str | None = None) -> None:
    """Let *ref* point at *new*; with *old* only if it points there (40 zeros: is not there).

    Raises ``RefMoved`` otherwise.
    """
    try:
        run(store.folder, "update-ref", ref, new, *([old] if old else []))
    except GitFailed as failure:
        raise RefMoved(str(failure)) from failure


def create(store: GitStore, ref: str, sha: str) -> None:
    """Make a ref that is not there yet; raises ``RefMoved`` where it is."""
    move(store, ref, sha, _NOBODY)


def delete(store: GitStore, ref: str) -> None:
    """Remove a ref; a repeat does nothing."""
    run(store.folder, "update-ref", "-d", ref)
