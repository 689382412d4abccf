"""Every builder that the contract is held against."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.adapters.buildkit import BuildKitBuilder
from engine.adapters.classic_builder import ClassicBuilder
from engine.adapters.docker_cli import find_cli
from engine.adapters.memory_builder import MemoryBuilder
from engine.ports.builder import Builder, BuildEvent, BuildSpec, Built
from tests.services.requirement import lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A builder with what its world needs to be tried."""

    builder: Builder
    base: str  # a FROM line's image that the engine has
    slow_step: str  # a Dockerfile line that lasts far longer than any test


@pytest.fixture(params=["memory", "buildkit", "classic"])
def bench(request: pytest.FixtureRequest) -> Bench:
    base = "busybox:stable"
    if request.param == "memory":
        return Bench(builder=MemoryBuilder(seconds_per_step=0.02), base=base, slow_step="RUN x")
    engine_url = request.getfixturevalue("engine_url")
    if request.param == "classic":
        builder: Builder = ClassicBuilder(engine_url)
    else:
        cli = find_cli()
        if cli is None:
            lacking("no docker command can build with BuildKit")
        builder = BuildKitBuilder(engine_url, cli)
    return Bench(builder=builder, base=base, slow_step="RUN sleep 999")


@pytest.fixture
def spec_of(tmp_path: Path, bench: Bench) -> Callable[..., BuildSpec]:
    """Write a Dockerfile (BASE stands for the base image) and say how to build it."""

    def make(text: str, /, **changes: object) -> BuildSpec:
        tmp_path.joinpath("Dockerfile").write_text(text.replace("BASE", bench.base))
        settings: dict[str, object] = {
            "build_id": "BCONTRACTXX",
            "app": "shop",
            "service": "web",
            "context": tmp_path,
            "arguments": {},
        }
        return BuildSpec(**{**settings, **changes})  # type: ignore[arg-type]

    return make


@dataclass(slots=True)
class Watcher:
    """Collects the events of one build."""

    events: list[BuildEvent]

    @property
    def steps(self) -> list[str]:
        return [event.step for event in self.events if event.step]

    @property
    def text(self) -> str:
        return "\n".join(event.text for event in self.events)


@pytest.fixture
def watcher() -> Watcher:
    return Watcher(events=[])


@pytest.fixture
def run(bench: Bench, watcher: Watcher) -> Callable[[BuildSpec], Built]:
    """Build without ever canceling."""

    def build(spec: BuildSpec) -> Built:
        return bench.builder.build(spec, on_event=watcher.events.append, canceled=lambda: False)

    return build
