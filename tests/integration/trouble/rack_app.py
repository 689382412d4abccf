"""The app that real racks get into trouble with, and a builder that puts it on an engine fast."""

import io
import itertools
import tarfile
from collections.abc import Callable
from contextlib import closing

import docker
from docker.errors import ImageNotFound

from engine.ports.builder import BuildEvent, BuildSpec, Built
from tests.fakes import Files

PYTHON = "python:3-slim"
PORT = 8080
EATS_MEGABYTES = 120  # once there is a file /eat
PROGRAM = f"""
import http.server, os, threading, time, urllib.parse


def eat():
    while not os.path.exists("/eat"):
        time.sleep(0.05)
    eaten = [bytearray(b"x" * 2**20) for _ in range({EATS_MEGABYTES})]
    while True:
        time.sleep(len(eaten))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/slow":
            time.sleep(float(url.query))
        waits = url.path == "/health" and os.environ["WAITS"] and not os.path.exists("/go")
        body = os.environ["RACKHAND_RELEASE"].encode()
        self.send_response(503 if waits else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128


threading.Thread(target=eat, daemon=True).start()
Server(("", {PORT}), Handler).serve_forever()
"""


def files(
    *, replicas: int = 1, bake_seconds: float = 0, waits: bool = False, megabytes: int = 0
) -> Files:
    """The repository of an app whose releases answer with their own ids.

    One that *waits* is healthy once there is a file /go in its container; *megabytes* are in its
    image beside the program.
    """
    compose = f"""
services:
  web:
    build: .
    environment:
      WAITS: "{"yes" if waits else ""}"
    deploy:
      replicas: {replicas}
    stop_grace_period: 2s
    x-rackhand:
      port: {PORT}
      health: {{path: /health, interval_seconds: 0.2, timeout_seconds: 1, rise: 1, fall: 2}}
      drain_seconds: 30
      bake_seconds: {bake_seconds}
"""
    return {"Dockerfile": f"FROM {PYTHON}\n", "compose.yaml": compose, "SIZE": str(megabytes)}


class QuickBuilder:
    """Makes an image by committing a container: what is built is not what these tests are about."""

    notice: str | None = None

    def __init__(self, engine_url: str) -> None:
        self._engine_url = engine_url
        self._numbers = itertools.count(1)

    def build(
        self,
        spec: BuildSpec,
        *,
        on_event: Callable[[BuildEvent], None],
        canceled: Callable[[], bool],
    ) -> Built:
        megabytes = int((spec.context / "SIZE").read_text(encoding="utf-8"))
        labels = (
            f"LABEL rackhand.app={spec.app}",
            f"LABEL rackhand.service={spec.service}",
            f"LABEL rackhand.test={next(self._numbers)}",
        )
        with closing(docker.DockerClient(self._engine_url)) as client:
            made = client.containers.create(PYTHON, command=["python", "-c", PROGRAM])
            if megabytes:
                made.put_archive("/", _ballast(megabytes))
            image = made.commit(changes=list(labels))
            made.remove()
        assert image.id
        return Built(image_id=image.id, seconds=0.1, port=PORT)

    def end_orphans(self, build_id: str) -> int:
        return 0


def forget_image(engine_url: str, image_id: str) -> None:
    """Remove an image as somebody might who makes room."""
    with closing(docker.DockerClient(engine_url)) as client:
        client.images.remove(image_id, force=True)


def has_image(engine_url: str, image_id: str) -> bool:
    with closing(docker.DockerClient(engine_url)) as client:
        try:
            client.images.get(image_id)
        except ImageNotFound:
            return False
        return True


def _ballast(megabytes: int) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("ballast")
        member.size = megabytes * 2**20
        archive.addfile(member, io.BytesIO(bytes(member.size)))
    return packed.getvalue()
