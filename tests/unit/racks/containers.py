"""Containers of a small app, as the engine lists them."""

from engine.adapters.docker.container import Container
from engine.adapters.docker.labels import Terms
from engine.ports.rack import HealthCheck, HealthKind, ServiceSpec

NOW = 1_795_519_229
CHECK = HealthCheck(kind=HealthKind.HTTP)
WEB = ServiceSpec(
    name="web",
    image="web:1",
    environment={},
    port=8080,
    domains=("Shop.test",),
    health=CHECK,
    fingerprint="P2",
)


def container(
    name: str, promotion: str, *, created: float = NOW - 600, port: int | None = 8080
) -> Container:
    """One process that *promotion* started."""
    return Container(
        id=name,
        name=name,
        app="shop",
        service="web",
        release="R",
        promotion=promotion,
        fingerprint=promotion,
        number=1,
        state="running",
        uptime="Up 3 minutes",
        ip="10.0.0.5",
        networks=frozenset(),
        image="web:1",
        command="web",
        terms=Terms(
            made_at=created,
            port=port,
            domains=("shop.test",),
            health=CHECK,
            drain_seconds=1,
            stop_grace_seconds=1,
            stop_first=False,
        ),
    )
