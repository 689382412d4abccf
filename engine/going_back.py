"""Taking a promotion back that touched what is live: what served before it serves again first."""

from engine.ports.rack import NOT_SERVING, Rack, Target
from engine.target import target_before
from engine.world import World
from storage.records import Promotion


class NotBack(Exception):
    """What served before does not serve yet; what was started keeps serving meanwhile."""


def go_back(world: World, promotion: Promotion, target: Target) -> None:
    """Let what served before serve again, then remove what the promotion has started.

    A repeat goes on with it. Raises ``NotBack`` until the traffic is where it was, and what the
    rack raises.
    """
    rack = world.rack(promotion.rack)
    with world.store.read() as transaction:
        before = target_before(world, transaction, promotion)
    if before is None:
        if promotion.previous_promotion_id and not _is_warm(rack, promotion):
            raise NotBack(f"What {promotion.previous_release_id} wants cannot be read any more")
        rack.revert(target)
        return
    rack.revert(target, to=before)
    for service in rack.observe(before).services:
        if service.phase in NOT_SERVING:
            raise NotBack(f"`{service.service}` of {before.release} is not back yet")


def _is_warm(rack: Rack, promotion: Promotion) -> bool:
    """Whether another process is there of each service that the promotion has one of."""
    there = rack.processes(promotion.app)
    own = {one.service for one in there if one.promotion == promotion.id}
    return own <= {one.service for one in there if one.promotion != promotion.id}
