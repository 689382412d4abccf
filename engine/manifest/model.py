"""What a manifest says, as records that survive a round trip through JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from engine.ports.builder import Built

HOOK_SECONDS = 600.0  # how long a hook may run, where its service does not say
HEALTHY_WITHIN_SECONDS = 120.0  # from its start, where no service says otherwise

Words = str | tuple[str, ...]  # text is split as a shell would, without running one


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSection:
    """How a service's image is built. Paths are relative to the checkout."""

    context: str = "."
    dockerfile: str = "Dockerfile"
    target: str | None = None
    arguments: Mapping[str, str | None]  # None: taken from the environment by its own name


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCheck:
    """A path that the router asks for."""

    path: str
    interval_seconds: float = 5.0
    timeout_seconds: float = 4.0
    rise: int = 2
    fall: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerCheck:
    """A command that the engine runs inside the container. An empty one is the image's own."""

    command: tuple[str, ...] = ()
    interval_seconds: float = 30.0
    timeout_seconds: float = 30.0
    retries: int = 3
    start_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BakeRule:
    """When a release that bakes is worse than the one before it."""

    errors_percent: float = 1.0  # more failed requests than the old release's share plus this
    slowdown: float = 2.0  # a p95 of more than this many times the old one's
    requests: int = 50  # with fewer there is nothing to judge


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceManifest:
    """One service. Texts may hold ``${VAR}``: ``services_of`` fills them for a rack."""

    name: str
    line: int = 1  # in the manifest's file, for what shows only at promote
    build: BuildSection | None = None
    image: str | None = None  # to pull; beside ``build`` the name that others know it by
    command: Words | None = None
    entrypoint: Words | None = None
    environment: Mapping[str, str | None]  # None: taken from the rack's environment if set there
    port: int | None = None
    port_from_image: bool = False  # the image's EXPOSE names it
    routed: bool = False
    domains: tuple[str, ...] = ()
    replicas: int = 1
    parallelism: int | None = None
    http_check: HttpCheck | None = None
    container_check: ContainerCheck | None = None
    healthcheck_disabled: bool = False
    image_has_healthcheck: bool = False
    volumes: tuple[str, ...] = ()
    stop_grace_seconds: float = 30.0
    healthy_within_seconds: float | None = None
    drain_seconds: float = 30.0
    bake_seconds: float | None = None  # None: as long as the rack says
    bake_rule: BakeRule | None = None
    hook_seconds: float = HOOK_SECONDS
    before_promote: Words | None = None
    after_promote: Words | None = None
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All services of an app, and what its people should know about the file."""

    file: str  # "compose.yaml" or "Dockerfile", relative to the checkout
    services: tuple[ServiceManifest, ...]
    notices: tuple[str, ...] = ()

    @property
    def bake_seconds(self) -> float | None:
        """How long a promotion bakes: as long as its most careful service asks for, if any."""
        asked = [one.bake_seconds for one in self.services if one.bake_seconds is not None]
        return max(asked, default=None)

    @property
    def bake_rule(self) -> BakeRule:
        """The strictest of what the services ask for."""
        rules = [service.bake_rule for service in self.services if service.bake_rule]
        return BakeRule(
            errors_percent=min((rule.errors_percent for rule in rules), default=1.0),
            slowdown=min((rule.slowdown for rule in rules), default=2.0),
            requests=min((rule.requests for rule in rules), default=50),
        )

    @property
    def hook_seconds(self) -> float:
        """How long one hook may run: as long as any service asks for."""
        return max((service.hook_seconds for service in self.services), default=HOOK_SECONDS)

    @property
    def drain_seconds(self) -> float:
        """How long old processes may take to finish: as long as the slowest service may."""
        return max((service.drain_seconds for service in self.services), default=0.0)

    @property
    def healthy_within_seconds(self) -> float:
        """How long a new release may take to get healthy: as long as any service asks for."""
        asked = [service.healthy_within_seconds for service in self.services]
        return max((seconds for seconds in asked if seconds), default=HEALTHY_WITHIN_SECONDS)


PLAIN = TypeAdapter(Manifest)


def to_plain(manifest: Manifest) -> dict[str, Any]:
    """Return a form that JSON can hold."""
    plain: dict[str, Any] = PLAIN.dump_python(manifest, mode="json")
    return plain


def from_plain(plain: Mapping[str, Any]) -> Manifest:
    """Read what ``to_plain`` wrote. A field that an older version did not write is its default."""
    return PLAIN.validate_python(dict(plain))


def with_built(manifest: Manifest, built: Mapping[str, Built]) -> Manifest:
    """Record what the images of these services turned out to bring: a port, a HEALTHCHECK."""
    services = tuple(
        _with_image(service, built[service.name]) if service.name in built else service
        for service in manifest.services
    )
    return replace(manifest, services=services)


def _with_image(service: ServiceManifest, built: Built) -> ServiceManifest:
    found = built.port if service.port_from_image else None
    return replace(
        service,
        port=found or service.port,
        routed=service.routed or found is not None,
        image_has_healthcheck=built.has_healthcheck,
    )
