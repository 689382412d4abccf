"""The alternative: the sample app under ``docker compose``, behind an HAProxy of its own.

As its documentation has it: two replicas with the same health check as ours, the router finds them
by Docker's DNS and checks them as often as ours does, and an update is ``docker compose up -d``.
"""

import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import docker
import yaml

from bench.sample_app import HEALTH_PATH, INTERVAL_SECONDS, PORT, REPLICAS, RISE

PROJECT = "peer"
ROUTER_PORT = 8080
COMMAND_SECONDS = 120.0
ROUTER = f"""\
global
    log stdout format raw local0 notice
defaults
    mode http
    option redispatch
    retries 2
    timeout connect 5s
    timeout client 1m
    timeout http-keep-alive 1m
    timeout server 1m
resolvers docker
    nameserver dns 127.0.0.11:53
    hold valid 1s
    timeout resolve 1s
frontend entrance
    bind :{ROUTER_PORT}
    default_backend web
backend web
    balance leastconn
    option httpchk GET {HEALTH_PATH}
    server-template web {REPLICAS * 2} web:{PORT} check inter {INTERVAL_SECONDS:g}s rise {RISE} \
fall 3 resolvers docker init-addr none
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposePeer:
    """The app, as a Compose project on an engine."""

    folder: Path
    engine: str

    def update(self, mark: str) -> None:
        """Bring up a release that says *mark*, and wait for the command. Raises what it does."""
        done = self.begin(mark)
        if done.wait(COMMAND_SECONDS):
            raise SystemExit(f"docker compose failed: {(self.folder / 'log').read_text()[-2000:]}")

    def begin(self, mark: str) -> "subprocess.Popen[bytes]":
        """Start ``docker compose up -d`` to a release that says *mark*."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                self._words("up", "-d"), env=self._environment(mark), stdout=log, stderr=log
            )

    def down(self) -> None:
        """Remove it all."""
        words = self._words("down", "--timeout", "1", "--remove-orphans")
        subprocess.run(words, env=self._environment(""), capture_output=True, check=False)

    def router_address(self) -> str:
        """Return where visitors ask."""
        with closing(docker.DockerClient(self.engine)) as client:
            (router,) = client.containers.list(filters=_labels("bench.router"))
            (network,) = router.attrs["NetworkSettings"]["Networks"].values()
        return str(network["IPAddress"])

    def releases(self) -> Counter[str]:
        """Return how many containers there are of each release, by what it says; dead ones are
        under "dead".
        """
        with closing(docker.DockerClient(self.engine)) as client:
            found = client.containers.list(all=True, filters=_labels("bench.web"))
            return Counter(
                _greeting(one.attrs["Config"]["Env"]) if one.status == "running" else "dead"
                for one in found
            )

    def _words(self, *words: str) -> list[str]:
        command = shutil.which("docker-compose")
        if command is None:
            raise SystemExit("The alternative is not installed: apt-get install docker-compose.")
        file = str(self.folder / "compose.yaml")
        return [command, "--project-name", PROJECT, "--file", file, *words]

    def _environment(self, mark: str) -> dict[str, str]:
        return {**os.environ, "DOCKER_HOST": self.engine, "GREETING": mark}


def _labels(role: str) -> dict[str, str | list[str] | bool]:
    return {"label": [f"com.docker.compose.project={PROJECT}", role]}


def _greeting(environment: list[str]) -> str:
    pairs = dict(pair.partition("=")[::2] for pair in environment)
    return pairs["GREETING"]


@contextmanager
def compose_peer(folder: Path, engine: str, image: str) -> Iterator[ComposePeer]:
    """Bring up the app from *image*; nothing is left of it after the block."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "haproxy.cfg").write_text(ROUTER, encoding="utf-8")
    services = {
        "router": {
            "image": "haproxy:lts",
            "entrypoint": ["haproxy", "-db", "-f", "/bench/haproxy.cfg"],
            "volumes": [f"{folder / 'haproxy.cfg'}:/bench/haproxy.cfg:ro"],
            "labels": ["bench.router"],
            "init": True,
        },
        "web": {
            "image": image,
            "environment": {"GREETING": "${GREETING}"},
            "labels": ["bench.web"],
            "scale": REPLICAS,
            "stop_grace_period": "10s",
            "init": True,
        },
    }
    file = {"version": "2.4", "services": services}
    (folder / "compose.yaml").write_text(yaml.safe_dump(file), encoding="utf-8")
    peer = ComposePeer(folder=folder, engine=engine)
    try:
        peer.update("first")
        time.sleep(RISE * INTERVAL_SECONDS + 2.0)  # until its router has found and checked it
        yield peer
    finally:
        peer.down()
