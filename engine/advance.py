"""One promotion's tick: claim it, look at the rack, decide, act, record and tell."""

import logging
from datetime import datetime
from functools import partial

from engine import canary, hooks, images, lookup, measuring, receipt, tell
from engine.announce import in_words
from engine.decide import (
    Act,
    Decision,
    Terms,
    Trouble,
    decide,
    decide_unseen,
    needs_observation,
)
from engine.errors import Canceled, PortError, Unreachable, UserError
from engine.going_back import NotBack, go_back
from engine.leases import held
from engine.lifecycle import TOUCHES_LIVE, is_final
from engine.manifest import Manifest
from engine.ports.rack import Hook, Target
from engine.record import record
from engine.target import manifest_of, target_of
from engine.world import World
from storage import promotions
from storage.records import Promotion, PromotionStatus
from storage.store import Stale

P = PromotionStatus
STEPS_A_TICK = 20  # a promotion with nothing to wait for passes all its statuses in one tick

log = logging.getLogger(__name__)


def advance(world: World, promotion_id: str) -> None:
    """Take a running promotion as far as it can go now. A repeat goes on from where it stands."""
    with held(world, f"promotion:{promotion_id}") as lease:
        if lease is None:
            return
        if lease.taken_from:
            _tell_of_takeover(world, promotion_id)
        last: Act | None = None
        for _ in range(STEPS_A_TICK):
            lease.check()
            try:
                moved, act = _step(world, promotion_id)
            except Stale:
                continue  # somebody canceled it meanwhile: read it anew
            if not moved and (act is None or act is last):
                return  # the same act again would only be impatient
            last = act


def _tell_of_takeover(world: World, promotion_id: str) -> None:
    """Say that the process which worked on it gave no sign of life for too long."""
    with world.store.write() as transaction:
        now = world.clock.now()
        tell.notice(
            transaction,
            lookup.promotion(transaction, promotion_id),
            f"taken_over:{now.isoformat()}",
            "The process that worked on this fell silent. Another goes on with it.",
            now,
        )


def _step(world: World, promotion_id: str) -> tuple[bool, Act | None]:
    """Take one step; return whether the promotion moved, and what was done."""
    with world.store.read() as transaction:
        promotion = lookup.promotion(transaction, promotion_id)
        if is_final(promotion.status) or promotion.status in promotions.WAITING:
            return False, None
        release = lookup.release(transaction, promotion.release_id)
        try:
            target = target_of(world, transaction, promotion)
        except UserError as error:
            decision = _without_target(promotion, in_words(error))
            return record(world, promotion, decision), None
    promotion = measuring.measure(world, promotion, target)
    manifest = manifest_of(release)
    terms = _terms(world, promotion, target, manifest)
    decision = _decide(world, promotion, target, manifest, terms)
    try:
        _perform(world, promotion, target, decision.act, terms)
    except Canceled:
        return True, None
    except hooks.HookRuns as error:
        decision = Decision(progress=str(error))
    except hooks.HookFailed as error:
        decision = _hook_failed(promotion, error)
    except NotBack as error:
        decision = decide_unseen(promotion, str(error), world.clock.now(), terms)
    except Unreachable as error:
        decision = decide_unseen(promotion, in_words(error), world.clock.now(), terms)
    except PortError as error:
        decision = _refused(promotion, in_words(error), world.clock.now(), terms)
    return record(world, promotion, decision, target), decision.act


def _terms(world: World, promotion: Promotion, target: Target, manifest: Manifest) -> Terms:
    asked = manifest.bake_seconds
    return Terms(
        bake_seconds=world.rack_spec(promotion.rack).bake_seconds if asked is None else asked,
        healthy_within_seconds=manifest.healthy_within_seconds,
        drain_seconds=manifest.drain_seconds,
        hooks_before=len(hooks.pending(promotion, target, Hook.BEFORE_PROMOTE)),
        hooks_after=len(hooks.pending(promotion, target, Hook.AFTER_PROMOTE)),
        hook_seconds=manifest.hook_seconds,
    )


def _decide(
    world: World, promotion: Promotion, target: Target, manifest: Manifest, terms: Terms
) -> Decision:
    seen = None
    if needs_observation(promotion):
        try:
            seen = world.rack(promotion.rack).observe(target)
        except PortError as error:
            return decide_unseen(promotion, in_words(error), world.clock.now(), terms)
    return decide(
        promotion,
        seen,
        world.clock.now(),
        terms,
        breach=measuring.breach(world, promotion, manifest.bake_rule),
        is_counted=measuring.is_counted(world, promotion),
    )


def _perform(
    world: World, promotion: Promotion, target: Target, act: Act | None, terms: Terms
) -> None:
    """Do what was decided. Raises what the rack raises."""
    rack = world.rack(promotion.rack)
    match act:
        case Act.PREPARE | Act.BEFORE:
            _prepare(world, promotion)
            rack.prepare(target)
            hooks.go_on(
                world,
                promotion,
                target,
                Hook.BEFORE_PROMOTE,
                limit_seconds=terms.hook_seconds,
            )
        case Act.AFTER:
            hooks.go_on(
                world,
                promotion,
                target,
                Hook.AFTER_PROMOTE,
                limit_seconds=terms.hook_seconds,
            )
        case Act.START:
            rack.start(target)
        case Act.SHIFT:
            rack.shift(target, percent=canary.goal(promotion))
        case Act.CUT:
            rack.cut(target, before=partial(_tell_of_cut, world, promotion))
        case Act.RETIRE:
            rack.retire(target)
        case Act.REVERT if promotion.status in TOUCHES_LIVE:
            go_back(world, promotion, target)
            _see_that_all_is_counted(world, promotion)
        case Act.REVERT:
            rack.revert(target)


def _tell_of_cut(world: World, promotion: Promotion, sessions: int) -> None:
    """Say it before it is done: a process that dies in between would never say it."""
    noun = "session" if sessions == 1 else "sessions"
    text = f"{sessions} {noun} on old processes cut: the drain time is over."
    with world.store.write() as transaction:
        tell.notice(transaction, promotion, "cut", text, world.clock.now())


def _prepare(world: World, promotion: Promotion) -> None:
    def is_over() -> bool:
        return world.stopping.is_set() or _is_canceled(world, promotion.id)

    def say(service: str, text: str) -> None:
        with world.store.write() as transaction:
            tell.notice(transaction, promotion, f"image:{service}", text, world.clock.now())

    images.bring(world, promotion, canceled=is_over, tell=say)


def _see_that_all_is_counted(world: World, promotion: Promotion) -> None:
    """Raise ``NotBack`` until the requests that it still answered are on the receipt."""
    measuring.mark(world, promotion, receipt.OVER)
    is_late = promotion.deadline_at is not None and world.clock.now() >= promotion.deadline_at
    if not is_late and not measuring.is_counted(world, promotion):
        raise NotBack("counting the last requests")


def _is_canceled(world: World, promotion_id: str) -> bool:
    with world.store.read() as transaction:
        return lookup.promotion(transaction, promotion_id).cancel_asked_by is not None


def _hook_failed(promotion: Promotion, error: hooks.HookFailed) -> Decision:
    trouble = Trouble(reason=error.reason, evidence=error.log)
    then = P.ROLLING_BACK if promotion.status in TOUCHES_LIVE else None
    return Decision(then=then, trouble=trouble)


def _refused(promotion: Promotion, reason: str, now: datetime, terms: Terms) -> Decision:
    """The rack said no, and will say it again: give up what can be given up."""
    match promotion.status:
        case P.PREPARING if not (promotion.hooks or terms.hooks_before):
            return Decision(then=P.FAILED, trouble=Trouble(reason=reason))
        case P.PREPARING | P.STARTING | P.VERIFYING if promotion.reason is None:
            return Decision(trouble=Trouble(reason=reason))
        case P.SHIFTING | P.HOLDING | P.DRAINING | P.BAKING:
            return Decision(then=P.ROLLING_BACK, trouble=Trouble(reason=reason))
        case P.ROLLING_BACK:
            return decide_unseen(promotion, reason, now, terms)
        case _:
            return Decision(progress=reason)  # its deadline ends it


def _without_target(promotion: Promotion, reason: str) -> Decision:
    """What it wants cannot be read any more, so neither can it be taken back."""
    if promotion.status is P.RETIRING:
        return Decision(then=P.SUCCEEDED, leftovers=True)
    if promotion.status is P.ROLLING_BACK:
        end = P.ROLLBACK_FAILED
    else:
        end = P.ROLLING_BACK if promotion.status in TOUCHES_LIVE else P.FAILED
    return Decision(then=end, trouble=Trouble(reason=reason), leftovers=True)
