"""Queries about locks: one row for each app and rack that is locked."""

from sqlalchemy import delete, select

from storage import rows
from storage.records import Lock
from storage.store import Transaction
from storage.tables import locks


def add(transaction: Transaction, lock: Lock) -> bool:
    """Lock an app on a rack; False where it is locked already, which stays as it is."""
    return rows.add_if_new(transaction, locks, rows.values_of(lock))


def get(transaction: Transaction, *, app: str, rack: str) -> Lock | None:
    """Read the lock of an app on a rack, or None."""
    return rows.get(transaction, locks, Lock, app=app, rack=rack)


def all_locks(transaction: Transaction) -> list[Lock]:
    """Read every lock, by rack and app."""
    query = select(locks).order_by(locks.c.rack, locks.c.app)
    return [rows.record_of(Lock, row) for row in transaction.execute(query)]


def remove(transaction: Transaction, *, app: str, rack: str) -> bool:
    """Unlock; False where nothing was locked."""
    mine = delete(locks).where(locks.c.app == app, locks.c.rack == rack)
    return bool(transaction.execute(mine).rowcount)
