"""Describes containers as the processes that people ask for."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from engine.adapters.docker.container import CREATED, Container
from engine.adapters.docker.containers import Containers
from engine.adapters.docker.health import Doctor
from engine.adapters.docker.snapshot import Snapshot
from engine.adapters.docker.words import moment, of_stopped
from engine.adapters.placement import Condition, Look, Traffic
from engine.ports.rack import Process

AT_ONCE = 8
STATUS_WORDS = {
    Condition.INCOMPLETE: "starting",
    Condition.PENDING: "starting",
    Condition.PASSING: "healthy",
    Condition.FAILED: "unhealthy",
}


class Listing:
    """Looks closely at each container, several at once."""

    def __init__(self, containers: Containers, doctor: Doctor) -> None:
        """Both are of one rack."""
        self._containers = containers
        self._doctor = doctor

    def describe(
        self, found: Sequence[Container], snapshot: Snapshot, now: datetime
    ) -> tuple[Process, ...]:
        """Describe those of *found* that are still there."""
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            described = pool.map(lambda container: self._describe(container, snapshot, now), found)
            return tuple(process for process in described if process is not None)

    def _describe(self, container: Container, snapshot: Snapshot, now: datetime) -> Process | None:
        inside = self._containers.inspect(container)
        if inside is None:
            return None
        started = moment(inside["State"]["StartedAt"])
        if container.is_running or container.state == CREATED:
            seen = snapshot.servers.get(container.name)
            look = self._doctor.look_at(container, seen, now, is_own=True)
            status, reason = _status(look), look.reason
        else:
            status, reason = "exited", of_stopped(inside["State"])
        return Process(
            id=container.id[:12],
            app=container.app,
            service=container.service,
            release=container.release,
            promotion=container.promotion,
            status=status,
            started_at=started or datetime.fromtimestamp(container.created, UTC),
            command=container.command,
            restarts=inside["RestartCount"],
            reason=reason,
        )


def _status(look: Look) -> str:
    return "draining" if look.traffic is Traffic.DRAINING else STATUS_WORDS[look.condition]
