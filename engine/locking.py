"""Locks: nothing new goes live of an app on a rack until somebody says why it may again."""

from datetime import datetime

from storage import locks
from storage.records import Lock, Promotion
from storage.store import Transaction


def locked_by_promotion(
    transaction: Transaction, promotion: Promotion, reason: str, at: datetime
) -> None:
    """Lock what a promotion is about, since its release was worse; a lock that is there stays."""
    lock = Lock(
        app=promotion.app,
        rack=promotion.rack,
        reason=f"{promotion.release_id} was taken back: {reason}",
        locked_by=None,
        promotion_id=promotion.id,
        locked_at=at,
    )
    locks.add(transaction, lock)
