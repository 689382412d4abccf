"""Finding a docker command that can build with BuildKit, and calling it."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.adapters.process import Finished, child_environment, run
from engine.errors import Unreachable

PROBE_SECONDS = 20.0
CALL_SECONDS = 60.0
FIRST_WITHOUT_BUILDKIT = 23  # from this version on, BuildKit needs the buildx plug-in


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerCli:
    """One docker command and how it is asked to use BuildKit."""

    path: str
    has_buildx: bool

    @property
    def build_words(self) -> tuple[str, ...]:
        """The words that begin a build."""
        return ("buildx", "build", "--load") if self.has_buildx else ("build",)

    @property
    def build_environment(self) -> dict[str, str]:
        """What makes it build with the engine's own BuildKit, and nothing but the image."""
        if self.has_buildx:
            return {"BUILDX_BUILDER": "default", "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}
        return {"DOCKER_BUILDKIT": "1"}


def find_cli() -> DockerCli | None:
    """Return the first command on PATH whose buildx answers, else the first old enough to do
    without; None where there is neither."""
    candidates = list(_candidates())
    for path in candidates:
        if _call(path, "buildx", "version").code == 0:
            return DockerCli(path=path, has_buildx=True)
    for path in candidates:
        found = re.search(r"version (\d+)\.", _call(path, "--version").output)
        if found and int(found[1]) < FIRST_WITHOUT_BUILDKIT:
            return DockerCli(path=path, has_buildx=False)
    return None


def call(
    path: str, *words: str, environment: Mapping[str, str], deadline_seconds: float = CALL_SECONDS
) -> Finished:
    """Run one short docker command. Raises ``Unreachable`` when it does not end in time."""
    try:
        return run((path, *words), environment=environment, deadline_seconds=deadline_seconds)
    except TimeoutError as error:
        raise Unreachable(
            f"The Docker engine does not answer (`docker {words[0]}`: {error}).",
            remedy="Check that the engine runs.",
        ) from error


def _candidates() -> Iterator[str]:
    seen: set[Path] = set()
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which("docker", path=folder) if folder else None
        if found and Path(found).resolve() not in seen:
            seen.add(Path(found).resolve())
            yield found


def _call(path: str, *words: str) -> Finished:
    try:
        return run(
            (path, *words), environment=child_environment({}), deadline_seconds=PROBE_SECONDS
        )
    except (OSError, TimeoutError):
        return Finished(code=1, output="", errors="")
