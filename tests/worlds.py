"""A whole Rackhand for a test: real engine, commands and store, on simulated racks and time."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.adapters.memory import MemoryRack, MemoryWorld
from engine.adapters.memory_builder import MemoryBuilder
from engine.environment import Vault
from engine.world import RackSpec, World
from storage import apps
from storage.records import (
    App,
)
from storage.store import Store
from tests.fakes import BROKEN_DOCKERFILE, FakeClock, FakeSource
from tests.fakes_forge import FakeForge
from tests.reading import buttons_of, text_of
from tests.scene import ADA, BOB, RACKS, SECRET_KEY, Scene, compose
from tests.traffic import live_record_is_true


def make_scene(
    url: str,
    folder: Path,
    *,
    racks: Mapping[str, RackSpec] = RACKS,
    names: tuple[str, ...] = ("web",),
    protect: bool = False,
    memory: MemoryWorld | None = None,
    owner: str = "bot 1",
) -> Scene:
    """Make a Rackhand on a migrated database with the apps *names*.

    Production asks for approvals only with *protect*.
    """
    racks = {
        name: replace(spec, protected=spec.protected and protect) for name, spec in racks.items()
    }
    scene = scene_over(Store(url), folder, racks=racks, memory=memory, owner=owner)
    with scene.store.write() as transaction:
        for name in names:
            apps.add(transaction, app_named(name, scene.clock))
        apps.switch(transaction, "channel:C1", "staging")
    return scene


def scene_over(
    store: Store,
    folder: Path,
    *,
    racks: Mapping[str, RackSpec],
    memory: MemoryWorld | None = None,
    source: FakeSource | None = None,
    forge: FakeForge | None = None,
    clock: FakeClock | None = None,
    owner: str = "bot 1",
) -> Scene:
    """Make a Rackhand over a database, and over racks and repositories that may be there too."""
    clock, builder = clock or FakeClock(), MemoryBuilder()
    source, memory = source or FakeSource(), memory or MemoryWorld()
    forge = forge or FakeForge(clock)

    def builder_of(rack: str) -> MemoryBuilder:
        held = partial(memory.add_image, rack, app="web")  # only there, until it is brought
        return builder if memory.any_image else MemoryBuilder(on_built=held)

    adapters = {name: MemoryRack(name, memory, clock) for name in racks}
    world = World(
        store=store,
        clock=clock,
        racks=racks,
        rack=adapters.__getitem__,
        builder=builder_of,
        source=source,
        vault=Vault(SECRET_KEY),
        work_folder=folder / "work",
        forge=forge,
        default_channel="#deploys",
        owner=owner,
    )
    scene = Scene(
        world=world, clock=clock, source=source, memory=memory, builder=builder, forge=forge
    )
    scene.on_tick.append(live_record_is_true)
    return scene


def app_named(name: str, clock: FakeClock) -> App:
    return App(
        name=name,
        repo=f"https://git.example/{name}.git",
        branch="main",
        manifest=None,
        channel=None,
        in_file=True,
        created_at=clock.now(),
    )


@contextmanager
def scene_on_copy(template: Path, folder: Path, *, protect: bool = False) -> Iterator[Scene]:
    """Give a scene on a copy of the migrated SQLite database *template*."""
    path = folder / "rackhand.db"
    shutil.copy(template, path)
    scene = make_scene(f"sqlite:///{path}", folder, protect=protect)
    try:
        yield scene
    finally:
        scene.store.close()


__all__ = [
    "ADA",
    "BOB",
    "BROKEN_DOCKERFILE",
    "RACKS",
    "SECRET_KEY",
    "Scene",
    "buttons_of",
    "compose",
    "live_record_is_true",
    "make_scene",
    "scene_on_copy",
    "text_of",
]
