"""Makes the containers that an app's processes and hooks run in; none is started here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docker import APIClient
from docker.errors import APIError
from docker.errors import NotFound as NotThere
from docker.types import LogConfig

from engine.adapters.docker import labels
from engine.adapters.docker.connection import Connection
from engine.errors import Refused, Unreachable
from engine.ports.clock import Clock
from engine.ports.rack import HealthCheck, HealthKind, Hook, ServiceSpec, Target

CONFLICT = 409
NANOSECONDS = 1_000_000_000
LOG_SETTINGS = {"max-size": "10m", "max-file": "3"}
NO_CHECK = {"test": ["NONE"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """In what a replica and a hook differ."""

    name: str
    labels: Mapping[str, str]
    command: Sequence[str] | None
    restart: str
    healthcheck: Mapping[str, Any] | None


class Maker:
    """Makes containers of one rack. One that is there already is left as it is."""

    def __init__(self, rack: str, connection: Connection, clock: Clock) -> None:
        """*rack* is the rack's name."""
        self._rack = rack
        self._connection = connection
        self._clock = clock

    def make_replica(self, target: Target, spec: ServiceSpec, number: int) -> str:
        """Make one replica; return its name."""
        plan = _Plan(
            name=labels.process_name(self._rack, target, spec, number),
            labels=labels.of_process(self._rack, target, spec, number, self._clock.now()),
            command=spec.command,
            restart="unless-stopped",
            healthcheck=_healthcheck(spec.health),
        )
        self._make(target, spec, plan)
        return plan.name

    def make_hook(self, target: Target, spec: ServiceSpec, hook: Hook) -> str:
        """Make the process of a hook, which is never restarted; return its name."""
        plan = _Plan(
            name=labels.hook_name(self._rack, target, spec, hook),
            labels=labels.of_hook(self._rack, target, spec, hook, self._clock.now()),
            command=spec.hooks[hook],
            restart="no",
            healthcheck=NO_CHECK,
        )
        self._make(target, spec, plan)
        return plan.name

    def _make(self, target: Target, spec: ServiceSpec, plan: _Plan) -> None:
        with self._connection.client() as client:
            for volume in spec.volumes:
                self._make_volume(client, target.app, volume)
            try:
                client.create_container(
                    image=spec.image,
                    name=plan.name,
                    command=list(plan.command) if plan.command is not None else None,
                    entrypoint=list(spec.entrypoint) if spec.entrypoint is not None else None,
                    environment=self._environment(target, spec),
                    labels=dict(plan.labels),
                    host_config=self._host_settings(client, target.app, spec, plan.restart),
                    healthcheck=dict(plan.healthcheck) if plan.healthcheck is not None else None,
                    stop_timeout=round(spec.stop_grace_seconds),
                    use_config_proxy=False,
                )
            except APIError as error:
                if error.status_code != CONFLICT:
                    raise
                self._check_ownership(client, plan.name)

    def _environment(self, target: Target, spec: ServiceSpec) -> dict[str, str]:
        return {
            "RACKHAND_RACK": self._rack,
            "RACKHAND_APP": target.app,
            "RACKHAND_SERVICE": spec.name,
            "RACKHAND_RELEASE": target.release,
            **spec.environment,
        }

    def _host_settings(self, client: APIClient, app: str, spec: ServiceSpec, restart: str) -> Any:
        return client.create_host_config(
            init=True,  # a process that ignores SIGTERM as PID 1 would cost the whole grace
            restart_policy={"Name": restart},
            network_mode=labels.network_name(self._rack),
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
            except NotThere:
                client.create_volume(name, labels={labels.RACK: self._rack, labels.APP: app})

    def _check_ownership(self, client: APIClient, name: str) -> None:
        """Raise unless the container that has the name already is ours.

        A name is taken before its container can be looked at: an engine that was away may still
        be at a request whose sender has given up.
        """
        try:
            marks = client.inspect_container(name)["Config"]["Labels"] or {}
        except NotThere as error:
            raise Unreachable(f"The engine of {self._rack} is still making {name}.") from error
        if marks.get(labels.RACK) != self._rack:
            raise Refused(
                f"There is a container named {name} that Rackhand did not start.",
                remedy="Rename or remove it.",
            )


def _healthcheck(check: HealthCheck) -> dict[str, Any] | None:
    """Return Docker's form; None leaves the image's own, and the other kinds need none."""
    if check.kind is not HealthKind.CONTAINER:
        return NO_CHECK
    if not check.command:
        return None
    return {
        "test": list(check.command),
        "interval": round(check.interval_seconds * NANOSECONDS),
        "timeout": round(check.timeout_seconds * NANOSECONDS),
        "retries": check.fall,
    }
