"""Builds with the engine's classic builder through the SDK, where no BuildKit can be had."""

import queue
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import requests
from docker.errors import APIError, DockerException, NotFound
from docker.types import CancellableStream
from docker.utils import kwargs_from_env

from engine.adapters.docker.client import EngineClient
from engine.adapters.image_facts import has_healthcheck, lowest_port, needs_dockerfile
from engine.adapters.image_names import built_name
from engine.errors import Canceled, NoSpace, Unreachable
from engine.ports.builder import BuildEvent, BuildFailed, BuildSpec, Built

GLANCE_SECONDS = 0.2
STEP = re.compile(r"Step (?P<number>\d+/\d+) : (?P<text>.*)\Z")
NO_SPACE = "no space left on device"  # the daemon's only sign of it
Message = Mapping[str, Any]


class ClassicBuilder:
    """Builds on one Docker engine, without BuildKit's ``--mount`` and parallel stages."""

    notice: str | None = (
        "Built with the classic builder: no docker command with BuildKit was found, "
        "so `RUN --mount` does not work. Install the docker buildx plug-in."
    )

    def __init__(
        self,
        engine_url: str,
        *,
        environment: Mapping[str, str] | None = None,
        opened: Callable[[], str] | None = None,
    ) -> None:
        """*environment* may hold DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.

        Where the way to the engine has to be opened first, *opened* returns the URL to use.
        """
        self._engine_url = engine_url
        self._environment = dict(environment or {})
        self._opened = opened or (lambda: engine_url)

    def build(
        self,
        spec: BuildSpec,
        *,
        on_event: Callable[[BuildEvent], None],
        canceled: Callable[[], bool],
    ) -> Built:
        """Build one image; see the port."""
        needs_dockerfile(spec)
        started = time.monotonic()
        settings = kwargs_from_env(environment={**self._environment, "DOCKER_HOST": self._opened()})
        try:
            client = _Client(version="auto", **settings)
        except (DockerException, requests.RequestException) as error:
            raise self._unreachable() from error
        try:
            image_id = _Run(spec, on_event).follow(client, canceled)
            config = client.inspect_image(image_id)["Config"] or {}  # type: ignore[no-untyped-call]
        except NotFound as error:
            raise BuildFailed(spec.service, "The engine lacks the image it built.") from error
        except APIError as error:
            raise _failure(spec, str(error.explanation or error)) from error
        except (DockerException, requests.RequestException, OSError) as error:
            raise self._unreachable() from error
        finally:
            client.close()
        return Built(
            image_id=image_id,
            seconds=time.monotonic() - started,
            port=lowest_port(config.get("ExposedPorts") or {}),
            has_healthcheck=has_healthcheck(config),
        )

    def end_orphans(self, build_id: str) -> int:  # noqa: ARG002 - there is nothing to find
        """Return 0: the build runs in the engine, which ends it with the connection."""
        return 0

    def _unreachable(self) -> Unreachable:
        return Unreachable(
            f"The Docker engine at {self._engine_url} does not answer.",
            remedy="Check that it runs and that this machine may reach it.",
        )


class _Client(EngineClient):
    """A client whose build can be broken off from another thread."""

    answer: "CancellableStream[Message] | None" = None

    def _stream_helper(self, response: requests.Response, decode: bool = False) -> Iterator[Any]:
        """Keep hold of the response: closing it is what ends a classic build.

        The messages are not read through the closable stream, which takes errors for the end.
        """
        messages: Iterator[Any] = super()._stream_helper(response, decode)  # type: ignore[misc]
        self.answer = CancellableStream(messages, response)
        return messages


class _Run:
    """One build, read in a thread so that a silent step can be broken off."""

    def __init__(self, spec: BuildSpec, on_event: Callable[[BuildEvent], None]) -> None:
        self._spec = spec
        self._on_event = on_event
        self._messages: queue.SimpleQueue[Message | Exception | None] = queue.SimpleQueue()
        self._broken_off = threading.Event()
        self._step = ""
        self._image_id: str | None = None

    def follow(self, client: _Client, canceled: Callable[[], bool]) -> str:
        """Build and return the image's id."""
        if canceled():
            raise Canceled
        threading.Thread(target=self._read, args=(client,), daemon=True).start()
        try:
            self._take_all(canceled)
        except BaseException:
            self._broken_off.set()
            if client.answer is not None:
                client.answer.close()
            raise
        if self._image_id is None:
            raise BuildFailed(self._spec.service, "The engine told of no image.")
        return self._image_id

    def _take_all(self, canceled: Callable[[], bool]) -> None:
        glance_at = 0.0
        while True:
            if time.monotonic() >= glance_at:
                if canceled():
                    raise Canceled
                glance_at = time.monotonic() + GLANCE_SECONDS
            try:
                message = self._messages.get(timeout=GLANCE_SECONDS)
            except queue.Empty:
                continue
            if isinstance(message, Exception):
                raise message
            if message is None:
                return
            self._take(message)

    def _read(self, client: _Client) -> None:
        spec = self._spec
        try:
            for message in client.build(
                path=str(spec.context),
                tag=built_name(spec),
                dockerfile=str(spec.context / spec.dockerfile),
                buildargs=dict(spec.arguments),
                target=spec.target or "",
                nocache=spec.no_cache,
                labels={"rackhand.app": spec.app, "rackhand.service": spec.service},
                rm=True,
                forcerm=True,
                decode=True,
            ):
                if self._broken_off.is_set() and client.answer is not None:
                    client.answer.close()  # it was broken off while the context was on its way
                    return
                self._messages.put(message)
            self._messages.put(None)
        except Exception as error:  # noqa: BLE001 - handed to the thread that waits
            self._messages.put(error)

    def _take(self, message: Message) -> None:
        if "error" in message:
            code = (message.get("errorDetail") or {}).get("code")
            if code and self._step:
                raise BuildFailed(
                    self._spec.service, f"`{self._step}` ended with exit code {code}."
                )
            raise _failure(self._spec, str(message["error"]), self._step)
        if "ID" in (message.get("aux") or {}):
            self._image_id = message["aux"]["ID"]
        for line in str(message.get("stream") or "").splitlines():
            self._tell(line)

    def _tell(self, line: str) -> None:
        if found := STEP.match(line):
            self._step = " ".join(found["text"].split())
            title = f"{found['number']} {self._step}"
            self._on_event(BuildEvent(service=self._spec.service, text=title, step=title))
        elif line.strip():
            self._on_event(BuildEvent(service=self._spec.service, text=line))


def _failure(spec: BuildSpec, said: str, step: str = "") -> BuildFailed | NoSpace:
    if NO_SPACE in said.lower():
        return NoSpace(
            "The disk of the building engine is full.",
            remedy="Make room there: `docker system prune` removes what nothing uses.",
        )
    said = " ".join(said.split())[:500]
    return BuildFailed(spec.service, f"`{step}` failed: {said}" if step else said)
