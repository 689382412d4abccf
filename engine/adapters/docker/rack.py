"""A rack on a Docker engine: the whole port, put together from its parts."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from engine.adapters.docker.connection import Connection
from engine.adapters.docker.container import RUNNING, Container
from engine.adapters.docker.containers import Containers
from engine.adapters.docker.health import Doctor
from engine.adapters.docker.hooks import Hooks
from engine.adapters.docker.images import Images
from engine.adapters.docker.listing import Listing
from engine.adapters.docker.log_reader import LogReader
from engine.adapters.docker.logs import Logs
from engine.adapters.docker.making import Maker
from engine.adapters.docker.meter import Meter
from engine.adapters.docker.networks import Networks
from engine.adapters.docker.repair import Repair
from engine.adapters.docker.rollout import Rollout
from engine.adapters.docker.router import Router
from engine.adapters.docker.router_container import ABSENT, RouterContainer
from engine.adapters.docker.settings import DockerRackSettings
from engine.adapters.docker.sharing import shares
from engine.adapters.docker.snapshot import NOTHING, Snapshot
from engine.adapters.docker.table import hosts_of_spec
from engine.adapters.placement import ALL, Condition, Look, Traffic, View, observe, place
from engine.ports.clock import Clock, SystemClock
from engine.ports.rack import (
    Capabilities,
    Hook,
    HookRun,
    LogLine,
    Measurement,
    Observation,
    Process,
    RackStatus,
    ServiceSpec,
    Target,
)

EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, not bound to


class DockerRack:
    """Implements ``engine.ports.rack.Rack``.

    One object per rack and process: its lock is what keeps promotions of different apps from
    overwriting each other's routes. Other processes may read at the same time, not change.
    """

    def __init__(self, settings: DockerRackSettings, *, clock: Clock | None = None) -> None:
        """Nothing is asked yet; raises ``Refused`` for an engine URL that is none."""
        self._settings = settings
        self._clock = clock or SystemClock()
        self._connection = Connection(settings)
        maker = Maker(settings.name, self._connection, self._clock)
        self._containers = Containers(settings.name, self._connection, maker)
        self._images = Images(settings.name, self._connection)
        self._networks = Networks(settings.name, self._connection)
        inside = RouterContainer(settings, self._connection, self._images, self._networks)
        self._router = Router(settings, self._connection, inside, self._containers)
        self._meter = Meter(settings.name, LogReader(settings.name, self._connection, inside.name))
        self._hooks = Hooks(settings.name, self._connection, self._containers, maker, self._clock)
        self._doctor = Doctor(self._containers)
        self._rollout = Rollout(
            self._containers,
            self._networks,
            self._images,
            self._router,
            self._looks_now,
            self.observe,
        )

    @property
    def name(self) -> str:
        """The rack's exact name."""
        return self._settings.name

    @property
    def capabilities(self) -> Capabilities:
        """All that there are."""
        return Capabilities(weights=True, measures=True)

    def close(self) -> None:
        """End connections and tunnel; a later call opens them again."""
        self._router.close()
        self._meter.close()
        self._connection.close()

    def status(self) -> RackStatus:
        """Ask the engine how it is."""
        with self._connection.client() as client:
            version = client.version()["Version"]
        state = self._router.state()
        return RackStatus(
            engine=f"Docker {version}",
            router=ABSENT if state == ABSENT else f"haproxy {state}",
            router_url=f"http://{self._router_host()}:{self._settings.http_port}",
            free_bytes=self._router.free_bytes() if state == RUNNING else None,
        )

    def has_image(self, image_id: str) -> bool:
        """Whether the engine holds the image."""
        return self._images.has(image_id)

    def prepare(self, target: Target) -> None:
        """Make sure of images, hosts, networks and router."""
        self._rollout.prepare(target)

    def start(self, target: Target) -> None:
        """Start what is missing."""
        self._rollout.start(target)

    def observe(self, target: Target) -> Observation:
        """Look at every service: one list, one look at the router, and closer at the unhealthy."""
        members, one_offs = self._containers.with_one_offs(target.app)
        snapshot = self._router.look() or NOTHING
        return observe(
            View(
                target=target,
                members=members,
                looks=self._looks(target, members, snapshot),
                unserved=_unserved(target, members, snapshot),
                shares=shares(target, members, snapshot),
                one_offs=len(one_offs),
                last_log=self._containers.last_log,
            )
        )

    def shift(self, target: Target, *, percent: int = 100) -> None:
        """Move the traffic."""
        if percent < ALL:
            self._rollout.divide(target, percent)
        else:
            self._rollout.shift(target)

    def cut(self, target: Target, *, before: Callable[[int], None] | None = None) -> int:
        """End the sessions that have had their drain time."""
        return self._rollout.cut(target, before)

    def retire(self, target: Target) -> None:
        """Remove what the target does not want."""
        self._rollout.retire(target)
        self._hooks.remove_with_older(target)

    def revert(self, target: Target, *, to: Target | None = None) -> None:
        """Take the promotion back."""
        self._rollout.revert(target, to)
        self._hooks.remove(target)

    def run_hook(self, target: Target, service: str, hook: Hook) -> HookRun:
        """Start the hook unless it ever was; tell how it does."""
        spec = next(spec for spec in target.services if spec.name == service)
        return self._hooks.run(target, spec, hook)

    def end_hooks(self, target: Target) -> None:
        """Stop those that still run."""
        self._hooks.end(target)

    def remove_run(self, target: Target) -> None:
        """Remove the target's own."""
        self._hooks.remove(target)

    def measure(self, target: Target, *, since: datetime) -> Measurement:
        """Read it from the router's own log of requests."""
        members = self._containers.of(target.app)
        return self._meter.measure(target, members, self._router.look() or NOTHING, since)

    def repair(self, live: Sequence[Target]) -> tuple[str, ...]:
        """Let the router serve the live targets again."""
        return Repair(self._containers, self._router).mend(live)

    def processes(self, app: str | None = None) -> tuple[Process, ...]:
        """All processes of an app, or of all apps."""
        found = self._containers.of(app)
        snapshot = (self._router.look() if found else None) or NOTHING
        listing = Listing(self._containers, self._doctor)
        return listing.describe(found, snapshot, self._clock.now())

    def logs(
        self, app: str, *, service: str | None, since: datetime | None, tail: int
    ) -> tuple[LogLine, ...]:
        """The last *tail* lines, oldest first."""
        chosen = [found for found in self._containers.of(app) if service in {None, found.service}]
        return Logs(self._connection).last_lines(chosen, since=since, tail=tail)

    def prune(self, keep: Sequence[str], *, app: str) -> int:
        """Remove the app's images that are neither kept nor used."""
        return self._images.prune(app, keep)

    def save_image(self, image_id: str) -> Iterator[bytes]:
        """Stream the image as an archive."""
        return self._images.save(image_id)

    def load_image(self, image_id: str, archive: Iterator[bytes]) -> None:
        """Load an archive and verify what it brought."""
        self._images.load(image_id, archive)

    def _looks_now(self, target: Target) -> tuple[Sequence[Container], Mapping[str, Look]]:
        members = self._containers.of(target.app)
        return members, self._looks(target, members, self._router.look() or NOTHING)

    def _looks(
        self, target: Target, members: Sequence[Container], snapshot: Snapshot
    ) -> dict[str, Look]:
        now = self._clock.now()
        wanted = {
            container.id for placement in place(target, members) for container in placement.wanted
        }
        return {
            container.id: self._doctor.look_at(
                container,
                snapshot.servers.get(container.name),
                now,
                is_own=container.promotion == target.promotion,
            )
            if container.id in wanted
            else _glance(container, snapshot)
            for container in members
        }

    def _router_host(self) -> str:
        if self._settings.bind_address not in EVERYWHERE:
            return self._settings.bind_address
        return self._connection.address.host or "localhost"


def _glance(container: Container, snapshot: Snapshot) -> Look:
    """Look at an old process: its health does not matter any more, its sessions do."""
    seen = snapshot.servers.get(container.name)
    return Look(
        condition=Condition.PASSING,
        traffic=seen.traffic if seen else Traffic.NONE,
        sessions=seen.sessions if seen else 0,
        running=container.is_running,
    )


def _unserved(target: Target, members: Sequence[Container], snapshot: Snapshot) -> frozenset[str]:
    """Return the services with a host that does not lead to where their processes are."""
    places = {
        placement.spec.name: {
            snapshot.servers[container.name].place
            for container in placement.wanted
            if container.name in snapshot.servers
        }
        for placement in place(target, members)
    }

    def is_led(spec: ServiceSpec) -> bool:
        return all(snapshot.hosts.get(host) in places[spec.name] for host in hosts_of_spec(spec))

    return frozenset(spec.name for spec in target.services if not is_led(spec))
