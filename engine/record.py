"""Writing a decision down: status, what is live, and what the thread tells, in one transaction."""

from datetime import datetime, timedelta

from engine import announce, canary, locking, lookup, measuring, receipt, tell
from engine.decide import Decision
from engine.lifecycle import is_final
from engine.moves import move
from engine.ports.rack import ServiceSpec, Target
from engine.world import World
from storage import promotions, releases
from storage.records import Live, Promotion, PromotionStatus
from storage.store import Transaction

P = PromotionStatus
MOMENTS = {
    P.SHIFTING: receipt.SHIFT,
    P.DRAINING: receipt.LIVE,
    P.BAKING: receipt.BAKE,
    P.RETIRING: receipt.OVER,
}


def record(
    world: World,
    promotion: Promotion,
    decision: Decision,
    target: Target | None = None,
) -> bool:
    """Write the decision down; True when the promotion has moved, or is to give up.

    Raises ``Stale`` when the promotion moved meanwhile: nothing of the decision is kept then.
    """
    with world.store.write() as transaction:
        now = world.clock.now()
        ends = decision.then is not None and is_final(decision.then)
        if decision.trouble and promotion.reason is None and not ends:
            trouble = decision.trouble
            tell.trouble(transaction, promotion, trouble.reason, trouble.evidence, now)
        if decision.then is None:
            return _stay(transaction, promotion, decision, now)
        changes = _end_changes(decision, promotion)
        _keep_live_true(transaction, promotion, decision.then, now)
        changes |= _on_the_way(promotion, decision, now)
        if ends:
            on_record = lookup.promotion(transaction, promotion.id)
            changes["receipt"] = measuring.summed_up(transaction, on_record, now)
        if decision.locks and decision.trouble and promotion.reason is None:
            locking.locked_by_promotion(transaction, promotion, decision.trouble.reason, now)
        if decision.limit_seconds is not None:
            changes["deadline_at"] = now + timedelta(seconds=decision.limit_seconds)
        moved = move(world, transaction, promotion, decision.then, **changes)
        if ends and (found := receipt.of(moved)) and found.is_enough:
            announce.plot_file(transaction, moved, now)
        _tell_arrival(transaction, moved, promotion, target, now)
    return True


def _on_the_way(promotion: Promotion, decision: Decision, now: datetime) -> dict[str, object]:
    """Return what a new status leaves on record, such as moments for the receipt."""
    changes: dict[str, object] = {}
    if decision.then is P.DRAINING:
        changes["live_at"] = now
    if decision.step is not None:
        changes |= {"canary_step": decision.step, "moved_on_by": None}
    if moment := MOMENTS.get(decision.then) if decision.then else None:
        changes["receipt"] = measuring.marked(promotion, moment, now)
    return changes


def _end_changes(decision: Decision, promotion: Promotion) -> dict[str, object]:
    changes: dict[str, object] = {}
    if decision.trouble and promotion.reason is None:
        changes = {"reason": decision.trouble.reason, "evidence": decision.trouble.evidence}
    if decision.leftovers:
        changes["leftovers"] = True
    return changes


def _stay(
    transaction: Transaction, promotion: Promotion, decision: Decision, now: datetime
) -> bool:
    """Keep the status; True when it is to give up from now on."""
    changes = _end_changes(decision, promotion)
    gives_up = bool(changes)
    if decision.progress != promotion.progress:
        changes["progress"] = decision.progress
    if changes:
        promotions.change(transaction, promotion, **changes)
        announce.card(transaction, promotion, now)
    return gives_up


def _keep_live_true(
    transaction: Transaction, promotion: Promotion, then: PromotionStatus, now: datetime
) -> None:
    """Record which release the traffic reaches, as this step has made or found it."""
    match promotion.status, then:
        case _, P.DRAINING:
            _take_the_place(transaction, _live(promotion, now), now)
        case P.ROLLING_BACK, P.ROLLED_BACK | P.FAILED:
            restore_live(transaction, promotion, now)
        case _, P.SUCCEEDED:
            releases.mark_healthy(transaction, promotion.release_id, now)
        case _:
            pass


def _live(promotion: Promotion, now: datetime) -> Live:
    return Live(
        app=promotion.app,
        rack=promotion.rack,
        release_id=promotion.release_id,
        promotion_id=promotion.id,
        since=now,
        scale=promotion.scale or {},
    )


def _take_the_place(transaction: Transaction, live: Live, now: datetime) -> None:
    """Record *live*, and have both cards drawn anew: the one that says "live", and the other."""
    gone = promotions.live_on(transaction, app=live.app, rack=live.rack)
    promotions.set_live(transaction, live)
    for promotion_id in {live.promotion_id, gone.promotion_id if gone else live.promotion_id}:
        if found := promotions.get(transaction, promotion_id):
            announce.card(transaction, found, now)


def restore_live(transaction: Transaction, promotion: Promotion, now: datetime) -> None:
    """Record as live what was before the promotion, if the promotion is recorded as live."""
    live = promotions.live_on(transaction, app=promotion.app, rack=promotion.rack)
    if live is None or live.promotion_id != promotion.id:
        return  # the traffic had not moved yet
    before = (
        promotions.get(transaction, promotion.previous_promotion_id)
        if promotion.previous_promotion_id
        else None
    )
    if before is None:
        promotions.clear_live(transaction, app=promotion.app, rack=promotion.rack)
    else:
        _take_the_place(transaction, _live(before, now), now)


def _tell_arrival(
    transaction: Transaction,
    moved: Promotion,
    before: Promotion,
    target: Target | None,
    now: datetime,
) -> None:
    """Tell of a status that was reached, in its own words."""
    match moved.status:
        case P.STARTING if target is not None:
            services = [_in_words(service) for service in target.services]
            tell.starting(transaction, moved, services, now)
        case P.SHIFTING if before.status is P.VERIFYING:
            tell.healthy(transaction, before, now)
        case P.HOLDING:
            tell.holds(transaction, moved, canary.goal(moved), canary.next_goal(moved), now)
        case P.DRAINING:
            tell.live(transaction, moved, now)
        case _:
            pass  # an end tells of itself in ``move``; the rest shows on the card


def _in_words(service: ServiceSpec) -> str:
    return f"`{service.name}`" + (f" ×{service.replicas}" if service.replicas > 1 else "")
