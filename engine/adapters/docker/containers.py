"""Lists, makes, starts, stops and removes the containers of one rack."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from docker import APIClient
from docker.errors import APIError
from docker.errors import NotFound as NoSuchVolume
from docker.types import LogConfig

from engine.adapters.docker import labels
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.container import Container, from_listing
from engine.errors import NotFound, Refused
from engine.ports.clock import Clock
from engine.ports.rack import HealthCheck, HealthKind, ServiceSpec, Target

CONFLICT = 409
LAST_LOG_LINES = 20
AT_ONCE = 8
NANOSECONDS = 1_000_000_000
LOG_SETTINGS = {"max-size": "10m", "max-file": "3"}


class Containers:
    """The containers that carry the label of one rack; no other is ever touched."""

    def __init__(self, rack: str, connection: Connection, clock: Clock) -> None:
        """*rack* is the rack's name."""
        self._rack = rack
        self._clock = clock
        self._connection = connection
        self._network = labels.network_name(rack)

    def of(self, app: str | None = None) -> list[Container]:
        """List the containers of an app, or of all, by one call; eldest first."""
        marks = [f"{labels.RACK}={self._rack}", labels.PROMOTION]
        if app:
            marks.append(f"{labels.APP}={app}")
        with self._connection.client() as client:
            rows = client.containers(all=True, filters={"label": marks})
        found = [from_listing(row, self._network) for row in rows]
        return sorted(found, key=lambda container: (container.created, container.number))

    def start_replica(self, target: Target, spec: ServiceSpec, number: int) -> None:
        """Make and start one replica."""
        name = labels.process_name(self._rack, target, spec, number)
        self._make(name, target, spec, number)
        self.finish(name, target, spec.name, already=frozenset())

    def finish(self, name: str, target: Target, service: str, *, already: frozenset[str]) -> None:
        """Start a container that was made, once the app's other services can reach it."""
        if len(target.services) > 1:
            self.join(name, target.app, service, already=already)
        self.start(name)

    def start(self, name: str) -> None:
        """Start a container; one that runs goes on."""
        with self._connection.client() as client:
            client.start(name)

    def join(self, name: str, app: str, service: str, *, already: frozenset[str]) -> None:
        """Let the app's other services reach this one by its service's name."""
        network = labels.network_name(self._rack, app)
        if network in already:
            return
        with self._connection.client() as client:
            ignoring_repeats(
                lambda: client.connect_container_to_network(name, network, aliases=[service])
            )

    def stop(self, containers: Iterable[Container]) -> None:
        """Stop containers side by side, each within its own grace; they stay where they are."""
        running = [container for container in containers if container.is_running]
        self._side_by_side(self._stop, running)

    def remove(self, containers: Sequence[Container]) -> None:
        """Stop and remove containers side by side; named volumes stay."""
        self._side_by_side(self._remove, containers)

    def inspect(self, container: Container) -> Mapping[str, Any] | None:
        """Return all that the engine knows of a container; None when it is gone."""
        try:
            with self._connection.client() as client:
                found: Mapping[str, Any] = client.inspect_container(container.id)
                return found
        except NotFound:
            return None

    def life_of(self, container: Container, *, until: datetime) -> list[Mapping[str, Any]]:
        """Return what happened to a container, oldest first, as far as is remembered.

        *until* is by the engine's clock, which is waited for if it is in the same second.
        """
        with self._connection.client() as client:
            events = client.events(
                since=0,
                until=math.ceil(until.timestamp()),
                filters={"container": container.id, "event": ["start", "die", "oom"]},
                decode=True,
            )
            return list(events)

    def last_log(self, container: Container) -> tuple[str, ...]:
        """Return the last lines that a container wrote."""
        try:
            with self._connection.client() as client:
                written = client.logs(container.id, tail=LAST_LOG_LINES)
        except NotFound:
            return ()
        return tuple(written.decode(errors="replace").splitlines()[-LAST_LOG_LINES:])

    def _make(self, name: str, target: Target, spec: ServiceSpec, number: int) -> None:
        with self._connection.client() as client:
            for volume in spec.volumes:
                self._make_volume(client, target.app, volume)
            try:
                client.create_container(
                    image=spec.image,
                    name=name,
                    command=list(spec.command) if spec.command is not None else None,
                    entrypoint=list(spec.entrypoint) if spec.entrypoint is not None else None,
                    environment=self._environment(target, spec),
                    labels=self._labels(target, spec, number),
                    host_config=self._host_settings(client, target.app, spec),
                    healthcheck=_healthcheck(spec.health),
                    stop_timeout=round(spec.stop_grace_seconds),
                    use_config_proxy=False,
                )
            except APIError as error:
                if error.status_code != CONFLICT:
                    raise
                self._check_ownership(client, name)

    def _labels(self, target: Target, spec: ServiceSpec, number: int) -> dict[str, str]:
        return labels.of_process(self._rack, target, spec, number, self._clock.now())

    def _environment(self, target: Target, spec: ServiceSpec) -> dict[str, str]:
        return {
            "RACKHAND_RACK": self._rack,
            "RACKHAND_APP": target.app,
            "RACKHAND_SERVICE": spec.name,
            "RACKHAND_RELEASE": target.release,
            **spec.environment,
        }

    def _host_settings(self, client: APIClient, app: str, spec: ServiceSpec) -> Any:
        return client.create_host_config(
            init=True,  # a process that ignores SIGTERM as PID 1 would cost the whole grace
            restart_policy={"Name": "unless-stopped"},
            network_mode=self._network,
            binds=[self._bind(app, volume) for volume in spec.volumes],
            log_config=LogConfig(type=LogConfig.types.JSON, config=LOG_SETTINGS),
        )

    def _bind(self, app: str, volume: str) -> str:
        source, _, rest = volume.partition(":")
        if source.startswith("/"):
            return volume
        return f"{labels.volume_name(self._rack, app, source)}:{rest}"

    def _make_volume(self, client: APIClient, app: str, volume: str) -> None:
        source = volume.partition(":")[0]
        if not source.startswith("/"):
            name = labels.volume_name(self._rack, app, source)
            try:
                client.inspect_volume(name)
            except NoSuchVolume:
                client.create_volume(name, labels={labels.RACK: self._rack, labels.APP: app})

    def _check_ownership(self, client: APIClient, name: str) -> None:
        marks = client.inspect_container(name)["Config"]["Labels"] or {}
        if marks.get(labels.RACK) != self._rack:
            raise Refused(
                f"There is a container named {name} that Rackhand did not start.",
                remedy="Rename or remove it.",
            )

    def _stop(self, container: Container) -> None:
        with self._connection.client(patient=True) as client:
            client.stop(container.id, timeout=round(container.terms.stop_grace_seconds))

    def _remove(self, container: Container) -> None:
        try:
            if container.is_running:
                self._stop(container)
            with self._connection.client(patient=True) as client:
                # Forced: it may restart by its own policy, or be stopped by an earlier call.
                ignoring_repeats(lambda: client.remove_container(container.id, v=True, force=True))
        except NotFound:
            return

    def _side_by_side(
        self, work: Callable[[Container], None], containers: Sequence[Container]
    ) -> None:
        if len(containers) == 1:
            work(containers[0])
        elif containers:
            with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
                list(pool.map(work, containers))


def ignoring_repeats(call: Callable[[], object]) -> None:
    """Make a call that answers 409 or 403 when what it asks for is so already."""
    try:
        call()
    except APIError as error:
        if error.status_code not in {CONFLICT, 403}:
            raise


def _healthcheck(check: HealthCheck) -> dict[str, Any] | None:
    """Return Docker's form; None leaves the image's own, and the other kinds need none."""
    if check.kind is not HealthKind.CONTAINER:
        return {"test": ["NONE"]}
    if not check.command:
        return None
    return {
        "test": list(check.command),
        "interval": round(check.interval_seconds * NANOSECONDS),
        "timeout": round(check.timeout_seconds * NANOSECONDS),
        "retries": check.fall,
    }
