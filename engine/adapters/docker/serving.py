"""What the router is to serve after each step of a promotion. Pure."""

from collections.abc import Iterable

from engine.adapters.docker import table as tables
from engine.adapters.docker.container import Container
from engine.adapters.docker.hosts import hosts_of_target
from engine.adapters.docker.table import Table, hosts_of_spec
from engine.adapters.placement import Traffic, divided, place, unwanted, wanted
from engine.ports.rack import Target


def standing_by(table: Table, target: Target, members: list[Container]) -> Table:
    """Return the table with all that is wanted and unknown standing by."""
    unknown = [
        container
        for placement in place(target, members)
        for container in placement.wanted
        if container.name not in table.servers
    ]
    return tables.with_traffic(table, members, unknown, Traffic.STANDBY)


def shifted(table: Table, target: Target, members: list[Container]) -> Table:
    """Return the table with all traffic on what is wanted, and the rest of it being drained."""
    for placement in place(target, members):
        table = tables.with_traffic(table, members, placement.wanted, Traffic.READY)
        table = tables.with_hosts(table, placement.wanted, hosts_of_spec(placement.spec))
    old = unwanted(target, members)
    return tables.with_traffic(table, members, ready(table, old), Traffic.DRAINING)


def retired(table: Table, target: Target, members: list[Container]) -> Table:
    """Return the table without what the target does not want."""
    gone = tables.hosts_of(table, members) - hosts_of_target(target)
    table = tables.without_hosts(table, gone)
    return tables.without(table, unwanted(target, members))


def reverted(table: Table, target: Target, members: list[Container], to: Target | None) -> Table:
    """Return the table with the traffic back on what was there before, or on what *to* wants."""
    own, others = divided(target, members, to=to)
    back = [*ready(table, others), *_to_bring_back(table, others), *wanted(to, members)]
    table = tables.with_traffic(table, members, back, Traffic.READY)  # a canary's share ends too
    present = tables.hosts_of(table, members)
    kept: set[str] = set()
    for container in others:
        kept.update(container.terms.domains)
        table = tables.with_hosts(table, [container], container.terms.domains)
    table = tables.without_hosts(table, present - kept)
    return tables.with_traffic(table, members, ready(table, own), Traffic.DRAINING)


def _to_bring_back(table: Table, others: Iterable[Container]) -> list[Container]:
    """Return the old processes that had the traffic.

    They are being drained. Of a service without any that are, it is those that were stopped for
    a new one of their kind, or that a lost router forgot; but not any that only ever stood by.
    """
    old = list(others)
    traffic = {
        container.name: table.servers[container.name].traffic
        for container in old
        if container.name in table.servers
    }
    serving = {container.service for container in ready(table, old)}
    return [
        container
        for container in old
        if traffic.get(container.name) is Traffic.DRAINING
        or (
            container.service not in serving
            and (container.name not in traffic or container.terms.stop_first)
        )
    ]


def ready(table: Table, containers: Iterable[Container]) -> list[Container]:
    """Return those of *containers* that have traffic."""
    return [
        container
        for container in containers
        if container.name in table.servers
        and table.servers[container.name].traffic is Traffic.READY
    ]
