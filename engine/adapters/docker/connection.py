"""The rack's connection to its engine: made when first needed, over a socket, TLS or ssh."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docker import APIClient
from docker.tls import TLSConfig

from engine.adapters.docker.address import parse
from engine.adapters.docker.client import EngineClient
from engine.adapters.docker.settings import DockerRackSettings
from engine.adapters.docker.translate import translated
from engine.adapters.docker.tunnel import Tunnel

ANSWER_SECONDS = 30  # for anything that the engine only looks up or starts
PATIENT_SECONDS = 900  # for what waits: images, the stop of a slow process


class Connection:
    """Hands out docker-py clients; safe to use from several threads."""

    def __init__(self, settings: DockerRackSettings) -> None:
        """Nothing is opened yet. Raises ``Refused`` for a URL that is none."""
        self.address = parse(settings.engine, tls=settings.tls is not None)
        self._settings = settings
        self._tunnel = (
            Tunnel(settings.name, self.address, settings.ssh_options)
            if self.address.scheme == "ssh"
            else None
        )
        self._lock = threading.Lock()
        self._clients: dict[int, APIClient] = {}

    @contextmanager
    def client(self, *, patient: bool = False) -> Iterator[APIClient]:
        """Lend a client; what goes wrong while it is used comes out as an error of our ports.

        A *patient* one waits long for an answer, as loading an image needs.
        """
        with translated(self._settings.name):
            yield self._client(PATIENT_SECONDS if patient else ANSWER_SECONDS)

    def close(self) -> None:
        """Close everything; a later use opens it again."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
            if self._tunnel:
                self._tunnel.close()

    def _client(self, timeout_seconds: int) -> APIClient:
        tunnel = self._tunnel.open() if self._tunnel else None
        with self._lock:
            if timeout_seconds not in self._clients:
                self._clients[timeout_seconds] = EngineClient(
                    base_url=tunnel or self._base_url(),
                    version="auto",
                    timeout=timeout_seconds,
                    tls=self._tls(),
                )
            return self._clients[timeout_seconds]

    def _base_url(self) -> str:
        if self.address.scheme == "unix":
            return f"unix://{self.address.path}"
        return f"tcp://{self.address.host}:{self.address.port}"

    def _tls(self) -> TLSConfig | bool:
        folder = self._settings.tls
        if folder is None or self.address.scheme != "tcp":
            return False
        return TLSConfig(
            ca_cert=_file(folder, "ca.pem"),
            client_cert=(_file(folder, "cert.pem"), _file(folder, "key.pem")),
            verify=True,
        )


def _file(folder: Path, name: str) -> str:
    return str(folder / name)
