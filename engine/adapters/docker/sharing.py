"""How old and new processes of a service share its traffic while a canary lasts. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from engine.adapters.docker import table as tables
from engine.adapters.docker.container import Container
from engine.adapters.docker.snapshot import Snapshot
from engine.adapters.docker.table import Table, hosts_of_spec
from engine.adapters.docker.weights import share_of, weights_for
from engine.adapters.placement import (
    Condition,
    Look,
    Placement,
    Traffic,
    divisible,
    place,
)
from engine.errors import Refused
from engine.ports.rack import ServiceSpec, Target

WITHOUT = "Promote without `--canary`: all traffic moves at once then."


def divided(table: Table, target: Target, members: list[Container], percent: int) -> Table:
    """Return the table with *percent* of each service's traffic on its new processes.

    A service without an old process to share it with is left as it is. Raises ``Refused`` for
    one whose traffic cannot be divided so.
    """
    traffic = {name: server.traffic for name, server in table.servers.items()}
    for placement in place(target, members):
        old = _sharers(placement, traffic)
        if not old:
            continue
        new_weight, old_weight = _weights(table, placement, old, percent)
        table = tables.with_traffic(
            table, members, placement.wanted, Traffic.READY, weight=new_weight
        )
        table = tables.with_traffic(table, members, old, Traffic.READY, weight=old_weight)
        table = tables.with_hosts(table, placement.wanted, hosts_of_spec(placement.spec))
    return table


def shares(target: Target, members: Sequence[Container], snapshot: Snapshot) -> Mapping[str, int]:
    """Return by service the percent of its traffic that new processes get beside old ones."""
    traffic = {name: seen.traffic for name, seen in snapshot.servers.items()}

    def weights(containers: Iterable[Container]) -> list[int]:
        return [
            snapshot.servers[container.name].weight
            for container in containers
            if traffic.get(container.name) is Traffic.READY
        ]

    return {
        placement.spec.name: share_of(weights(placement.wanted), weights(old))
        for placement in place(target, members)
        if (old := _sharers(placement, traffic))
    }


def _sharers(placement: Placement[Container], traffic: Mapping[str, Traffic]) -> list[Container]:
    """Return the old processes that share, or could share, their traffic with new ones."""
    looks = {
        container.id: Look(
            condition=Condition.PASSING, traffic=traffic.get(container.name, Traffic.NONE)
        )
        for container in placement.old
    }
    if not divisible(placement, looks):
        return []
    return [
        container for container in placement.old if looks[container.id].traffic is Traffic.READY
    ]


def _weights(
    table: Table, placement: Placement[Container], old: Sequence[Container], percent: int
) -> tuple[int, int]:
    new = [container for container in placement.wanted if container.name in table.servers]
    places = {table.servers[container.name].place for container in (*new, *old)}
    if len(places) > 1:
        raise _refusal(
            placement.spec, "its health check is of another kind than that of its old processes."
        )
    found = weights_for(percent, new=len(new), old=len(old))
    if found is None:
        raise _refusal(
            placement.spec,
            f"{percent} % is too fine for its processes, {len(new)} new and {len(old)} old.",
        )
    return found


def _refusal(spec: ServiceSpec, why: str) -> Refused:
    return Refused(f"The traffic of `{spec.name}` cannot be divided: {why}", remedy=WITHOUT)
