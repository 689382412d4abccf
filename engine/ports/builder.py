"""The port to whatever turns a checked-out commit into images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildSpec:
    """One image to build."""

    build_id: str  # marks the build's process, so that orphans can be found
    app: str
    service: str
    context: Path  # a checked-out directory
    dockerfile: str = "Dockerfile"  # relative to the context
    target: str | None = None
    arguments: Mapping[str, str]
    no_cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildEvent:
    """One line of a build as it happens."""

    service: str
    text: str
    step: str | None = None  # "4/7 RUN make assets" where the line begins a step


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An image that now exists on the building engine."""

    image_id: str  # config digest: the same content built again has the same
    seconds: float
    port: int | None = None  # the lowest TCP port that the image EXPOSEs
    has_healthcheck: bool = False  # the image brings its own HEALTHCHECK


class BuildFailed(Exception):
    """The Dockerfile did not build. Not a fault of ours: the log says why."""

    def __init__(self, service: str, detail: str) -> None:
        """*detail* is one line: the failing step and its exit code where known."""
        super().__init__(detail)
        self.service = service
        self.detail = detail


class Builder(Protocol):
    """Builds images."""

    @property
    def notice(self) -> str | None:
        """What people should know about how this builder builds, or None."""
        ...

    def build(
        self,
        spec: BuildSpec,
        *,
        on_event: Callable[[BuildEvent], None],
        canceled: Callable[[], bool],
    ) -> Built:
        """Build one image; blocks, streaming events from the calling thread.

        *canceled* is asked at least twice a second; once true the build's process is ended and
        ``Canceled`` raised. Raises ``BuildFailed`` for a Dockerfile that fails, ``Unreachable``
        when the engine does not answer, ``NoSpace`` for a full disk.
        """
        ...

    def end_orphans(self, build_id: str) -> int:
        """End processes that an earlier, killed attempt at this build left; return how many."""
        ...
