"""Asking for a release to be made live: promote, roll back, scale, restart, approve, cancel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine import announce, choice, locking, lookup, preflight, tell
from engine import release as release_story
from engine.asking import Asking, card_channel
from engine.canary import Canary
from engine.errors import UserError
from engine.lifecycle import HURRY_LIMIT, PROMOTION_LIMITS, is_final
from engine.marks import literal
from engine.moves import move
from engine.preflight import Question, Seen
from engine.queue import ahead_of, newer_ahead
from engine.world import World
from storage import apps, ids, promotions
from storage.records import Promotion, PromotionKind, PromotionStatus, Release
from storage.store import Transaction

P = PromotionStatus
ENDS_ANYWAY = frozenset({P.RETIRING, P.ROLLING_BACK})  # a rollback lets these come to their end


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to become live."""

    release: Release
    kind: PromotionKind
    scale: Mapping[str, int] = field(default_factory=dict)  # over the live numbers at its turn
    canary: Canary | None = None
    for_task: str | None = None  # the key of the workflow's task that asks
    offered: timedelta | None = None  # it waits so long for somebody to approve it


class StaleEnvironment(UserError):
    """The candidate is older than the live environment; ``takes_back`` says what it would undo."""

    def __init__(self, release: Release, takes_back: tuple[str, ...]) -> None:
        """*takes_back* are phrases with names only, never values."""
        super().__init__(
            f"{release.id} is older than the environment that is live on {release.rack}.",
            why="Promoting it as it is would take that back: " + ", ".join(takes_back) + ".",
            remedy="Rebase it on the live environment, or promote it as it is.",
        )
        self.release = release
        self.takes_back = takes_back


def promote(
    world: World,
    asking: Asking,
    release_id: str,
    *,
    rack: str | None = None,
    approved: bool = False,
    environment: str = "ask",
    canary: Canary | None = None,
    seen: Seen | None = None,
    for_task: str | None = None,
    offered: timedelta | None = None,
) -> Promotion:
    """Ask for a release to be made live, on its own rack or from the same build on another.

    *for_task* is the key of the workflow's task that asks. With *offered* it waits that long for
    somebody's approval, also on a rack that is not protected.

    *environment* says what to do with a candidate older than the live environment: "ask" raises
    ``StaleEnvironment``, "live" rebases it, "own" takes it as it is. *seen* is what the asker
    agreed to: ``WorldChanged`` where it is not so any more. Raises ``UserError`` for a release
    that is live, under way, or older than the live one, for a locked app, and for a *canary*
    where there is no traffic to divide.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        wanted = lookup.release(transaction, release_id)
        apps.lock(transaction, wanted.app)
        rack = world.rack_spec(rack or wanted.rack).name
        question = Question(
            kind=PromotionKind.PROMOTE,
            release=wanted,
            rack=rack,
            canary=canary,
            rebase=environment == "live",
        )
        _look_before(world, transaction, question, seen)
        chosen = release_story.on_rack(world, transaction, wanted, rack, asking.person)
        live = promotions.live_on(transaction, app=chosen.app, rack=rack)
        takes_back = release_story.stale_environment(transaction, chosen)
        if takes_back and environment == "ask":
            raise StaleEnvironment(chosen, takes_back)
        if live is None or (takes_back and environment == "live"):
            chosen = release_story.rebased(world, transaction, chosen, asking.person)
        choice.refuse_what_is_there(transaction, chosen, live)
        wish = Wish(
            release=chosen,
            kind=PromotionKind.PROMOTE,
            canary=canary,
            for_task=for_task,
            offered=offered,
        )
        return _enter(world, transaction, asking, wish, approved=approved)


def roll_back(
    world: World,
    asking: Asking,
    *,
    app: str,
    rack: str,
    release_id: str | None = None,
    only_from: str | None = None,
    approved: bool = False,
    seen: Seen | None = None,
) -> Promotion:
    """Ask for an older release again, by default the last healthy one; goes before all others.

    Cancels what is under way or waiting for the app on the rack. With *only_from* it is refused
    unless that release is still the live one: a button on an old card must not surprise. *seen*
    is what the asker agreed to: ``WorldChanged`` where it is not so any more.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        apps.lock(transaction, lookup.app(transaction, app).name)
        live = promotions.live_on(transaction, app=app, rack=rack)
        if only_from and (live is None or live.release_id != only_from):
            raise UserError(
                f"{only_from} is not live on {rack} any more.",
                why=f"{live.release_id} is." if live else "Nothing is.",
                remedy="`/rack status` shows what is live and what is under way.",
            )
        chosen = choice.rollback_goal(transaction, app=app, rack=rack, release_id=release_id)
        question = Question(kind=PromotionKind.ROLLBACK, release=chosen, rack=rack)
        _look_before(world, transaction, question, seen)
        choice.refuse_what_is_under_way(transaction, chosen, PromotionKind.ROLLBACK)
        wish = Wish(release=chosen, kind=PromotionKind.ROLLBACK)
        promotion = _enter(world, transaction, asking, wish, approved=approved)
        if promotion.status is P.QUEUED:
            _make_way(world, transaction, promotion)
        return promotion


def rerun(
    world: World,
    asking: Asking,
    *,
    app: str,
    rack: str,
    kind: PromotionKind,
    scale: Mapping[str, int] | None = None,
    approved: bool = False,
    seen: Seen | None = None,
) -> Promotion:
    """Ask for the live release again with other numbers (scale) or new processes (restart).

    *seen* is what the asker agreed to: ``WorldChanged`` where it is not so any more. Raises
    ``UserError`` where nothing is live or the app is locked.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        apps.lock(transaction, lookup.app(transaction, app).name)
        live, release = choice.live_release(transaction, app=app, rack=rack)
        question = Question(kind=kind, release=release, rack=rack, scale=scale or {})
        _look_before(world, transaction, question, seen)
        if kind is PromotionKind.SCALE:
            choice.refuse_numbers_that_are_there(transaction, release, live, scale or {})
        wish = Wish(release=release, kind=kind, scale=scale or {})
        return _enter(world, transaction, asking, wish, approved=approved)


def approve(
    world: World, asking: Asking, promotion_id: str, *, seen: Seen | None = None
) -> Promotion:
    """Let a promotion that waits for approval take its place in the queue.

    *seen* is what the approver agreed to: ``WorldChanged`` where it is not so any more.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        promotion = lookup.promotion(transaction, promotion_id)
        if promotion.status is not P.AWAITING_APPROVAL:
            by = promotion.approved_by
            approver = f"{literal(by.name)} approved it. " if by else ""
            raise UserError(
                f"{promotion.id} does not wait for approval.",
                why=approver + tell.how_it_stands(promotion),
            )
        _look_before(world, transaction, question_of(transaction, promotion), seen)
        approved = move(world, transaction, promotion, P.QUEUED, approved_by=asking.person)
        tell.approved(transaction, approved, world.clock.now())
        announce.link_elsewhere(transaction, approved, asking, world.clock.now())
        if approved.kind is PromotionKind.ROLLBACK:
            _make_way(world, transaction, approved)
        elif ahead := ahead_of(transaction, approved):
            _tell_of_line(transaction, approved, ahead, world.clock.now())
    return approved


def question_of(transaction: Transaction, promotion: Promotion) -> Question:
    """Return what preflight asks about a promotion that waits for an approval."""
    return Question(
        kind=promotion.kind,
        release=lookup.release(transaction, promotion.release_id),
        rack=promotion.rack,
        scale=promotion.scale or {},
        canary=Canary(steps=promotion.canary, pause_seconds=promotion.pause_seconds)
        if promotion.canary
        else None,
        asked=promotion.id,
    )


def cancel(world: World, asking: Asking, promotion_id: str) -> Promotion:
    """Cancel a promotion: at once while it waits, else by taking its steps back.

    One that is being taken back already gets one more short while for it. Raises ``UserError``
    for one that has ended or is being canceled already.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        promotion = lookup.promotion(transaction, promotion_id)
        if is_final(promotion.status) or promotion.cancel_asked_by:
            raise UserError(
                f"There is nothing left to cancel of {promotion.id}.",
                why=tell.how_it_stands(promotion),
                remedy=_what_now(promotion),
            )
        return _stop(world, transaction, promotion, asking)


def _stop(
    world: World, transaction: Transaction, promotion: Promotion, asking: Asking
) -> Promotion:
    if promotion.status in promotions.WAITING:
        return move(world, transaction, promotion, P.CANCELED, cancel_asked_by=asking.person)
    now = world.clock.now()
    changes: dict[str, object] = {"cancel_asked_by": asking.person}
    if promotion.status is P.ROLLING_BACK:
        # A click that meant the release hurts nobody so: what goes well is done by then.
        ends_at = now + HURRY_LIMIT
        changes["deadline_at"] = min(promotion.deadline_at or ends_at, ends_at)
    promotions.change(transaction, promotion, **changes)
    tell.cancel_asked(transaction, promotion, asking.person, now)
    announce.card(transaction, promotion, now)
    return promotion


def _what_now(promotion: Promotion) -> str:
    """Say what can be done with one that cannot be canceled."""
    if promotion.status is P.SUCCEEDED:
        return f"To go back: `/rack rollback {promotion.app} --rack {promotion.rack}`."
    return ""


def _look_before(
    world: World, transaction: Transaction, question: Question, seen: Seen | None
) -> None:
    """Raise ``UserError`` for what must not begin now, whatever else may be said of it."""
    app, rack = question.release.app, question.rack
    if seen:
        preflight.refuse_if_changed(world, transaction, question, seen)
    locking.refuse_locked(transaction, app=app, rack=rack, kind=question.kind)
    if question.canary:
        plan = preflight.plan(world, transaction, question)
        preflight.refuse_canary(plan, world.rack(rack).capabilities)


def _enter(
    world: World, transaction: Transaction, asking: Asking, wish: Wish, *, approved: bool
) -> Promotion:
    """Write the promotion down: in the queue, or waiting for approval on a protected rack."""
    now = world.clock.now()
    app = lookup.app(transaction, wish.release.app)
    asks = world.rack_spec(wish.release.rack).protected or wish.offered is not None
    waits = asks and not approved
    status = P.AWAITING_APPROVAL if waits else P.QUEUED
    promotion = Promotion(
        id=ids.new_id("P"),
        app=wish.release.app,
        rack=wish.release.rack,
        release_id=wish.release.id,
        kind=wish.kind,
        status=status,
        asked_by=asking.person,
        channel=card_channel(world, asking, app.channel),
        created_at=now,
        approved_by=asking.person if approved else None,
        status_since=now,
        deadline_at=now + (wish.offered if waits and wish.offered else PROMOTION_LIMITS[status]),
        scale=dict(wish.scale),
        canary=wish.canary.steps if wish.canary else (),
        pause_seconds=wish.canary.pause_seconds if wish.canary else None,
        for_task=wish.for_task,
    )
    _supersede_offers(world, transaction, promotion)
    ahead = [
        other
        for other in promotions.unfinished(transaction, app=promotion.app, rack=promotion.rack)
        if other.status is not P.AWAITING_APPROVAL
    ]
    promotions.add(transaction, promotion)
    announce.card(transaction, promotion, now)
    announce.link_elsewhere(transaction, promotion, asking, now)
    if waits and not wish.for_task:  # a job tells of its offers itself
        tell.awaits_approval(transaction, promotion, now)
    elif ahead and wish.kind is not PromotionKind.ROLLBACK:
        _tell_of_line(transaction, promotion, ahead, now)
    return promotion


def _tell_of_line(
    transaction: Transaction, promotion: Promotion, ahead: Sequence[Promotion], at: datetime
) -> None:
    """Tell behind whom it waits, and where that makes it pointless."""
    tell.waits_behind(transaction, promotion, ahead, at)
    release = lookup.release(transaction, promotion.release_id)
    if newer := newer_ahead(transaction, promotion.kind, release, ahead):
        announce.milestone(
            transaction,
            promotion,
            "newer_ahead",
            f"{newer.release_id} ({newer.id}) is newer and comes first: once it is live, this "
            "ends without doing anything.",
            at=at,
            tone="waiting",
        )


def _supersede_offers(world: World, transaction: Transaction, newer: Promotion) -> None:
    """An offer that nobody approved yet is replaced by the newer wish."""
    for other in promotions.with_status(
        transaction, (P.AWAITING_APPROVAL,), app=newer.app, rack=newer.rack
    ):
        reason = (
            f"{literal(newer.asked_by.name)} asked for {newer.release_id} instead ({newer.id})."
        )
        move(world, transaction, other, P.SUPERSEDED, reason=reason)


def _make_way(world: World, transaction: Transaction, rollback: Promotion) -> None:
    """A rollback never waits: what is under way is canceled, what waits is superseded."""
    asker = rollback.approved_by or rollback.asked_by
    for other in promotions.unfinished(transaction, app=rollback.app, rack=rollback.rack):
        if other.id == rollback.id:
            continue
        if other.status in promotions.WAITING:
            reason = f"{literal(asker.name)} rolled back to {rollback.release_id} ({rollback.id})."
            move(world, transaction, other, P.SUPERSEDED, reason=reason)
        elif other.status not in ENDS_ANYWAY and not other.cancel_asked_by:
            promotions.change(transaction, other, cancel_asked_by=asker)
            tell.cancel_asked(transaction, other, asker, world.clock.now())
            announce.card(transaction, other, world.clock.now())
