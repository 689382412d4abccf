"""Builds with BuildKit, by way of the docker command."""

import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from engine.adapters.buildkit_progress import Progress
from engine.adapters.docker_cli import DockerCli, call
from engine.adapters.image_facts import has_healthcheck, lowest_port, needs_dockerfile
from engine.adapters.image_names import built_name
from engine.adapters.process import GRACE_SECONDS, child_environment, stream
from engine.errors import NoSpace, Unreachable
from engine.ports.builder import BuildEvent, BuildFailed, BuildSpec, Built


class BuildKitBuilder:
    """Builds on one Docker engine.

    *engine_url* is anything that the docker command takes as DOCKER_HOST (``unix://``,
    ``ssh://``, ``tcp://``); *environment* adds what it needs for that, such as
    DOCKER_TLS_VERIFY and DOCKER_CERT_PATH. Where the way there has to be opened first, *opened*
    does so and returns the URL to use instead.
    """

    notice: str | None = None

    def __init__(
        self,
        engine_url: str,
        cli: DockerCli,
        *,
        environment: Mapping[str, str] | None = None,
        opened: Callable[[], str] | None = None,
    ) -> None:
        """*cli* comes from ``find_cli``."""
        self._engine_url = engine_url
        self._cli = cli
        self._extra = {**cli.build_environment, **(environment or {})}
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
        progress = Progress(service=spec.service)

        def tell(line: str) -> None:
            for event in progress.read(line):
                on_event(event)

        with tempfile.TemporaryDirectory(prefix=_mark(spec.build_id)) as folder:
            id_file = Path(folder) / "image-id"
            code = stream(
                (self._cli.path, *self._cli.build_words, *_options(spec, id_file)),
                environment=self._environment(),
                canceled=canceled,
                on_line=tell,
            )
            if code != 0 or not id_file.exists():
                self._raise_failure(spec, progress)
            image_id = id_file.read_text(encoding="utf-8").strip()
        return self._built(spec, image_id, time.monotonic() - started)

    def end_orphans(self, build_id: str) -> int:
        """End docker commands of this build, found by the id file in their arguments."""
        mark = _mark(build_id)
        found: list[psutil.Process] = []
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or ()  # None: it ended, or is somebody else's
            if any(word.startswith("--iidfile=") and mark in word for word in words):
                found.append(process)
        for process in found:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
        _, left = psutil.wait_procs(found, timeout=GRACE_SECONDS)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        for folder in Path(tempfile.gettempdir()).glob(f"{mark}*"):
            shutil.rmtree(folder, ignore_errors=True)
        return len(found)

    def _environment(self) -> dict[str, str]:
        return child_environment({**self._extra, "DOCKER_HOST": self._opened()})

    def _raise_failure(self, spec: BuildSpec, progress: Progress) -> None:
        if progress.is_no_space:
            raise NoSpace(
                "The disk of the building engine is full.",
                remedy="Make room there: `docker system prune` removes what nothing uses.",
            )
        if progress.failed_step is None:
            self._check_engine()
        raise BuildFailed(spec.service, progress.detail)

    def _check_engine(self) -> None:
        answer = call(
            self._cli.path,
            "version",
            "--format={{.Server.Version}}",
            environment=self._environment(),
        )
        if answer.code != 0:
            raise Unreachable(
                f"The Docker engine at {self._engine_url} does not answer.",
                remedy="Check that it runs and that this machine may reach it.",
            )

    def _built(self, spec: BuildSpec, image_id: str, seconds: float) -> Built:
        answer = call(
            self._cli.path,
            "image",
            "inspect",
            "--format={{json .}}",
            image_id,
            environment=self._environment(),
        )
        if answer.code != 0:
            self._check_engine()
            raise BuildFailed(spec.service, "The engine does not have the image it built.")
        facts = json.loads(answer.output)
        config = facts["Config"] or {}
        return Built(
            image_id=facts["Id"],
            seconds=seconds,
            port=lowest_port(config.get("ExposedPorts") or {}),
            has_healthcheck=has_healthcheck(config),
        )


def _mark(build_id: str) -> str:
    return f"rackhand-build-{build_id}-"


def _options(spec: BuildSpec, id_file: Path) -> list[str]:
    options = [
        "--progress=plain",
        f"--iidfile={id_file}",
        f"--file={spec.context / spec.dockerfile}",
        f"--tag={built_name(spec)}",
        f"--label=rackhand.app={spec.app}",
        f"--label=rackhand.service={spec.service}",
    ]
    options += [f"--build-arg={name}={value}" for name, value in spec.arguments.items()]
    if spec.target is not None:
        options.append(f"--target={spec.target}")
    if spec.no_cache:
        options.append("--no-cache")
    return [*options, "--", str(spec.context)]
