"""The container that the rack's HAProxy runs in, and the files in it."""

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Callable, Mapping
from typing import Any

from docker.errors import APIError
from docker.types import LogConfig

from engine.adapters.docker import labels
from engine.adapters.docker.configuration import CONFIG, DIGEST, HTTP_PORT, HTTPS_PORT
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.images import Images
from engine.adapters.docker.making import LOG_SETTINGS
from engine.adapters.docker.networks import Networks
from engine.adapters.docker.settings import DockerRackSettings
from engine.errors import NotFound, Refused, Unreachable

START_SECONDS = 20.0
GLANCE_SECONDS = 0.05
ABSENT = "absent"
FREE = "df -Pk / || busybox df -Pk /"  # in columns: device, size, used, free, …


class RouterContainer:
    """Makes, starts, fills and removes the router's container."""

    def __init__(
        self,
        settings: DockerRackSettings,
        connection: Connection,
        images: Images,
        networks: Networks,
    ) -> None:
        """Nothing is made yet."""
        self._settings = settings
        self._connection = connection
        self._images = images
        self._networks = networks
        self.name = labels.router_name(settings.name)

    def state(self) -> str:
        """Return Docker's word for its state, or "absent"."""
        found = self._inspect()
        return found["State"]["Status"] if found else ABSENT

    def has_present_settings(self) -> bool:
        """Whether it was made with the settings of today."""
        found = self._inspect()
        return found is not None and found["Config"]["Labels"].get(labels.ROUTER) == self._digest()

    def make(self, files: Mapping[str, bytes]) -> None:
        """Make it with *files* in it; it does not run yet."""
        self._networks.make_sure()
        self._images.make_sure(self._settings.router_image, needed_by="router")
        with self._connection.client() as client:
            client.create_container(
                image=self._settings.router_image,
                name=self.name,
                entrypoint=["haproxy"],
                command=["-db", "-f", CONFIG],
                ports=[HTTP_PORT, HTTPS_PORT],
                labels={labels.RACK: self._settings.name, labels.ROUTER: self._digest()},
                stop_signal="SIGTERM",  # SIGUSR1 waits for our kept conversation to end
                use_config_proxy=False,
                host_config=client.create_host_config(
                    init=True,
                    restart_policy={"Name": "unless-stopped"},
                    network_mode=labels.network_name(self._settings.name),
                    port_bindings=dict(self._ports()),
                    log_config=LogConfig(type=LogConfig.types.JSON, config=LOG_SETTINGS),
                ),
            )
        self.write(files)

    def start(self, answers: Callable[[], bool]) -> None:
        """Start it and wait until it *answers*; raises ``Refused`` with what is in the way."""
        with self._connection.client() as client:
            try:
                client.start(self.name)
            except APIError as error:
                raise self._cannot_start(str(error.explanation)) from error
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if self.state() not in {"running", "created"}:
                raise self._cannot_start(self._last_words())
            if time.monotonic() > deadline:
                raise Unreachable(
                    f"The router of {self._settings.name} runs but does not answer.",
                    remedy=f"`docker logs {self.name}` may tell why.",
                )
            time.sleep(GLANCE_SECONDS)

    def remove(self) -> None:
        """Stop and remove it."""
        try:
            with self._connection.client() as client:
                client.remove_container(self.name, force=True, v=True)
        except NotFound:
            return

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put files into it, the one that vouches for the others last."""
        with self._connection.client() as client:
            client.put_archive(self.name, "/", _archive(files))

    def written(self) -> str:
        """Return the digest of the files in it; empty when there are none."""
        try:
            with self._connection.client() as client:
                chunks, _ = client.get_archive(self.name, DIGEST)
                archive = io.BytesIO(b"".join(chunks))
        except NotFound:
            return ""
        with tarfile.open(fileobj=archive) as members:
            member = members.extractfile(DIGEST.rpartition("/")[2])
            return member.read().decode() if member else ""

    def free_bytes(self) -> int | None:
        """Ask ``df`` inside it, whose disk is the engine's; None where there is none to ask."""
        try:
            with self._connection.client() as client:
                made = client.exec_create(self.name, ["sh", "-c", FREE], stderr=False)
                told: bytes = client.exec_start(made["Id"])
        except (NotFound, Refused):
            return None
        columns = told.decode(errors="replace").split("\n", 1)[-1].split()
        is_there = len(columns) >= 4 and columns[3].isdigit()
        return int(columns[3]) * 1024 if is_there else None

    def _inspect(self) -> Mapping[str, Any] | None:
        try:
            with self._connection.client() as client:
                found: Mapping[str, Any] = client.inspect_container(self.name)
                return found
        except NotFound:
            return None

    def _ports(self) -> dict[int | str, tuple[str, int]]:
        ports: dict[int | str, tuple[str, int]] = {
            HTTP_PORT: (self._settings.bind_address, self._settings.http_port)
        }
        if self._settings.has_https and self._settings.https_port:
            ports[HTTPS_PORT] = (self._settings.bind_address, self._settings.https_port)
        return ports

    def _digest(self) -> str:
        settings = [self._settings.router_image, [*self._ports().items()]]
        return hashlib.sha256(json.dumps(settings).encode()).hexdigest()

    def _cannot_start(self, words: str) -> Refused:
        for _, port in self._ports().values():
            if f":{port}" in words:
                return Refused(
                    f"The router of {self._settings.name} cannot have port {port}: "
                    "another program on the engine's machine has it.",
                    remedy=f"End that program, or give the rack another port in `router:`. "
                    f"To see which it is: `ss -ltnp 'sport = :{port}'`.",
                )
        return Refused(
            f"The router of {self._settings.name} does not start: {words or 'it says nothing'}",
            remedy=f"`docker logs {self.name}` tells more.",
        )

    def _last_words(self) -> str:
        with self._connection.client() as client:
            lines = client.logs(self.name, tail=5).decode(errors="replace").splitlines()
        told = [line for line in lines if "ALERT" in line] or lines
        return told[-1].strip() if told else ""


def _archive(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(files, key=lambda path: (path == DIGEST, path)):
            member = tarfile.TarInfo(path.removeprefix("/"))
            member.size = len(files[path])
            member.mode = 0o644  # the image's own user reads it; nobody else is in the container
            archive.addfile(member, io.BytesIO(files[path]))
    return packed.getvalue()
