"""Brings the running router from what it serves to what it is to serve, losing no request."""

import time
from collections.abc import Callable, Iterable

from engine.adapters.docker.configuration import (
    CERTIFICATES,
    CHECK_HOSTS,
    HOSTS,
    PATHS,
)
from engine.adapters.docker.router_commands import (
    ADDED,
    adding,
    checking,
    escaped,
    readying,
    setting_state,
    setting_weight,
)
from engine.adapters.docker.runtime_api import RuntimeApi
from engine.adapters.docker.snapshot import ServerState, Snapshot
from engine.adapters.docker.table import Server, Table
from engine.adapters.placement import Traffic
from engine.errors import Unreachable

WARM_UP_SECONDS = 15.0  # for the check of a server that has to serve at once
CONFIRM_SECONDS = 5.0
LAST_SESSIONS_SECONDS = 1.0  # for sessions that began while the server was being taken out
GLANCE_SECONDS = 0.02


class Changes:
    """One passage: servers are added and ready before any other is drained or taken out."""

    def __init__(self, api: RuntimeApi, look: Callable[[], Snapshot]) -> None:
        """*look* takes a fresh snapshot."""
        self._api = api
        self._look = look

    def bring_about(self, table: Table) -> None:
        """Make the router serve *table*; a repeat does what is still to be done."""
        before = self._without_paused(table, self._look())
        added = [server for server in table.servers.values() if server.name not in before.servers]
        self._add(added)
        for server in table.servers.values():
            seen = before.servers.get(server.name)
            if seen is not None and seen.address != server.address:
                self._move(server)
            if seen is not None and not seen.is_checked:  # an earlier call broke off
                self._api.tell(checking(server))
        self._weigh(table, before, lambda wanted, known: wanted > known)
        self._make_ready(table, before, added)
        self._lead(table, before)
        self._hold_back(table, before)
        self._weigh(table, before, lambda wanted, known: wanted < known)
        for host in before.hosts.keys() - table.hosts.keys():
            self._api.tell(f"del map {HOSTS} {escaped(host)}")
        self._take_out(seen for name, seen in before.servers.items() if name not in table.servers)

    def cut(self, servers: Iterable[ServerState]) -> None:
        """End all sessions on these servers."""
        for seen in servers:
            self._api.tell(f"shutdown sessions server {seen.place}/{seen.name}")

    def exchange_certificate(self, path: str, pem: bytes) -> None:
        """Give the running router a certificate, in place of the one it has at *path* or anew."""
        present = path in self._api.ask("show ssl cert").split()
        if not present:
            self._api.tell(f"new ssl cert {path}", answers=("New empty certificate store",))
        lines = [line for line in pem.decode().splitlines() if line.strip()]
        self._api.tell(
            f"set ssl cert {path} <<\n" + "\n".join([*lines, ""]), answers=("Transaction",)
        )
        self._api.tell(f"commit ssl cert {path}", answers=("Success",))
        if not present:
            self._api.tell(f"add ssl crt-list {CERTIFICATES}/ {path}", answers=("Success",))

    def _add(self, servers: Iterable[Server]) -> None:
        """Add servers that are checked and get nothing yet.

        All in one breath: a first check that finds checks still off is put off by an interval.
        """
        commands = [command for server in servers for command in adding(server)]
        if commands:
            self._api.tell(*commands, answers=ADDED)

    def _without_paused(self, table: Table, before: Snapshot) -> Snapshot:
        """Take out what was on its way out and is to stand by again; return what is left.

        The router checks no server that was put into maintenance, only one that it was given so.
        """
        paused = [
            seen
            for name, seen in before.servers.items()
            if seen.traffic is Traffic.STANDBY
            and not seen.is_checked
            and name in table.servers
            and table.servers[name].traffic is Traffic.STANDBY
        ]
        if not paused:
            return before
        self._take_out(paused)
        return self._look()

    def _move(self, server: Server) -> None:
        """Tell the router a process's new address."""
        ip, _, port = server.address.rpartition(":")
        self._api.tell(
            f"set server {server.place}/{server.name} addr {ip} port {port}",
            answers=("changed from", "no need to change"),
        )

    def _make_ready(self, table: Table, before: Snapshot, added: list[Server]) -> None:
        """Give traffic to those that shall have it, and see that they do."""
        wanted = [server for server in table.servers.values() if server.traffic is Traffic.READY]
        late = [server for server in wanted if server in added]
        if late:
            self._wait(WARM_UP_SECONDS, lambda seen: all(_is_up(seen, one) for one in late))
        commands = [
            command for one in wanted for command in readying(one, before.servers.get(one.name))
        ]
        if not commands:
            return
        self._api.tell(*commands)
        if not self._wait(
            CONFIRM_SECONDS,
            lambda seen: all(
                one.name in seen.servers and seen.servers[one.name].traffic is Traffic.READY
                for one in wanted
            ),
        ):
            raise Unreachable("The router has not taken the new processes up yet.")

    def _lead(self, table: Table, before: Snapshot) -> None:
        for host, place in table.hosts.items():
            if host not in before.hosts:
                self._api.tell(f"add map {HOSTS} {escaped(host)} {place}")
            elif before.hosts[host] != place:
                self._api.tell(f"set map {HOSTS} {escaped(host)} {place}")

    def _hold_back(self, table: Table, before: Snapshot) -> None:
        commands = [
            setting_state(server)
            for name, server in table.servers.items()
            if server.traffic is not Traffic.READY
            and name in before.servers
            and before.servers[name].traffic is not server.traffic
        ]
        if commands:
            self._api.tell(*commands)

    def _weigh(self, table: Table, before: Snapshot, is_due: Callable[[int, int], bool]) -> None:
        """Change the weight of servers that have traffic and keep it.

        Weights rise before newcomers are ready and fall once others are held back, so that no
        side gets more on the way than it had, or is to have.
        """
        for server in table.servers.values():
            seen = before.servers.get(server.name)
            if seen is None or {seen.traffic, server.traffic} != {Traffic.READY}:
                continue
            if is_due(server.weight, seen.weight):
                self._api.tell(setting_weight(server))

    def _take_out(self, gone: Iterable[ServerState]) -> None:
        """Remove servers; the few sessions that slipped in have a moment to end."""
        leaving = list(gone)
        for seen in leaving:
            self._api.tell(f"set server {seen.place}/{seen.name} state maint")
        names = [seen.name for seen in leaving]
        if leaving and not self._wait(LAST_SESSIONS_SECONDS, lambda now: _are_idle(now, names)):
            self.cut(leaving)
            self._wait(LAST_SESSIONS_SECONDS, lambda now: _are_idle(now, names))
        for seen in leaving:
            self._api.tell(
                f"del server {seen.place}/{seen.name}",
                answers=("Server deleted", "No such server"),
            )
            for file in (PATHS, CHECK_HOSTS):
                self._api.ask(f"del map {file} {seen.name}")

    def _wait(self, seconds: float, is_so: Callable[[Snapshot], bool]) -> bool:
        """Look until it is so, or *seconds* have passed; return whether it is."""
        deadline = time.monotonic() + seconds
        while not is_so(self._look()):
            if time.monotonic() > deadline:
                return False
            time.sleep(GLANCE_SECONDS)
        return True


def _is_up(seen: Snapshot, server: Server) -> bool:
    return server.name in seen.servers and seen.servers[server.name].is_up


def _are_idle(seen: Snapshot, names: Iterable[str]) -> bool:
    return all(name not in seen.servers or not seen.servers[name].sessions for name in names)
