"""Looking at the racks past the bot: what answers through the router, what runs on the engine."""

import json
import time
from collections.abc import Callable
from typing import Protocol

import docker
import httpx

from bot.demo.stage import HOST, MEMORY, Stage
from bot.wiring import Racks
from engine.ports.clock import SystemClock

TIMEOUT_SECONDS = 5.0


class Outside(Protocol):
    """How a rack looks to somebody who does not ask the bot."""

    def version(self, rack: str) -> str | None:
        """Return the version that the shop shows, or None where nothing answers."""
        ...

    def releases(self, rack: str) -> set[str]:
        """Return the releases of the shop that have running processes."""
        ...


class DockerOutside:
    """Asks over HTTP through the router, and the engine through its own API."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._engine = docker.DockerClient(stage.engine)
        # One client, as making one costs more than asking; each time by a fresh connection.
        self._client = httpx.Client(
            headers={"Host": HOST},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def version(self, rack: str) -> str | None:
        """Ask the router as a browser would."""
        try:
            answer = self._client.get(f"http://127.0.0.1:{self._stage.ports[rack]}/api")
            return str(answer.json()["version"]) if answer.status_code == 200 else None
        except (httpx.HTTPError, json.JSONDecodeError):
            return None

    def releases(self, rack: str) -> set[str]:
        """List the engine's containers."""
        labels = [f"rackhand.rack={rack}", "rackhand.app=shop"]
        found = self._engine.containers.list(filters={"label": labels, "status": "running"})
        return {container.labels["rackhand.release"] for container in found}


class MemoryOutside:
    """Asks the simulated racks, which serve no pages: the live release stands for a version."""

    def __init__(self, stage: Stage) -> None:
        self._racks = Racks(stage.settings, SystemClock())

    def version(self, rack: str) -> str | None:  # noqa: ARG002  no rack has pages
        """There is no page to look at."""
        return None

    def releases(self, rack: str) -> set[str]:
        """List the simulated processes."""
        return {process.release for process in self._racks.rack(rack).processes("shop")}


def outside_of(stage: Stage) -> Outside:
    """Return the way to look at this stage's racks."""
    return MemoryOutside(stage) if stage.engine == MEMORY else DockerOutside(stage)


def becomes_true(look: Callable[[], bool], seconds: float = 15.0) -> bool:
    """Whether *look* turns true in time."""
    deadline = time.monotonic() + seconds
    while not look():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True
