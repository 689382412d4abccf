"""Whether the traffic of a scene goes where its record says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.adapters.placement import Traffic
from engine.target import target_of
from storage import promotions
from storage.records import PromotionStatus

if TYPE_CHECKING:
    from tests.worlds import Scene

UNSTEADY = frozenset(  # while traffic moves, it goes to either release or to both
    {PromotionStatus.SHIFTING, PromotionStatus.HOLDING, PromotionStatus.ROLLING_BACK}
)


def live_record_is_true(scene: Scene) -> None:
    """Assert that all traffic of every app goes to what its live record names, and to that only.

    While traffic moves it goes to that release and to the one under way, and to no third.
    """
    with scene.store.read() as transaction:
        moving = {
            (one.app, one.rack): one
            for one in promotions.unfinished(transaction)
            if one.status in UNSTEADY
        }
        lost = {
            (one.app, one.rack)
            for one in promotions.latest(transaction, limit=1_000)
            if one.leftovers and one.status is PromotionStatus.ROLLBACK_FAILED
        }
        live = {(one.app, one.rack): one for one in promotions.all_live(transaction)}
        wanted: dict[tuple[str, str], set[str]] = {}
        for place in {*live, *moving} - lost:
            involved = [live[place].promotion_id] if place in live else []
            if place in moving:
                involved += [moving[place].id, moving[place].previous_promotion_id or ""]
            made_by = [promotions.get(transaction, one) for one in involved]
            targets = [target_of(scene.world, transaction, one) for one in made_by if one]
            wanted[place] = {
                spec.fingerprint
                for target in targets
                for spec in target.services
                if spec.port and spec.replicas
            }
    for rack in scene.world.racks:
        ready = [one for one in scene.processes(rack) if one.traffic is Traffic.READY]
        for app in {one.app for one in ready} | {app for app, at in live if at == rack}:
            if (app, rack) in lost:
                continue
            found = {one.fingerprint for one in ready if one.app == app}
            allowed = wanted.get((app, rack), set())
            is_right = found <= allowed if (app, rack) in moving else found == allowed
            assert is_right, (
                f"the record of {app} on {rack} names {live.get((app, rack))}, but traffic goes "
                f"to {sorted({one.release for one in ready if one.app == app})}"
            )
