"""Where people reach an app on a rack."""

from urllib.parse import urlsplit

from engine.errors import PortError, UserError
from engine.target import target_of
from engine.world import World
from storage import promotions

LOCAL = "localhost"
PORTS = {"http": 80, "https": 443}


def address(world: World, promotion_id: str | None) -> str | None:
    """Return the URL of the first routed service that a promotion made live; None if not known.

    The rack is asked where its entrance is. One that does not answer costs the port only.
    """
    with world.store.read() as transaction:
        promotion = promotions.get(transaction, promotion_id) if promotion_id else None
        if promotion is None:
            return None
        try:
            services = target_of(world, transaction, promotion).services
        except UserError:
            return None
    domain = next((domain for service in services for domain in service.domains), None)
    if domain is None:
        return None
    entrance = _entrance(world, promotion.rack)
    if entrance is None:
        return None if domain.endswith(LOCAL) else f"http://{domain}"
    parts = urlsplit(entrance)
    port = "" if parts.port in {None, PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{domain}{port}"


def _entrance(world: World, rack: str) -> str | None:
    try:
        return world.rack(rack).status().router_url
    except PortError:
        return None
