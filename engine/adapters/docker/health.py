"""Judges how a container does: from the engine's list and the router, and a look inside if need be.

A process that serves is judged without asking the engine about it; one that does not pass yet is
inspected, because it may have exited or restarted.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.adapters.docker import words
from engine.adapters.docker.container import CREATED, PAUSED, RESTARTING, RUNNING, Container
from engine.adapters.docker.containers import Containers
from engine.adapters.docker.snapshot import ServerState
from engine.adapters.placement import Condition, Look, Traffic
from engine.ports.rack import HealthKind

# An uptime of minutes or more; without a match the process is only looked at more closely.
LONG_UP = re.compile(r"Up (About )?(an?|\d+) (minute|hour|day|week|month|year)s?\b")
OWN_CHECK_PASSES = "(healthy)"


class Doctor:
    """Looks at the containers of one rack."""

    def __init__(self, containers: Containers) -> None:
        """*containers* answers closer questions."""
        self._containers = containers

    def look_at(
        self, container: Container, seen: ServerState | None, now: datetime, *, is_own: bool
    ) -> Look:
        """Judge a container that the router has as *seen*.

        *is_own* tells that the promotion which asks has started it: one that has exited then
        failed, while an earlier one's was stopped by somebody and has to be started again.
        """
        condition, reason = self._judge(container, seen, now, is_own=is_own)
        return Look(
            condition=condition,
            reason=reason,
            traffic=seen.traffic if seen else Traffic.NONE,
            sessions=seen.sessions if seen else 0,
            running=container.is_running,
        )

    def _judge(
        self, container: Container, seen: ServerState | None, now: datetime, *, is_own: bool
    ) -> tuple[Condition, str]:
        if container.state == CREATED:
            return Condition.INCOMPLETE, "it has not been started yet"
        if container.state == PAUSED:
            return Condition.PENDING, "it is paused"
        if container.state not in {RUNNING, RESTARTING} and not is_own:
            return Condition.INCOMPLETE, "it is stopped"
        if container.state != RUNNING:
            return Condition.FAILED, self._how_it_ended(container)
        return self._judge_running(container, seen, now)

    def _judge_running(
        self, container: Container, seen: ServerState | None, now: datetime
    ) -> tuple[Condition, str]:
        if self._passes(container, seen):
            return Condition.PASSING, ""
        inside = self._containers.inspect(container)
        if inside is None:
            return Condition.INCOMPLETE, "it is gone"
        if inside["RestartCount"] and not _is_long_up(container):
            return Condition.FAILED, self._how_it_ended(container)
        if container.terms.port is not None:
            return _judge_routed(container, seen, inside)
        return _judge_unrouted(container, inside, now)

    def _passes(self, container: Container, seen: ServerState | None) -> bool:
        """Whether all is well as far as the list and the router tell."""
        if container.terms.port is not None and not _is_routed_and_up(container, seen):
            return False
        if container.terms.health.kind is HealthKind.CONTAINER:
            return OWN_CHECK_PASSES in container.uptime
        return container.terms.port is not None or _is_long_up(container)

    def _how_it_ended(self, container: Container) -> str:
        inside = self._containers.inspect(container)
        if inside is None:
            return "it is gone"
        if inside["State"]["Running"] and not inside["State"]["Restarting"]:
            return self._how_it_ended_before(container, inside)
        return words.of_stopped(inside["State"])

    def _how_it_ended_before(self, container: Container, inside: Mapping[str, Any]) -> str:
        """Say it of a process that runs again; only the engine's events still know."""
        began = words.moment(inside["State"]["StartedAt"])
        events = self._containers.life_of(container, until=began) if began else []
        ends = [event for event in events if event["Action"] == "die"]
        if not ends:
            return f"restarted {inside['RestartCount']} times"
        starts = [
            event["timeNano"]
            for event in events
            if event["Action"] == "start" and event["timeNano"] < ends[-1]["timeNano"]
        ]
        return words.of_exit(
            int(ends[-1]["Actor"]["Attributes"]["exitCode"]),
            ran_seconds=(ends[-1]["timeNano"] - starts[-1]) / 1e9 if starts else None,
            out_of_memory=any(event["Action"] == "oom" for event in events),
        )


def _judge_routed(
    container: Container, seen: ServerState | None, inside: Mapping[str, Any]
) -> tuple[Condition, str]:
    if seen is None or seen.address != container.address:
        return Condition.INCOMPLETE, "the router does not know it"
    reason = words.of_check(seen, container.terms.health)
    if not seen.is_up and seen.traffic is not Traffic.STANDBY:
        return Condition.FAILED, reason or "its check does not pass any more"
    if not reason and container.terms.health.kind is HealthKind.CONTAINER:
        reason = words.of_own_check(inside["State"].get("Health") or {})
    return Condition.PENDING, reason


def _judge_unrouted(
    container: Container, inside: Mapping[str, Any], now: datetime
) -> tuple[Condition, str]:
    health = container.terms.health
    if health.kind is HealthKind.CONTAINER:
        return Condition.PENDING, words.of_own_check(inside["State"].get("Health") or {})
    started = words.moment(inside["State"]["StartedAt"])
    if started and (now - started).total_seconds() >= health.up_seconds:
        return Condition.PASSING, ""
    return Condition.PENDING, ""


def _is_routed_and_up(container: Container, seen: ServerState | None) -> bool:
    return seen is not None and seen.is_up and seen.address == container.address


def _is_long_up(container: Container) -> bool:
    return LONG_UP.match(container.uptime) is not None
