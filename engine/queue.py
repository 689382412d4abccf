"""Whose turn it is: promotions that wait, and what happens to those that wait too long."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine import lookup
from engine.locking import holds_back
from engine.moves import move
from engine.release import stale_environment
from engine.world import World
from storage import locks, promotions
from storage.records import Live, Promotion, PromotionKind, PromotionStatus, Release
from storage.store import Conflict, Stale, Transaction

P = PromotionStatus
Place = tuple[str, str]  # app and rack
NEAR = frozenset({P.PREPARING, P.STARTING, P.VERIFYING, P.SHIFTING})
NEAR_FOR = timedelta(seconds=15)  # in one status; one that takes longer will not end this moment
OF_WHAT_IS_LIVE = frozenset({PromotionKind.SCALE, PromotionKind.RESTART})


def due(world: World, *, near_only: bool = False) -> list[str]:
    """Let waiting promotions take their turn, and return the ids of all that run.

    With *near_only* these are the ones whose next step may be a moment away.
    """
    with world.store.read() as transaction:
        waiting = promotions.with_status(transaction, promotions.WAITING)
        running = promotions.with_status(transaction, promotions.RUNNING)
        locked = locks.all_locks(transaction) if waiting else []
    busy = {(one.app, one.rack) for one in running}
    for promotion in in_turn(waiting):
        held = {(one.app, one.rack) for one in locked if holds_back(one, promotion.kind)}
        _take_turn(world, promotion, busy | held)
    if waiting:
        with world.store.read() as transaction:
            running = promotions.with_status(transaction, promotions.RUNNING)
    now = world.clock.now()
    return [one.id for one in running if not near_only or _is_near(one, now)]


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


def newer_ahead(
    transaction: Transaction, kind: PromotionKind, own: Release, ahead: Sequence[Promotion]
) -> Promotion | None:
    """Return a promotion ahead whose release is newer than *own*, which is then pointless."""
    if kind is not PromotionKind.PROMOTE:
        return None
    for other in ahead:
        release = lookup.release(transaction, other.release_id)
        if other.kind is PromotionKind.PROMOTE and release.created_at > own.created_at:
            return other
    return None


def _is_near(promotion: Promotion, now: datetime) -> bool:
    return promotion.status in NEAR and now - promotion.status_since < NEAR_FOR


def _take_turn(world: World, promotion: Promotion, not_free: set[Place]) -> None:
    """Begin a promotion whose app and rack are free, or end one that waited too long."""
    now = world.clock.now()
    late = promotion.deadline_at is not None and now >= promotion.deadline_at
    waits = promotion.status is P.AWAITING_APPROVAL or (promotion.app, promotion.rack) in not_free
    if waits and not late:
        return
    try:
        with world.store.write() as transaction:
            if not late:
                _begin(world, transaction, promotion)
            elif promotion.status is P.AWAITING_APPROVAL:
                move(world, transaction, promotion, P.EXPIRED)
            else:
                reason = "It waited twelve hours for its turn."
                move(world, transaction, promotion, P.FAILED, reason=reason)
    except (Stale, Conflict):
        return  # another tick was faster; the next one sees what it did


def _begin(world: World, transaction: Transaction, promotion: Promotion) -> None:
    """Let a promotion leave the queue, over what is live now and not when it was asked for."""
    where = {"app": promotion.app, "rack": promotion.rack}
    if promotions.running(transaction, **where):
        return
    if (lock := locks.get(transaction, **where)) and holds_back(lock, promotion.kind):
        return
    if promotions.with_leftovers(transaction, **where):
        return  # the sweep clears them first: a revert would put old processes back to work
    live = promotions.live_on(transaction, **where)
    if reason := _overtaken(transaction, promotion, live):
        move(world, transaction, promotion, P.SUPERSEDED, reason=reason)
        return
    changes: dict[str, object] = {}
    if live:
        changes = {
            "previous_release_id": live.release_id,
            "previous_promotion_id": live.promotion_id,
            "scale": {**live.scale, **(promotion.scale or {})},
        }
        if promotion.kind in OF_WHAT_IS_LIVE:
            changes["release_id"] = live.release_id
    move(world, transaction, promotion, P.PREPARING, started_at=world.clock.now(), **changes)


def _overtaken(transaction: Transaction, promotion: Promotion, live: Live | None) -> str | None:
    """Say why it makes no sense any more, after what happened while it waited."""
    if live is None:
        gone = f"Nothing of {promotion.app} is live on {promotion.rack} any more."
        return gone if promotion.kind in OF_WHAT_IS_LIVE else None
    if promotion.kind is not PromotionKind.PROMOTE or live.since < promotion.created_at:
        return None
    release = lookup.release(transaction, promotion.release_id)
    if lookup.release(transaction, live.release_id).created_at > release.created_at:
        return f"{live.release_id}, which is newer than {release.id}, became live while it waited."
    takes_back = stale_environment(transaction, release)
    if not takes_back:
        return None
    return (
        f"{live.release_id} became live while it waited, and this would take back its "
        f"environment: {', '.join(takes_back)}. Promote {release.id} again to choose."
    )
