"""Runs the hooks of promotions on one rack: one-off processes, found again by their labels."""

import contextlib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from engine.adapters.docker import labels
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.container import CREATED, RUNNING, OneOff
from engine.adapters.docker.containers import Containers, ignored_repeats
from engine.adapters.docker.making import Maker
from engine.adapters.docker.words import moment
from engine.errors import NotFound
from engine.ports.clock import Clock
from engine.ports.rack import Hook, HookRun, ServiceSpec, Target

STOPPED = "-stopped"  # ends the name of one that ``end`` has stopped: a mark that lasts
GRACE_SECONDS = 10


class Hooks:
    """The hooks' containers; they carry labels as replicas do, and are no processes of the app."""

    def __init__(
        self, rack: str, connection: Connection, containers: Containers, maker: Maker, clock: Clock
    ) -> None:
        """*rack* is the rack's name."""
        self._rack = rack
        self._connection = connection
        self._containers = containers
        self._maker = maker
        self._clock = clock

    def run(self, target: Target, spec: ServiceSpec, hook: Hook) -> HookRun:
        """Start the hook unless it ever was; tell how it does."""
        found = self._find(target, spec, hook)
        if found is not None and found.state != CREATED:
            return self._how_it_does(found)
        self._start(found.name if found else self._maker.make_hook(target, spec, hook), target)
        return HookRun(running=True)

    def end(self, target: Target) -> None:
        """Stop the promotion's hooks that still run; they are marked as stopped first."""
        for found in self._of(target.app):
            if found.promotion == target.promotion and found.state == RUNNING:
                with self._connection.client(patient=True) as client:
                    if not found.name.endswith(STOPPED):
                        client.rename(found.id, f"{found.name}{STOPPED}")
                    client.stop(found.id, timeout=GRACE_SECONDS)

    def remove(self, target: Target) -> None:
        """Remove the hooks of the target's own promotion, or its run, also where they run."""
        self._remove(found for found in self._of(target.app) if _is_own(found, target))

    def remove_with_older(self, target: Target) -> None:
        """Remove the promotion's hooks and what earlier ones may have left.

        What is younger than the promotion's processes belongs to one that came after it.
        """
        members, one_offs = self._containers.with_one_offs(target.app)
        own = [one.created for one in members if one.promotion == target.promotion]
        limit = max(own, default=math.inf)
        self._remove(
            found for found in one_offs if _is_own(found, target) or found.created <= limit
        )

    def _start(self, name: str, target: Target) -> None:
        with self._connection.client() as client:
            if len(target.services) > 1:
                network = labels.network_name(self._rack, target.app)
                # Without an alias: nobody asks a hook for what its service does.
                with ignored_repeats():
                    client.connect_container_to_network(name, network)
            client.start(name)

    def _of(self, app: str) -> list[OneOff]:
        return self._containers.one_offs(app)

    def _find(self, target: Target, spec: ServiceSpec, hook: Hook) -> OneOff | None:
        wanted = (target.promotion, spec.name, str(hook))
        for found in self._of(target.app):
            if (found.promotion, found.service, found.hook) == wanted:
                return found
        return None

    def _how_it_does(self, found: OneOff) -> HookRun:
        with self._connection.client() as client:
            state: Mapping[str, Any] = client.inspect_container(found.id)["State"]
        started, ended = moment(state["StartedAt"]), moment(state["FinishedAt"])
        until = self._clock.now() if state["Running"] or ended is None else ended
        was_stopped = found.name.endswith(STOPPED)
        return HookRun(
            running=state["Running"],
            exit_code=None if state["Running"] or was_stopped else state["ExitCode"],
            seconds=max(0.0, (until - started).total_seconds()) if started else 0.0,
            last_log=self._containers.log_of(found.id),
        )

    def _remove(self, gone: Iterable[OneOff]) -> None:
        for found in gone:
            with contextlib.suppress(NotFound), self._connection.client(patient=True) as client:
                if found.state == RUNNING:
                    client.stop(found.id, timeout=GRACE_SECONDS)
                with ignored_repeats():
                    client.remove_container(found.id, v=True, force=True)


def _is_own(found: OneOff, target: Target) -> bool:
    return found.promotion == target.promotion
