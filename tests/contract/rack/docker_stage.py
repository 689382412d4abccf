"""The contract's stage on a real Docker engine."""

import http.client
import itertools
import math
import socket
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import docker
import requests

from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.adapters.docker.runtime_api import RuntimeApi
from engine.adapters.docker.table import EMPTY
from engine.ports.rack import Rack, ServiceSpec, Target
from tests.contract.rack.stage import BrokenOff, Stage

PYTHON = "python:3-slim"
CHANGING = frozenset({"POST", "PUT", "DELETE"})


class DockerStage:
    """Asks the router over HTTP, as any client does."""

    image = PYTHON
    absent_image = "sha256:" + "0" * 64

    def __init__(self, engine_url: str, name: str = "staging", **settings: Any) -> None:
        self.settings = DockerRackSettings(
            name=name, engine=engine_url, http_port=free_port(), **settings
        )
        self.docker_rack = DockerRack(self.settings)
        self.rack: Rack = self.docker_rack
        self._made = [self.docker_rack]
        self._neighbours: list[DockerStage] = []
        self._threads: list[threading.Thread] = []
        self._breaking = _Breaking()
        self._images = itertools.count(1)

    def clear(self) -> None:
        """Make the rack as good as new; its router stays, since making one takes a second."""
        self._breaking.undo()
        for neighbour in self._neighbours:
            neighbour.close()
        self._neighbours.clear()
        with closing(docker.DockerClient(self.settings.engine)) as client:
            for container in client.containers.list(all=True):
                if container.name != f"rackhand-{self.settings.name}-router" and any(
                    label.startswith("rackhand.") for label in container.labels
                ):
                    container.remove(force=True, v=True)
            for volume in client.volumes.list(filters={"label": "rackhand.rack"}):
                volume.remove()
            for image in client.images.list(filters={"label": "rackhand.app"}):
                client.images.remove(str(image.id), force=True)
        if self.docker_rack._router.look() is not None:
            self.docker_rack._router.apply(EMPTY)
        self.rack = self.docker_rack

    def close(self) -> None:
        self._breaking.undo()
        for rack in self._made:
            rack.close()
        for neighbour in self._neighbours:
            neighbour.close()

    def pass_time(self, seconds: float) -> None:
        time.sleep(seconds)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def answer(self, host: str) -> str:
        return self._ask(host, "/")

    def _ask(self, host: str, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.settings.http_port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": host})
            response = connection.getresponse()
            body = response.read().decode()
        except ConnectionRefusedError:
            return "503"
        finally:
            connection.close()
        return body if response.status == 200 else str(response.status)

    def keep_busy(self, target: Target, service: ServiceSpec, *, seconds: float) -> None:
        def ask() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.settings.http_port)
            try:
                connection.request("GET", f"/slow?{seconds}", headers={"Host": service.domains[0]})
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                return  # it was cut, as some tests want
            finally:
                connection.close()

        self._threads.append(threading.Thread(target=ask, daemon=True))
        self._threads[-1].start()
        time.sleep(0.2)  # it has to reach the service

    def send(
        self, service: ServiceSpec, *, per_second: int, seconds: int, failed_percent: int = 0
    ) -> int:
        began = math.floor(time.time()) + 1.0
        failing = 0
        for number in range(per_second * seconds):
            due = began + (number + 0.5) / per_second
            time.sleep(max(0.0, due - time.time()))
            is_failing = (number + 1) * failed_percent // 100 > failing
            failing += is_failing
            self._ask(service.domains[0], "/broken" if is_failing else "/")
        time.sleep(1.2 - time.time() % 1)  # its last second is over, and written down
        return per_second * seconds

    def lose_router(self) -> None:
        with closing(docker.DockerClient(self.settings.engine)) as client:
            client.containers.get(f"rackhand-{self.settings.name}-router").remove(force=True)

    def restarted(self) -> Rack:
        for rack in self._made:
            rack.close()  # as the end of a process does
        self._made.append(DockerRack(self.settings))
        return self._made[-1]

    def neighbour(self) -> Stage:
        self._neighbours.append(DockerStage(self.settings.engine, "production"))
        return self._neighbours[-1]

    def break_off_after(self, *, changes: int | None) -> None:
        self._breaking.undo()
        if changes is not None:
            self._breaking.arm(changes)

    def add_image_of(self, app: str) -> str:
        with closing(docker.DockerClient(self.settings.engine)) as client:
            made = client.api.create_container(PYTHON, command=["true"])
            labels = f"LABEL rackhand.app={app} rackhand.test={next(self._images)}"
            image = client.api.commit(made["Id"], changes=[labels])
            client.api.remove_container(made["Id"])
            return str(image["Id"])


class _Breaking:
    """Lets a ``BrokenOff`` come out of the adapter where it would make its next change."""

    def __init__(self) -> None:
        self._undo: list[tuple[type, str, Any]] = []

    def arm(self, changes: int) -> None:
        made = itertools.count()
        send, tell = requests.Session.send, RuntimeApi.tell

        def breaking_send(session: Any, request: Any, **settings: Any) -> Any:
            if request.method in CHANGING and "/exec" not in request.url and next(made) == changes:
                raise BrokenOff
            return send(session, request, **settings)

        def breaking_tell(api: Any, *commands: str, **settings: Any) -> None:
            if next(made) == changes:
                raise BrokenOff
            tell(api, *commands, **settings)

        self._replace(requests.Session, "send", breaking_send)
        self._replace(RuntimeApi, "tell", breaking_tell)

    def undo(self) -> None:
        while self._undo:
            owner, name, value = self._undo.pop()
            setattr(owner, name, value)

    def _replace(self, owner: type, name: str, value: Any) -> None:
        self._undo.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
