"""Queries about what the forge is to show of jobs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from storage import rows
from storage.store import Transaction
from storage.workflow_records import Report
from storage.workflow_tables import reports


def want(
    transaction: Transaction,
    *,
    key: str,
    job_id: str,
    kind: str,
    repo: str,
    wanted: Mapping[str, Any],
    at: datetime,
) -> None:
    """Have the forge show *wanted* under *key*; it takes the place of what was wanted before."""
    again = (
        update(reports)
        .where(reports.c.key == key)
        .values(
            wanted=dict(wanted),
            version=reports.c.version + 1,
            sent_at=None,
            attempts=0,
            outcome=None,
        )
    )
    if transaction.execute(again).rowcount:
        return
    first = {
        "key": key,
        "job_id": job_id,
        "kind": kind,
        "repo": repo,
        "wanted": dict(wanted),
        "version": 1,
        "created_at": at,
        "attempts": 0,
    }
    if not rows.add_if_new(transaction, reports, first):
        transaction.execute(again)


def due(transaction: Transaction, now: datetime, *, limit: int = 50) -> list[Report]:
    """Read what has still to be sent and may be by now, oldest first."""
    query = (
        select(reports)
        .where(reports.c.sent_at.is_(None))
        .where(or_(reports.c.not_before.is_(None), reports.c.not_before <= now))
        .order_by(reports.c.created_at, reports.c.key)
        .limit(limit)
    )
    return [rows.record_of(Report, row) for row in transaction.execute(query)]


def of_job(transaction: Transaction, job_id: str) -> list[Report]:
    """Read all reports of a job, by key."""
    query = select(reports).where(reports.c.job_id == job_id).order_by(reports.c.key)
    return [rows.record_of(Report, row) for row in transaction.execute(query)]


def change(transaction: Transaction, report: Report, **changes: Any) -> None:
    """Write how a try went, whatever is wanted meanwhile."""
    transaction.execute(update(reports).where(reports.c.key == report.key).values(changes))


def sent(transaction: Transaction, report: Report, now: datetime, outcome: str | None) -> None:
    """Record that it was sent, or given up, unless another wish came while it was."""
    transaction.execute(
        update(reports)
        .where(reports.c.key == report.key, reports.c.version == report.version)
        .values(sent_at=now, outcome=outcome)
    )
