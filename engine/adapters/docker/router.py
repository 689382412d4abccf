"""The rack's HAProxy: kept running, its files kept true, its traffic changed without a reload."""

import threading
from collections.abc import Iterable

from engine.adapters.docker.certificates import read_certificates
from engine.adapters.docker.changes import Changes
from engine.adapters.docker.configuration import CERTIFICATES, HOSTS, digest_of, render
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.containers import Containers
from engine.adapters.docker.router_container import ABSENT, RouterContainer
from engine.adapters.docker.runtime_api import RouterAway, RuntimeApi
from engine.adapters.docker.settings import DockerRackSettings
from engine.adapters.docker.snapshot import NOTHING, ServerState, Snapshot, read
from engine.adapters.docker.table import EMPTY, Table, present
from engine.errors import Unreachable


class Router:
    """Whoever changes it holds ``lock`` from the look that the change rests on to its end."""

    def __init__(
        self,
        settings: DockerRackSettings,
        connection: Connection,
        container: RouterContainer,
        containers: Containers,
    ) -> None:
        """Nothing is asked yet."""
        self.lock = threading.RLock()
        self._settings = settings
        self._container = container
        self._containers = containers
        self._api = RuntimeApi(settings.name, connection, container.name)
        self._written: str | None = None
        self._is_checked = False
        self._certificates: dict[str, bytes] | None = None  # read, and in the files
        self._handed_over: dict[str, bytes] | None = None  # to the running router

    def look(self) -> Snapshot | None:
        """Return what the router serves; None when it does not run."""
        try:
            return self._look()
        except RouterAway:
            return None

    def make_sure(self, wanted: Table = EMPTY) -> tuple[str, ...]:
        """Have the router run; one that has to be made begins with *wanted*.

        Returns one line per thing that had to be done.
        """
        with self.lock:
            if self._is_checked and self.look() is not None:
                return ()
            done = self._make_sure(wanted)
            self._is_checked = True
            return done

    def apply(self, table: Table) -> None:
        """Serve *table*: first the files, then the running router. A repeat completes it."""
        with self.lock:
            self._write(table)
            try:
                Changes(self._api, self._look).bring_about(table)
            except RouterAway as error:
                raise Unreachable(
                    f"The router of {self._settings.name} went away in the middle of a change. "
                    "It is started again."
                ) from error

    def cut(self, servers: Iterable[ServerState]) -> None:
        """End all sessions on these servers."""
        with self.lock:
            Changes(self._api, self._look).cut(servers)

    def renew_certificates(self, table: Table) -> tuple[str, ...]:
        """Take over certificates that the operator has exchanged; one line for each.

        The first call of a process hands all to the router, since only it knows what it has.
        """
        with self.lock:
            known = self._handed_over
            present = read_certificates(self._settings)
            if present == known:
                return ()
            self._certificates = present
            self._write(table)
            changes = Changes(self._api, self._look)
            for name, pem in present.items():
                if known is None or known.get(name) != pem:
                    changes.exchange_certificate(f"{CERTIFICATES}/{name}", pem)
            self._handed_over = present
            if known is None:
                return ()
            return tuple(
                f"The certificate {name} was exchanged."
                for name, pem in present.items()
                if known.get(name) != pem
            )

    def state(self) -> str:
        """Return the state of its container in Docker's word, or "absent"."""
        return self._container.state()

    def free_bytes(self) -> int | None:
        """Return the room on the disk that the engine's containers are on; None if unknown."""
        return self._container.free_bytes()

    def close(self) -> None:
        """End the conversation with it."""
        self._api.close()

    def _look(self) -> Snapshot:
        return read(
            *self._api.ask_each(["show servers state", "show stat -1 4 -1", f"show map {HOSTS}"])
        )

    def _make_sure(self, wanted: Table) -> tuple[str, ...]:
        name = self._settings.name
        state = self._container.state()
        if state == ABSENT:
            self._make(wanted)
            return (f"The router of {name} was absent and has been started.",)
        if not self._container.has_present_settings():
            wanted = present(self._containers.of(), self.look() or NOTHING)
            self._api.close()
            self._container.remove()
            self._make(wanted)
            return (f"The router of {name} was made anew, since its settings have changed.",)
        if self.look() is not None:
            return ()
        self._container.start(lambda: self.look() is not None)
        return (f"The router of {name} was {state} and runs again.",)

    def _make(self, wanted: Table) -> None:
        files = self._render(wanted)
        self._container.make(files)
        self._written = digest_of(files)
        self._container.start(lambda: self.look() is not None)

    def _write(self, table: Table) -> None:
        files = self._render(table)
        if self._written is None:
            self._written = self._container.written()
        if self._written != digest_of(files):
            self._container.write(files)
            self._written = digest_of(files)

    def _render(self, table: Table) -> dict[str, bytes]:
        if self._certificates is None:
            self._certificates = read_certificates(self._settings)
        return render(table, rack=self._settings.name, certificates=self._certificates)
