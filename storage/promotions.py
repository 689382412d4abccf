"""Queries about promotions and about what is live."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select

from storage import rows
from storage.records import Live, Promotion, PromotionStatus
from storage.store import Transaction
from storage.tables import RUNNING_PROMOTIONS, live, promotions

WAITING = (PromotionStatus.AWAITING_APPROVAL, PromotionStatus.QUEUED)
RUNNING = RUNNING_PROMOTIONS


def add(transaction: Transaction, promotion: Promotion) -> None:
    """Insert a promotion."""
    rows.add(transaction, promotions, promotion)


def get(transaction: Transaction, promotion_id: str) -> Promotion | None:
    """Read one promotion."""
    return rows.get(transaction, promotions, Promotion, id=promotion_id)


def for_task(transaction: Transaction, key: str) -> Promotion | None:
    """Read the promotion that a workflow's task has asked for."""
    return rows.get(transaction, promotions, Promotion, for_task=key)


def of_tasks(transaction: Transaction, keys: Sequence[str]) -> list[Promotion]:
    """Read the promotions that the tasks with these keys have asked for."""
    return _read(transaction, select(promotions).where(promotions.c.for_task.in_(keys)))


def change(transaction: Transaction, promotion: Promotion, **changes: Any) -> None:
    """Write *changes* if the promotion still has the status it was read with, else ``Stale``.

    It is also stale where somebody has canceled it since: what was decided did not know of that.
    Raises ``Conflict`` when it would run beside another of the same app and rack.
    """
    expected: dict[str, Any] = {"id": promotion.id, "status": promotion.status}
    if promotion.cancel_asked_by is None:
        expected["cancel_asked_by"] = None
    rows.change(transaction, promotions, expected, changes)


def latest(
    transaction: Transaction,
    *,
    app: str | None = None,
    rack: str | None = None,
    release_id: str | None = None,
    limit: int = 20,
) -> list[Promotion]:
    """Read the newest promotions first."""
    query = select(promotions).order_by(promotions.c.created_at.desc(), promotions.c.id)
    wanted = {"app": app, "rack": rack, "release_id": release_id}
    for name, value in wanted.items():
        if value:
            query = query.where(promotions.c[name] == value)
    return _read(transaction, query.limit(limit))


def with_status(
    transaction: Transaction,
    statuses: Sequence[PromotionStatus],
    *,
    app: str | None = None,
    rack: str | None = None,
) -> list[Promotion]:
    """Read the promotions in any of *statuses*, oldest first."""
    query = select(promotions).where(promotions.c.status.in_(statuses))
    if app:
        query = query.where(promotions.c.app == app)
    if rack:
        query = query.where(promotions.c.rack == rack)
    return _read(transaction, query.order_by(promotions.c.created_at, promotions.c.id))


def unfinished(
    transaction: Transaction, *, app: str | None = None, rack: str | None = None
) -> list[Promotion]:
    """Read the promotions that have not ended, oldest first."""
    return with_status(transaction, (*WAITING, *RUNNING), app=app, rack=rack)


def running(transaction: Transaction, *, app: str, rack: str) -> Promotion | None:
    """Read the one promotion that is under way for an app on a rack."""
    found = with_status(transaction, RUNNING, app=app, rack=rack)
    return found[0] if found else None


def with_leftovers(
    transaction: Transaction, *, rack: str, app: str | None = None
) -> list[Promotion]:
    """Read the ended promotions whose rack has still to be cleared of them, oldest first."""
    query = select(promotions).where(
        promotions.c.leftovers,
        promotions.c.rack == rack,
        promotions.c.status.not_in((*WAITING, *RUNNING)),
    )
    if app:
        query = query.where(promotions.c.app == app)
    return _read(transaction, query.order_by(promotions.c.created_at, promotions.c.id))


def live_on(transaction: Transaction, *, app: str, rack: str) -> Live | None:
    """Read what is live of an app on a rack."""
    return rows.get(transaction, live, Live, app=app, rack=rack)


def all_live(transaction: Transaction, *, rack: str | None = None) -> list[Live]:
    """Read everything that is live, by rack and app."""
    query = select(live).order_by(live.c.rack, live.c.app)
    if rack:
        query = query.where(live.c.rack == rack)
    return [rows.record_of(Live, row) for row in transaction.execute(query)]


def behind_live(transaction: Transaction, *, rack: str) -> dict[str, Promotion]:
    """Read the promotions that made live what is live on a rack, by their ids."""
    query = (
        select(promotions)
        .join(live, live.c.promotion_id == promotions.c.id)
        .where(live.c.rack == rack)
    )
    return {promotion.id: promotion for promotion in _read(transaction, query)}


def set_live(transaction: Transaction, record: Live) -> None:
    """Record what is live now, in place of what was."""
    clear_live(transaction, app=record.app, rack=record.rack)
    rows.add(transaction, live, record)


def clear_live(transaction: Transaction, *, app: str, rack: str) -> None:
    """Record that nothing of the app is live on the rack."""
    transaction.execute(delete(live).where(live.c.app == app, live.c.rack == rack))


def change_live(transaction: Transaction, record: Live, **changes: Any) -> None:
    """Write *changes* if it is still the same and as healthy as read, else ``Stale``."""
    expected = {
        "app": record.app,
        "rack": record.rack,
        "promotion_id": record.promotion_id,
        "healthy": record.healthy,
    }
    rows.change(transaction, live, expected, changes)


def _read(transaction: Transaction, query: Any) -> list[Promotion]:
    return [rows.record_of(Promotion, row) for row in transaction.execute(query)]
