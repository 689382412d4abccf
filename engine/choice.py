"""Which release a wish means, and whether that may be asked for at all."""

from collections.abc import Mapping

from engine import lookup, tell
from engine.errors import UserError
from engine.marks import literal
from engine.target import manifest_of
from storage import promotions, releases
from storage.records import Live, PromotionKind, Release
from storage.store import Transaction


def rollback_goal(
    transaction: Transaction, *, app: str, rack: str, release_id: str | None
) -> Release:
    """Return where a rollback goes. Raises ``UserError`` where there is nothing to go back to."""
    if release_id:
        return _named_goal(transaction, app=app, rack=rack, release_id=release_id)
    live = promotions.live_on(transaction, app=app, rack=rack)
    running = promotions.running(transaction, app=app, rack=rack)
    healthy = releases.latest(transaction, app=app, rack=rack, healthy=True, limit=200)
    current = next((found for found in healthy if live and found.id == live.release_id), None)
    if running and current and running.release_id != current.id:
        return current  # the one under way is turned away; what is live stays
    older = [
        found
        for found in healthy
        if live is None or (found.id != live.release_id and _is_older(transaction, found, live))
    ]
    if not older:
        raise UserError(
            f"There is no older healthy release of {app} on {rack} to go back to.",
            remedy=f"`/rack releases --app {app} --rack {rack}` lists what there is.",
        )
    return older[0]


def _named_goal(transaction: Transaction, *, app: str, rack: str, release_id: str) -> Release:
    chosen = lookup.release(transaction, release_id)
    if (chosen.app, chosen.rack) != (app, rack):
        raise UserError(
            f"{chosen.id} is a release of {chosen.app} on {chosen.rack}, not of {app} on {rack}."
        )
    if chosen.healthy_at is None:
        raise UserError(
            f"{chosen.id} has never been healthy on {rack}.",
            remedy=f"To try it all the same: `/rack promote {chosen.id}`.",
        )
    return chosen


def live_release(transaction: Transaction, *, app: str, rack: str) -> tuple[Live, Release]:
    """Return what is live; raises ``UserError`` where nothing is."""
    live = promotions.live_on(transaction, app=app, rack=rack)
    if live is None:
        raise UserError(f"Nothing of {app} is live on {rack}.", remedy="Promote a release first.")
    return live, lookup.release(transaction, live.release_id)


def refuse_what_is_under_way(
    transaction: Transaction, chosen: Release, kind: PromotionKind
) -> None:
    """Raise ``UserError`` where somebody has asked for the very same already."""
    for other in promotions.unfinished(transaction, app=chosen.app, rack=chosen.rack):
        if (other.release_id, other.kind) == (chosen.id, kind):
            asked = f"{literal(other.asked_by.name)} asked for it ({other.id})."
            raise UserError(
                f"{tell.deed(other, capital=True)} on {chosen.rack} is under way already.",
                why=f"{asked} {tell.how_it_stands(other)}",
            )


def refuse_what_is_there(transaction: Transaction, chosen: Release, live: Live | None) -> None:
    """Raise ``UserError`` for a release that is under way, live, or older than what is live."""
    refuse_what_is_under_way(transaction, chosen, PromotionKind.PROMOTE)
    if live is None:
        return
    if live.release_id == chosen.id:
        by = promotions.get(transaction, live.promotion_id)
        raise UserError(
            f"{chosen.id} is live on {chosen.rack} already.",
            why=f"{literal(by.asked_by.name)} promoted it ({by.id})." if by else "",
            remedy=f"To start its processes anew: `/rack restart --app {chosen.app}`.",
        )
    if _is_older(transaction, chosen, live):
        raise UserError(
            f"{chosen.id} is older than {live.release_id}, which is live on {chosen.rack}.",
            remedy=f"To go back to it: `/rack rollback {chosen.app} {chosen.id}`.",
        )


def refuse_numbers_that_are_there(
    transaction: Transaction, release: Release, live: Live, scale: Mapping[str, int]
) -> None:
    """Raise ``UserError`` where every service has its number of processes already."""
    services = manifest_of(release).services
    present = {one.name: live.scale.get(one.name, one.replicas) for one in services}
    changing = promotions.unfinished(transaction, app=live.app, rack=live.rack)
    if not changing and present == {**present, **scale}:
        raise UserError(f"{live.app} on {live.rack} has these numbers already.")


def _is_older(transaction: Transaction, release: Release, live: Live) -> bool:
    current = releases.get(transaction, live.release_id)
    return current is not None and release.created_at < current.created_at
