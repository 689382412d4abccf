"""What the router is to serve: servers in places, and hosts that lead to places. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.adapters.docker.container import Container
from engine.adapters.docker.slots import free_place, kind_of
from engine.adapters.docker.snapshot import ServerState, Snapshot
from engine.adapters.placement import Traffic
from engine.ports.rack import HealthCheck, ServiceSpec

FULL = 1  # the weight of every server where old and new do not share the traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One process as the router sees it."""

    name: str  # the container's
    place: str
    address: str  # "172.18.0.5:8080"
    traffic: Traffic  # never NONE
    check: HealthCheck
    check_host: str  # what the check says in ``Host``: many programs refuse an unknown one
    weight: int = FULL  # beside the others in its place, while it is ready


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All servers and hosts of a rack."""

    servers: Mapping[str, Server]  # by name
    hosts: Mapping[str, str]  # host → place


EMPTY = Table(servers={}, hosts={})


def present(containers: Iterable[Container], snapshot: Snapshot) -> Table:
    """Return the table as the router has it now, without servers whose container is gone.

    A server whose container runs at another address than the router knows gets the new one.
    """
    servers = {}
    for container in containers:
        seen = snapshot.servers.get(container.name)
        if seen is not None and container.terms.port is not None:
            known = _server(container, seen.place, container.address or seen.address, seen.traffic)
            is_ready = seen.traffic is Traffic.READY
            servers[container.name] = replace(known, weight=seen.weight if is_ready else FULL)
    return Table(servers=servers, hosts=dict(snapshot.hosts))


def is_served(table: Table, snapshot: Snapshot) -> bool:
    """Whether the router has the table already, as far as a look at it tells."""
    seen = {name: _essence(one) for name, one in snapshot.servers.items()}
    wanted = {name: _essence(one) for name, one in table.servers.items()}
    are_checked = all(one.is_checked for one in snapshot.servers.values())
    return seen == wanted and snapshot.hosts == table.hosts and are_checked


def with_traffic(
    table: Table,
    all_containers: Iterable[Container],
    chosen: Iterable[Container],
    traffic: Traffic,
    *,
    weight: int = FULL,
) -> Table:
    """Return the table with the *chosen* containers given *traffic*, in a place of their own.

    Containers of one service and kind of check share a place. Those that do not run or are not
    routed are left as they are.
    """
    siblings = list(all_containers)
    servers = dict(table.servers)
    for container in chosen:
        known = servers.get(container.name)
        if known is not None:
            servers[container.name] = replace(known, traffic=traffic, weight=weight)
        elif container.address is not None:
            place = _place_for(container, siblings, replace(table, servers=servers))
            made = _server(container, place, container.address, traffic)
            servers[container.name] = replace(made, weight=weight)
    return replace(table, servers=servers)


def without(table: Table, gone: Iterable[Container]) -> Table:
    """Return the table without the servers of these containers."""
    names = {container.name for container in gone}
    left = {name: server for name, server in table.servers.items() if name not in names}
    return replace(table, servers=left)


def with_hosts(table: Table, containers: Iterable[Container], hosts: Iterable[str]) -> Table:
    """Return the table with *hosts* leading to where the ready ones of *containers* are."""
    places = [
        table.servers[container.name].place
        for container in containers
        if container.name in table.servers
        and table.servers[container.name].traffic is Traffic.READY
    ]
    if not places:
        return table
    return replace(table, hosts={**table.hosts, **dict.fromkeys(hosts, places[0])})


def without_hosts(table: Table, gone: Iterable[str]) -> Table:
    """Return the table without these hosts."""
    dropped = set(gone)
    left = {host: place for host, place in table.hosts.items() if host not in dropped}
    return replace(table, hosts=left)


def hosts_of(table: Table, containers: Iterable[Container]) -> frozenset[str]:
    """Return the hosts that lead to a place where one of *containers* is."""
    places = {
        table.servers[container.name].place
        for container in containers
        if container.name in table.servers
    }
    return frozenset(host for host, place in table.hosts.items() if place in places)


def hosts_of_spec(spec: ServiceSpec) -> tuple[str, ...]:
    """Return the hosts of a routed service as the router compares them."""
    return tuple(host.lower() for host in spec.domains) if spec.port is not None else ()


def _essence(server: Server | ServerState) -> tuple[object, ...]:
    """Return what has to be equal; a weight counts only while there is traffic to divide."""
    weight = server.weight if server.traffic is Traffic.READY else None
    return (server.place, server.address, server.traffic, weight)


def _server(container: Container, place: str, address: str, traffic: Traffic) -> Server:
    return Server(
        name=container.name,
        place=place,
        address=address,
        traffic=traffic,
        check=container.terms.health,
        check_host=next(iter(container.terms.domains), "localhost"),
    )


def _place_for(container: Container, siblings: Iterable[Container], table: Table) -> str:
    kind = kind_of(container.terms.health)
    of_service = {
        table.servers[other.name].place
        for other in siblings
        if (other.app, other.service) == (container.app, container.service)
        and other.name in table.servers
    }
    for place in sorted(of_service):
        if place in kind.names:
            return place
    taken = {server.place for server in table.servers.values()} | set(table.hosts.values())
    return free_place(kind, taken)
