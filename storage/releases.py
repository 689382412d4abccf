"""Queries about releases and the environments they carry."""

from datetime import datetime

from sqlalchemy import select, update

from storage import rows
from storage.records import Environment, Release
from storage.store import Transaction
from storage.tables import environments, releases


def add(transaction: Transaction, release: Release) -> None:
    """Insert a release."""
    rows.add(transaction, releases, release)


def get(transaction: Transaction, release_id: str) -> Release | None:
    """Read one release."""
    return rows.get(transaction, releases, Release, id=release_id)


def latest(
    transaction: Transaction,
    *,
    app: str | None = None,
    rack: str | None = None,
    healthy: bool = False,
    limit: int = 20,
) -> list[Release]:
    """Read the newest releases first; with *healthy* those that were, the last healthy first."""
    order = releases.c.healthy_at if healthy else releases.c.created_at
    query = select(releases).order_by(order.desc(), releases.c.id).limit(limit)
    if app:
        query = query.where(releases.c.app == app)
    if rack:
        query = query.where(releases.c.rack == rack)
    if healthy:
        query = query.where(releases.c.healthy_at.is_not(None))
    return [rows.record_of(Release, row) for row in transaction.execute(query)]


def copy_on(transaction: Transaction, *, rack: str, build_id: str) -> Release | None:
    """Read the newest release that was made of a build on a rack."""
    query = (
        select(releases)
        .where(releases.c.rack == rack, releases.c.build_id == build_id)
        .order_by(releases.c.created_at.desc())
        .limit(1)
    )
    row = transaction.execute(query).one_or_none()
    return None if row is None else rows.record_of(Release, row)


def mark_healthy(transaction: Transaction, release_id: str, at: datetime) -> None:
    """Record that a promotion of the release succeeded."""
    transaction.execute(update(releases).where(releases.c.id == release_id).values(healthy_at=at))


def add_environment(transaction: Transaction, environment: Environment) -> None:
    """Insert one version of an environment."""
    rows.add(transaction, environments, environment)


def environment(transaction: Transaction, environment_id: str) -> Environment | None:
    """Read one version of an environment."""
    return rows.get(transaction, environments, Environment, id=environment_id)


def latest_environment(transaction: Transaction, *, app: str, rack: str) -> Environment | None:
    """Read the newest version of the environment of an app on a rack."""
    query = (
        select(environments)
        .where(environments.c.app == app, environments.c.rack == rack)
        .order_by(environments.c.created_at.desc(), environments.c.id)
        .limit(1)
    )
    row = transaction.execute(query).one_or_none()
    return None if row is None else rows.record_of(Environment, row)
