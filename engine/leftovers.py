"""Clearing up after promotions that ended while their rack did not answer, or did not go back."""

import logging

from engine import announce, tell
from engine.announce import in_words
from engine.errors import PortError, Unreachable, UserError
from engine.going_back import NotBack, go_back
from engine.lifecycle import CLEAN_UP_LIMIT
from engine.ports.rack import Target
from engine.record import restore_live
from engine.target import target_of
from engine.world import World
from storage import promotions
from storage.records import Promotion, PromotionStatus
from storage.store import Stale

P = PromotionStatus

log = logging.getLogger(__name__)


class Stays(Exception):
    """What served before does not come back, and the reader is told why: the newer one stays."""


def clear_up(world: World, rack: str) -> None:
    """Remove from a rack what ended promotions left on it.

    No other promotion of the app begins on the rack before that.
    """
    with world.store.read() as transaction:
        left = promotions.with_leftovers(transaction, rack=rack)
    for promotion in left:
        clear(world, promotion)


def clear(world: World, promotion: Promotion) -> None:
    """Remove what an ended promotion left on its rack. A repeat finds nothing."""
    goes_back = promotion.status is P.ROLLBACK_FAILED
    try:
        _take_away(world, promotion)
    except (NotBack, Unreachable) as error:
        log.warning("leftovers stay", extra={"promotion": promotion.id, "why": str(error)})
        return
    except Stays as error:
        goes_back = False
        text = f"{error} What was left over on {promotion.rack} is removed."
    except (PortError, UserError) as error:
        text = f"Not all that was left over could be removed. {in_words(error)}"
    else:
        text = f"What was left over on {promotion.rack} is removed."
    try:
        with world.store.write() as transaction:
            now = world.clock.now()
            if goes_back:
                restore_live(transaction, promotion, now)
            promotions.change(transaction, promotion, leftovers=False, deadline_at=None)
            text = f"{text} {tell.what_is_live(transaction, promotion)}"
            announce.milestone(transaction, promotion, "cleared", text, at=now)
            announce.card(transaction, promotion, now)
    except Stale:
        return  # another process has cleared it


def _take_away(world: World, promotion: Promotion) -> None:
    """Let the rack have what its app is live with, and nothing else of this promotion.

    Raises ``NotBack`` and ``Stays`` beside what the rack raises.
    """
    with world.store.read() as transaction:
        target = target_of(world, transaction, promotion)
        live = promotions.live_on(transaction, app=promotion.app, rack=promotion.rack)
    is_live = live is not None and live.promotion_id == promotion.id
    match promotion.status:
        case P.SUCCEEDED:
            if is_live:
                world.rack(promotion.rack).retire(target)
        case P.ROLLBACK_FAILED if is_live:
            _go_back(world, promotion, target)
        case _:
            world.rack(promotion.rack).revert(target)


def _go_back(world: World, promotion: Promotion, target: Target) -> None:
    """Let what served before serve again where it can, else keep what took its place."""
    try:
        go_back(world, promotion, target)
    except NotBack as error:
        if _may_wait(world, promotion):
            raise
        why = f"{error}."
    except Unreachable:
        raise
    except PortError as error:
        why = in_words(error)
    else:
        return
    world.rack(promotion.rack).retire(target)
    raise Stays(f"{target.release} stays, for nothing else can serve. {why}")


def _may_wait(world: World, promotion: Promotion) -> bool:
    """Whether there is time left; it counts from when the rack first answered again."""
    now = world.clock.now()
    if promotion.deadline_at is not None:
        return now < promotion.deadline_at
    with world.store.write() as transaction:
        promotions.change(transaction, promotion, deadline_at=now + CLEAN_UP_LIMIT)
    return True
