"""Keeps two apps of a rack from one host. Pure."""

from collections.abc import Sequence

from engine.adapters.docker import table as tables
from engine.adapters.docker.container import Container
from engine.adapters.docker.table import Table, hosts_of_spec
from engine.errors import Refused
from engine.ports.rack import Target


def hosts_of_target(target: Target) -> frozenset[str]:
    """Return all hosts that a target wants."""
    return frozenset(host for spec in target.services for host in hosts_of_spec(spec))


def refuse_taken(target: Target, table: Table, everything: Sequence[Container]) -> None:
    """Raise ``Refused`` for a host that leads to another app; *everything* is on the rack."""
    wanted = hosts_of_target(target)
    for app in {container.app for container in everything} - {target.app}:
        theirs = [container for container in everything if container.app == app]
        for host in wanted & tables.hosts_of(table, theirs):
            raise Refused(
                f"`{host}` is served by the app {app} on this rack.",
                remedy="Give one of the two another domain.",
            )
