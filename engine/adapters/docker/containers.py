"""Lists, starts, stops and removes the containers of one rack."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from docker.errors import APIError

from engine.adapters.docker import labels
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.container import Container, OneOff, from_listing, one_off_from_listing
from engine.adapters.docker.making import CONFLICT, Maker
from engine.errors import NotFound
from engine.ports.rack import Hook, ServiceSpec, Target

LAST_LOG_LINES = 20
AT_ONCE = 8
T = TypeVar("T")


class Containers:
    """The containers that carry the label of one rack; no other is ever touched."""

    def __init__(self, rack: str, connection: Connection, maker: Maker) -> None:
        """*rack* is the rack's name."""
        self._rack = rack
        self._connection = connection
        self._maker = maker
        self._network = labels.network_name(rack)

    def of(self, app: str | None = None) -> list[Container]:
        """List the processes of an app, or of all, by one call; eldest first. Hooks are none."""
        return self.with_one_offs(app)[0]

    def with_one_offs(self, app: str | None = None) -> tuple[list[Container], list[OneOff]]:
        """List processes as ``of`` does, and promotions' hooks beside them, by one call."""
        rows = self._rows(labels.PROMOTION, app)
        found = [
            from_listing(row, self._network) for row in rows if labels.HOOK not in row["Labels"]
        ]
        one_offs = [one_off_from_listing(row) for row in rows if labels.HOOK in row["Labels"]]
        of_promotions = [one for one in one_offs if one.hook != Hook.RUN]
        return sorted(found, key=lambda one: (one.created, one.number)), of_promotions

    def one_offs(self, app: str) -> list[OneOff]:
        """List the processes of an app's hooks, also those that belong to no promotion."""
        return [one_off_from_listing(row) for row in self._rows(labels.HOOK, app)]

    def start_replicas(self, target: Target, wanted: Sequence[tuple[ServiceSpec, int]]) -> None:
        """Make and start replicas side by side: an engine takes its time for each."""
        self._side_by_side(lambda one: self.start_replica(target, *one), wanted)

    def start_replica(self, target: Target, spec: ServiceSpec, number: int) -> None:
        """Make and start one replica."""
        name = self._maker.make_replica(target, spec, number)
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
        with self._connection.client() as client, ignored_repeats():
            client.connect_container_to_network(name, network, aliases=[service])

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
        """Return the last lines that a process wrote."""
        return self.log_of(container.id)

    def log_of(self, container_id: str) -> tuple[str, ...]:
        """Return the last lines that a container wrote, be it a process or not."""
        try:
            with self._connection.client() as client:
                written = client.logs(container_id, tail=LAST_LOG_LINES)
        except NotFound:
            return ()
        return tuple(written.decode(errors="replace").splitlines()[-LAST_LOG_LINES:])

    def _rows(self, mark: str, app: str | None) -> list[Mapping[str, Any]]:
        """List the rack's containers that carry the label *mark*."""
        marks = [f"{labels.RACK}={self._rack}", mark]
        if app:
            marks.append(f"{labels.APP}={app}")
        with self._connection.client() as client:
            found: list[Mapping[str, Any]] = client.containers(all=True, filters={"label": marks})
            return found

    def _stop(self, container: Container) -> None:
        with self._connection.client(patient=True) as client:
            client.stop(container.id, timeout=round(container.terms.stop_grace_seconds))

    def _remove(self, container: Container) -> None:
        try:
            if container.is_running:
                self._stop(container)
            with self._connection.client(patient=True) as client, ignored_repeats():
                # Forced: it may restart by its own policy, or be stopped by an earlier call.
                client.remove_container(container.id, v=True, force=True)
        except NotFound:
            return

    def _side_by_side(self, work: Callable[[T], None], pieces: Sequence[T]) -> None:
        """Do *work* on each; raises what the first of those raises that went wrong."""
        if len(pieces) == 1:
            work(pieces[0])
        elif pieces:
            with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
                list(pool.map(work, pieces))


@contextmanager
def ignored_repeats() -> Iterator[None]:
    """Let a call pass that answers 409 or 403 when what it asks for is so already."""
    try:
        yield
    except APIError as error:
        if error.status_code not in {CONFLICT, 403}:
            raise
