"""Queries about watched repositories and where their branches and tags were last seen."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from storage import rows
from storage.store import Transaction
from storage.workflow_records import Head, Watched
from storage.workflow_tables import heads, watched


def watch(transaction: Transaction, repo: str, at: datetime) -> bool:
    """Begin to watch a repository; False where it is watched already."""
    return rows.add_if_new(transaction, watched, {"repo": repo, "due_at": at})


def get(transaction: Transaction, repo: str) -> Watched | None:
    """Read one watched repository."""
    return rows.get(transaction, watched, Watched, repo=repo)


def all_of_them(transaction: Transaction) -> list[Watched]:
    """Read the watched repositories by name."""
    query = select(watched).order_by(watched.c.repo)
    return [rows.record_of(Watched, row) for row in transaction.execute(query)]


def due(transaction: Transaction, now: datetime) -> list[Watched]:
    """Read the repositories that should be looked at, the longest overdue first."""
    query = select(watched).where(watched.c.due_at <= now).order_by(watched.c.due_at)
    return [rows.record_of(Watched, row) for row in transaction.execute(query)]


def named(transaction: Transaction, name: str) -> list[Watched]:
    """Read what is watched of the repository that the forge calls *name* now, in any case."""
    is_it = or_(
        func.lower(watched.c.repo) == name.lower(), func.lower(watched.c.moved_to) == name.lower()
    )
    return [
        rows.record_of(Watched, row) for row in transaction.execute(select(watched).where(is_it))
    ]


def look_now(
    transaction: Transaction, repo: str, at: datetime, *, expects: str | None = None
) -> None:
    """Have a repository looked at at once; *expects* is the sha that should be seen then."""
    changes: dict[str, Any] = {"due_at": at}
    if expects:
        changes |= {"expects": expects, "expects_since": at}
    transaction.execute(update(watched).where(watched.c.repo == repo).values(changes))


def change(transaction: Transaction, repo: str, **changes: Any) -> None:
    """Write what was learned of a repository."""
    transaction.execute(update(watched).where(watched.c.repo == repo).values(changes))


def look_again(transaction: Transaction, one: Watched, **changes: Any) -> None:
    """Write when to look again, unless somebody asked for that meanwhile: that look comes first."""
    unchanged = (watched.c.repo == one.repo) & (watched.c.due_at == one.due_at)
    transaction.execute(update(watched).where(unchanged).values(changes))


def forget(transaction: Transaction, repo: str) -> None:
    """Stop watching a repository, and forget where its branches were."""
    transaction.execute(delete(watched).where(watched.c.repo == repo))
    transaction.execute(delete(heads).where(heads.c.repo == repo))


def head(transaction: Transaction, repo: str, ref: str) -> Head | None:
    """Read where a branch, tag or release was last seen."""
    return rows.get(transaction, heads, Head, repo=repo, ref=ref)


def heads_of(transaction: Transaction, repo: str) -> dict[str, Head]:
    """Read all that is known of a repository's branches, tags and releases, by ref."""
    query = select(heads).where(heads.c.repo == repo)
    found = [rows.record_of(Head, row) for row in transaction.execute(query)]
    return {one.ref: one for one in found}


def is_seen(transaction: Transaction, repo: str, sha: str) -> bool:
    """Whether a branch, tag or release was last seen at a commit."""
    query = select(heads.c.ref).where(heads.c.repo == repo, heads.c.sha == sha).limit(1)
    return transaction.execute(query).first() is not None


def add_head(transaction: Transaction, one: Head) -> bool:
    """Record a head that was not known; False where it is by now."""
    return rows.add_if_new(transaction, heads, rows.values_of(one))


def move_head(transaction: Transaction, one: Head, sha: str, at: datetime) -> None:
    """Record that a head moved. Raises ``Stale`` when another has recorded a move meanwhile."""
    expected = {"repo": one.repo, "ref": one.ref, "sha": one.sha, "changes": one.changes}
    rows.change(
        transaction, heads, expected, {"sha": sha, "changes": one.changes + 1, "seen_at": at}
    )


def remove_head(transaction: Transaction, repo: str, ref: str) -> None:
    """Record that a branch or tag was deleted."""
    transaction.execute(delete(heads).where(heads.c.repo == repo, heads.c.ref == ref))
