"""A build that does what a test wants at its first step."""

from collections.abc import Callable
from dataclasses import replace

from engine.adapters.memory_builder import MemoryBuilder
from engine.ports.builder import BuildEvent, BuildSpec, Built
from storage import builds
from storage.records import BuildStatus
from tests.fakes import Files
from tests.worlds import Scene

B = BuildStatus


class SteeredBuilder(MemoryBuilder):
    """A builder that does something at its first step."""

    def __init__(self, at_first_step: Callable[[], None]) -> None:
        super().__init__()
        self._at_first_step = at_first_step
        self.orphans_ended: list[str] = []

    def build(
        self,
        spec: BuildSpec,
        *,
        on_event: Callable[[BuildEvent], None],
        canceled: Callable[[], bool],
    ) -> Built:
        on_event(BuildEvent(service=spec.service, text="1/1 RUN", step="1/1 RUN"))
        self._at_first_step()
        return super().build(spec, on_event=on_event, canceled=canceled)

    def end_orphans(self, build_id: str) -> int:
        self.orphans_ended.append(build_id)
        return 1


def steer(scene: Scene, at_first_step: Callable[[], None]) -> SteeredBuilder:
    builder = SteeredBuilder(at_first_step)
    scene.world = replace(scene.world, builder=lambda _: builder)
    return builder


def ask(scene: Scene, files: Files | None = None, *words: str) -> str:
    if files is None:
        scene.source.commit("Fix cart")
    else:
        scene.source.commit("Fix cart", files)
    return scene.did("build", "--rack", "staging", *words)


def log_of(scene: Scene, build_id: str) -> str:
    with scene.store.read() as transaction:
        return builds.log(transaction, build_id)
