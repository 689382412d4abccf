"""Makes the router serve what is live, after a restart of engine or router, or its loss."""

from collections.abc import Sequence

from engine.adapters.docker import table as tables
from engine.adapters.docker.container import Container
from engine.adapters.docker.containers import Containers
from engine.adapters.docker.router import Router
from engine.adapters.docker.snapshot import NOTHING, Snapshot
from engine.adapters.docker.table import Table, hosts_of_spec
from engine.adapters.placement import Placement, Traffic, place
from engine.ports.rack import Target


class Repair:
    """One list of containers and one look at the router where all is well."""

    def __init__(self, containers: Containers, router: Router) -> None:
        """Both are of one rack."""
        self._containers = containers
        self._router = router

    def mend(self, live: Sequence[Target]) -> tuple[str, ...]:
        """Return one line per thing mended. Processes are never touched, only their routes."""
        if not live:
            return ()
        with self._router.lock:
            everything = self._containers.of()
            done = self._router.make_sure(_mended(tables.EMPTY, everything, live))
            snapshot = self._router.look() or NOTHING
            before = tables.present(everything, snapshot)
            after = _mended(before, everything, live)
            if not tables.is_served(after, snapshot):
                self._router.apply(after)
            told = _told(before, after, snapshot, everything)
            return (*done, *told, *self._router.renew_certificates(after))


def _mended(table: Table, everything: Sequence[Container], live: Sequence[Target]) -> Table:
    for target in live:
        members = [container for container in everything if container.app == target.app]
        for placement in place(target, members):
            if placement.spec.port is not None and _is_unserved(table, placement):
                table = tables.with_traffic(table, members, placement.wanted, Traffic.READY)
                table = tables.with_hosts(table, placement.wanted, hosts_of_spec(placement.spec))
    return table


def _is_unserved(table: Table, placement: Placement[Container]) -> bool:
    """Whether the service lacks what it should have; one that is being shifted is left alone."""
    traffic = {
        container.name: table.servers[container.name].traffic
        for container in (*placement.wanted, *placement.old)
        if container.name in table.servers
    }
    if Traffic.READY not in traffic.values():
        return True
    if placement.old:
        return False
    hosts_are_led = all(host in table.hosts for host in hosts_of_spec(placement.spec))
    return not hosts_are_led or any(
        traffic.get(container.name) is not Traffic.READY
        for container in placement.wanted
        if container.address is not None
    )


def _told(
    before: Table, after: Table, snapshot: Snapshot, everything: Sequence[Container]
) -> tuple[str, ...]:
    by_name = {container.name: container for container in everything}
    served, moved = set(), set()
    for name, server in after.servers.items():
        whose = f"{by_name[name].app} {by_name[name].service}"
        known = before.servers.get(name)
        if known is None or known.traffic is not server.traffic:
            served.add(f"{whose} is served again.")
        elif snapshot.servers[name].address != server.address:
            moved.add(f"{whose} is served at its new address.")
    return (*sorted(served), *sorted(moved))
