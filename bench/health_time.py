"""How long the sample app's health check takes by itself, as its manifest says it.

A process of the app is started on the engine by hand, under the same load, and asked for its
health at its start and then once an interval, until it has passed as often in a row as the
manifest asks for. That holds the app's own start and ``interval x rise``, and nothing of ours: the
router asks more often until the first pass, and what it gains by that counts as our gain.
"""

import http.client
import time
from statistics import median

import docker
from docker.models.containers import Container

from bench.sample_app import HEALTH_PATH, INTERVAL_SECONDS, PORT, RISE

TRIES = 3
LONGEST_SECONDS = 60.0


def measure(engine: str, image: str, network: str) -> float:
    """Return the seconds that the check takes, the middle one of three tries."""
    client = docker.DockerClient(engine)
    try:
        return median(_once(client, image, network) for _ in range(TRIES))
    finally:
        client.close()


def _once(client: docker.DockerClient, image: str, network: str) -> float:
    container = client.containers.create(image, network=network, init=True)
    try:
        container.start()
        return _until_healthy(container, network)
    finally:
        container.remove(force=True)


def _until_healthy(container: Container, network: str) -> float:
    began, due, passed = time.monotonic(), time.monotonic(), 0
    container.reload()
    address = container.attrs["NetworkSettings"]["Networks"][network]["IPAddress"]
    while passed < RISE:
        passed = passed + 1 if _passes(address) else 0
        if time.monotonic() > began + LONGEST_SECONDS:
            raise TimeoutError("The sample app did not get healthy when started by hand.")
        if passed < RISE:
            due += INTERVAL_SECONDS
            time.sleep(max(0.0, due - time.monotonic()))
    return time.monotonic() - began


def _passes(address: str) -> bool:
    connection = http.client.HTTPConnection(address, PORT, timeout=3)
    try:
        connection.request("GET", HEALTH_PATH)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
