"""From a promotion on record to what its rack is to make true."""

from engine import lookup
from engine.errors import UserError
from engine.manifest import Manifest, from_plain, services_of
from engine.ports.rack import Target
from engine.world import World
from storage import releases
from storage.records import Promotion, PromotionKind, Release
from storage.store import Transaction


def target_of(world: World, transaction: Transaction, promotion: Promotion) -> Target:
    """Open the environment, read the manifest, and say what the promotion wants of its rack.

    Raises ``UserError`` for an environment that lacks what the manifest requires.
    """
    release = lookup.release(transaction, promotion.release_id)
    environment = (
        releases.environment(transaction, release.environment_id)
        if release.environment_id
        else None
    )
    spec = world.rack_spec(promotion.rack)
    services = services_of(
        manifest_of(release),
        images=release.images,
        environment=world.vault.open(environment),
        scale=promotion.scale or {},
        default_domain=f"{promotion.app}.{spec.domain}",
    )
    return Target(
        app=promotion.app,
        release=release.id,
        promotion=promotion.id,
        services=services,
        replace_all=promotion.kind is PromotionKind.RESTART,
    )


def target_before(world: World, transaction: Transaction, promotion: Promotion) -> Target | None:
    """Return what was true of the rack before the promotion began.

    None where nothing of the app was live, or what was live cannot be read any more.
    """
    if promotion.previous_promotion_id is None:
        return None
    before = lookup.promotion(transaction, promotion.previous_promotion_id)
    try:
        return target_of(world, transaction, before)
    except UserError:
        return None


def manifest_of(release: Release) -> Manifest:
    """Read the manifest that the release was made with."""
    return from_plain(release.manifest)
