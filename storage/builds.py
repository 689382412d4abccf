"""Queries about builds and their logs."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, insert, select

from storage import rows
from storage.records import Build, BuildStatus
from storage.store import Transaction
from storage.tables import build_log, builds

UNFINISHED = (
    BuildStatus.QUEUED,
    BuildStatus.FETCHING,
    BuildStatus.BUILDING,
    BuildStatus.PUSHING,
)


def add(transaction: Transaction, build: Build) -> None:
    """Insert a build."""
    rows.add(transaction, builds, build)


def get(transaction: Transaction, build_id: str) -> Build | None:
    """Read one build."""
    return rows.get(transaction, builds, Build, id=build_id)


def for_task(transaction: Transaction, key: str) -> Build | None:
    """Read the build that a workflow's task has asked for."""
    return rows.get(transaction, builds, Build, for_task=key)


def of_tasks(transaction: Transaction, keys: Sequence[str]) -> list[Build]:
    """Read the builds that the tasks with these keys have asked for."""
    query = select(builds).where(builds.c.for_task.in_(keys))
    return [rows.record_of(Build, row) for row in transaction.execute(query)]


def change(transaction: Transaction, build: Build, **changes: Any) -> None:
    """Write *changes* if the build still has the status it was read with, else ``Stale``."""
    rows.change(transaction, builds, {"id": build.id, "status": build.status}, changes)


def latest(
    transaction: Transaction, *, app: str | None = None, rack: str | None = None, limit: int = 20
) -> list[Build]:
    """Read the newest builds first."""
    query = select(builds).order_by(builds.c.created_at.desc(), builds.c.id).limit(limit)
    if app:
        query = query.where(builds.c.app == app)
    if rack:
        query = query.where(builds.c.rack == rack)
    return [rows.record_of(Build, row) for row in transaction.execute(query)]


def with_status(transaction: Transaction, statuses: Sequence[BuildStatus]) -> list[Build]:
    """Read the builds in any of *statuses*, oldest first."""
    query = select(builds).where(builds.c.status.in_(statuses)).order_by(builds.c.created_at)
    return [rows.record_of(Build, row) for row in transaction.execute(query)]


def unfinished(transaction: Transaction) -> list[Build]:
    """Read the builds that have not ended, oldest first."""
    return with_status(transaction, UNFINISHED)


def add_log(
    transaction: Transaction, build_id: str, attempt: int, position: int, text: str
) -> None:
    """Append one piece of a build's log at its *position*."""
    transaction.execute(
        insert(build_log).values(build_id=build_id, attempt=attempt, position=position, text=text)
    )


def log(transaction: Transaction, build_id: str) -> str:
    """Read the whole kept log of a build's last attempt that wrote one."""
    attempt = (
        select(func.max(build_log.c.attempt)).where(build_log.c.build_id == build_id)
    ).scalar_subquery()
    query = (
        select(build_log.c.text)
        .where(build_log.c.build_id == build_id, build_log.c.attempt == attempt)
        .order_by(build_log.c.position)
    )
    return "".join(transaction.execute(query).scalars())
