"""Moving a promotion from one status to the next: checked, dated, and told in one transaction."""

from dataclasses import replace
from typing import Any

from engine import announce, tell
from engine.lifecycle import PROMOTION_LIMITS, check_step, is_final
from engine.world import World
from storage import promotions
from storage.records import Promotion, PromotionStatus
from storage.store import Transaction


def move(
    world: World,
    transaction: Transaction,
    promotion: Promotion,
    status: PromotionStatus,
    **changes: Any,
) -> Promotion:
    """Take the promotion to *status* and return it as it is then.

    Raises ``Stale`` when it has moved since it was read, and ``Conflict`` when it would run
    beside another of the same app and rack.
    """
    check_step(promotion.status, status)
    now = world.clock.now()
    limit = PROMOTION_LIMITS.get(status)
    changes = {
        "status": status,
        "status_since": now,
        "deadline_at": now + limit if limit else None,
        "progress": None,
        **changes,
    }
    if is_final(status):
        changes["finished_at"] = now
    promotions.change(transaction, promotion, **changes)
    moved = replace(promotion, **changes)
    announce.card(transaction, moved, now)
    if is_final(status):
        tell.ended(transaction, moved, now)
    return moved
