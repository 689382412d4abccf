"""Whose turn it is: promotions that wait, and what happens to those that wait too long."""

from collections.abc import Sequence

from engine.moves import move
from engine.world import World
from storage import promotions
from storage.records import Promotion, PromotionKind, PromotionStatus
from storage.store import Conflict, Stale, Transaction

P = PromotionStatus


def due(world: World) -> list[str]:
    """Let waiting promotions take their turn, and return the ids of all that run."""
    with world.store.read() as transaction:
        waiting = promotions.with_status(transaction, promotions.WAITING)
        running = promotions.with_status(transaction, promotions.RUNNING)
    for promotion in in_turn(waiting):
        _take_turn(world, promotion)
    if waiting:
        with world.store.read() as transaction:
            running = promotions.with_status(transaction, promotions.RUNNING)
    return [promotion.id for promotion in running]


def in_turn(waiting: Sequence[Promotion]) -> list[Promotion]:
    """Sort waiting promotions into the order in which they are served: rollbacks first."""
    return sorted(
        waiting,
        key=lambda promotion: (
            promotion.kind is not PromotionKind.ROLLBACK,
            promotion.created_at,
            promotion.id,
        ),
    )


def ahead_of(transaction: Transaction, promotion: Promotion) -> list[Promotion]:
    """Return the promotions that come before one that waits, the running one first."""
    running = promotions.running(transaction, app=promotion.app, rack=promotion.rack)
    queued = promotions.with_status(
        transaction, (P.QUEUED,), app=promotion.app, rack=promotion.rack
    )
    line = in_turn(queued)
    before = line[: line.index(promotion)] if promotion in line else line
    return ([running] if running else []) + before


def _take_turn(world: World, promotion: Promotion) -> None:
    """Begin a promotion whose app and rack are free, or end one that waited too long."""
    now = world.clock.now()
    late = promotion.deadline_at is not None and now >= promotion.deadline_at
    try:
        with world.store.write() as transaction:
            if promotion.status is P.AWAITING_APPROVAL:
                if late:
                    move(world, transaction, promotion, P.EXPIRED)
                return
            if late:
                reason = "It waited twelve hours for its turn."
                move(world, transaction, promotion, P.FAILED, reason=reason)
                return
            where = {"app": promotion.app, "rack": promotion.rack}
            if promotions.running(transaction, **where):
                return
            live = promotions.live_on(transaction, **where)
            move(
                world,
                transaction,
                promotion,
                P.PREPARING,
                started_at=now,
                previous_release_id=live.release_id if live else None,
                previous_promotion_id=live.promotion_id if live else None,
            )
    except (Stale, Conflict):
        return  # another tick was faster; the next one sees what it did
