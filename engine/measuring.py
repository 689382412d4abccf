"""Keeping what the router measures of a promotion, second by second, while its traffic moves."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import lookup, receipt
from engine.errors import PortError
from engine.judge import JUDGED_SECONDS, Breach, judge
from engine.manifest.model import BakeRule
from engine.ports.rack import Target
from engine.world import World
from storage import promotions, samples
from storage.records import Promotion, PromotionStatus
from storage.store import Transaction

P = PromotionStatus
MEASURED = frozenset({P.SHIFTING, P.HOLDING, P.DRAINING, P.BAKING, P.RETIRING, P.ROLLING_BACK})
JUDGED = frozenset({P.HOLDING, P.BAKING})
COUNTED = frozenset({P.RETIRING, P.ROLLING_BACK})  # they wait for the last second
PATIENCE = timedelta(seconds=5)  # for the last second to be measured
EVERY = timedelta(seconds=1)  # a router is asked no more often
MEASURED_AT, UNTIL, COMPLETE = "measured_at", "measured_until", "complete"

log = logging.getLogger(__name__)


def measure(world: World, promotion: Promotion, target: Target) -> Promotion:
    """Keep the seconds that are over since the last time; return the promotion as it is then.

    A rack that cannot be asked is asked again at the next tick: its router remembers a while.
    Raises ``Stale`` when the promotion moved meanwhile.
    """
    known = promotion.receipt or {}
    now = world.clock.now()
    moments = receipt.moments_of(known)
    if promotion.status not in MEASURED or receipt.SHIFT not in moments:
        return promotion
    if not world.rack(promotion.rack).capabilities.measures or not _is_due(known, now):
        return promotion
    if promotion.status is P.SHIFTING and now - moments[receipt.SHIFT] < EVERY:
        return promotion  # the switch comes first: what was before it is remembered a while
    begin = int(moments[receipt.SHIFT].timestamp()) - receipt.BEFORE_SECONDS - 1
    since = datetime.fromtimestamp(known.get(UNTIL, begin), UTC)
    try:
        found = world.rack(promotion.rack).measure(target, since=since)
    except PortError as error:
        log.warning("not measured", extra={"promotion": promotion.id, "why": str(error)})
        return promotion
    except Exception:  # whatever a router says, no promotion waits for its receipt
        log.exception("measuring broke", extra={"promotion": promotion.id})
        return promotion
    kept = {
        **known,
        MEASURED_AT: now.isoformat(),
        UNTIL: found.until,
        COMPLETE: known.get(COMPLETE, True) and found.complete,
    }
    with world.store.write() as transaction:
        samples.add(transaction, promotion.id, found.samples)
        _forget_the_middle(transaction, promotion, moments[receipt.SHIFT], now)
        promotions.change(transaction, promotion, receipt=kept)
    return replace(promotion, receipt=kept)


def breach(world: World, promotion: Promotion, rule: BakeRule) -> Breach | None:
    """Judge by what was measured so far whether the release is worse than the one before."""
    moments = receipt.moments_of(promotion.receipt)
    if promotion.status not in JUDGED or receipt.SHIFT not in moments:
        return None
    shifted_at = int(moments[receipt.SHIFT].timestamp())
    now = int(world.clock.now().timestamp())
    recent = max(shifted_at, now - JUDGED_SECONDS)
    with world.store.read() as transaction:
        before = samples.of(
            transaction, promotion.id, first=shifted_at - JUDGED_SECONDS, last=shifted_at - 1
        )
        found = before + samples.of(transaction, promotion.id, first=recent)
    return judge(found, shifted_at=shifted_at, now=now, rule=rule)


def is_counted(world: World, promotion: Promotion) -> bool:
    """Whether the last second of the switch has been measured, or cannot be for too long."""
    if promotion.status not in COUNTED:
        return True
    with world.store.read() as transaction:
        known = lookup.promotion(transaction, promotion.id).receipt or {}
        has_traffic = samples.last_second(transaction, promotion.id) is not None
    over = receipt.moments_of(known).get(receipt.OVER)
    if over is None or not has_traffic or world.clock.now() > over + PATIENCE:
        return True
    return datetime.fromisoformat(known[MEASURED_AT]) > over + timedelta(seconds=1)


def mark(world: World, promotion: Promotion, moment: str) -> None:
    """Put a moment of a measured promotion on record; the first time counts."""
    with world.store.write() as transaction:
        known = lookup.promotion(transaction, promotion.id)
        if MEASURED_AT in (known.receipt or {}) and moment not in receipt.moments_of(known.receipt):
            receipt_so_far = marked(known, moment, world.clock.now())
            promotions.change(transaction, promotion, receipt=receipt_so_far)


def marked(promotion: Promotion, moment: str, at: datetime) -> dict[str, Any]:
    """Return the promotion's receipt so far with one more moment; the first time counts."""
    known = dict(promotion.receipt or {})
    moments = known.get("moments", {})
    return {**known, "moments": {moment: at.isoformat(), **moments}}


def summed_up(
    transaction: Transaction, promotion: Promotion, at: datetime
) -> dict[str, Any] | None:
    """Return the final receipt in its plain form; None where no traffic was moved or measured."""
    known = promotion.receipt or {}
    moments = receipt.moments_of(known)
    if receipt.SHIFT not in moments or MEASURED_AT not in known:
        return None if promotion.receipt is None else dict(known)
    moments.setdefault(receipt.OVER, at)
    found = samples.of(transaction, promotion.id)
    return receipt.to_plain(receipt.sum_up(found, moments, complete=known[COMPLETE]))


def _is_due(known: Mapping[str, Any], now: datetime) -> bool:
    last = known.get(MEASURED_AT)
    return last is None or now - datetime.fromisoformat(last) >= EVERY


def _forget_the_middle(
    transaction: Transaction, promotion: Promotion, shifted_at: datetime, now: datetime
) -> None:
    """Of a long bake, keep what the receipt shows and what the judge looks at."""
    first = int(shifted_at.timestamp()) + receipt.KEPT_SECONDS
    last = int(now.timestamp()) - 2 * JUDGED_SECONDS
    if first < last:
        samples.forget_between(transaction, promotion.id, first, last)
