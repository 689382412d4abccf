"""The moments at which a process could be stopped, each with the world that it would leave.

A process that is gone leaves its database, its racks and its checkouts, and nothing else. So a
stop at a moment is the world of that moment, given to a process that is made anew: the story runs
once, and is then taken up again from each of its moments.
"""

import shutil
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.adapters.memory import MemoryWorld
from engine.adapters.memory.state import WorldState
from engine.world import RackSpec
from storage.store import Store, Transaction
from storage.tables import metadata
from tests.fakes import FakeClock, FakeSource
from tests.fakes_forge import FakeForge
from tests.worlds import Scene, scene_over

DATABASE = "rackhand.db"
# All rows but the leases: the next process takes those of the one that is gone.
FACTS = [f"SELECT * FROM {table}" for table in metadata.tables if table != "leases"]
GIST = [
    "SELECT id, status, holds_line, carries, cancel_asked_by FROM jobs",
    "SELECT job_id, position, status, made, release_id FROM tasks",
    "SELECT id, finished_at IS NULL FROM builds",
    "SELECT id, finished_at IS NULL, status = 'awaiting_approval' FROM promotions",
]
NEWEST_STATUS = (
    "SELECT coalesce((SELECT status FROM jobs ORDER BY created_at DESC LIMIT 1), ("
    "SELECT status FROM (SELECT status, created_at FROM promotions"
    " UNION ALL SELECT status, created_at FROM builds) ORDER BY created_at DESC LIMIT 1))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """A world as a process leaves it."""

    database: bytes
    racks: Mapping[str, RackSpec]
    state: WorldState
    any_image: bool
    checkouts: Mapping[str, bytes]
    commits: FakeSource
    forge: FakeForge
    at: datetime
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point of a story: what comes next, or has just been done, and what a stop would leave."""

    name: str  # "before write 3", "after write 3", "before call 7: observe"
    step: int  # of the story that is under way
    status: str | None  # of what was asked for last
    leaves: Leaving
    gist: object  # what matters of it to a job: itself, how all that it made stands, and the forge


class Stopped(BaseException):
    """The engine is stopped in its tracks; nothing that it tries afterwards is done."""


class Watch:
    """Stands between an engine and everything outside it, and keeps each moment of a story."""

    def __init__(self, scene: Scene, folder: Path, *, stop_at: int | None = None) -> None:
        """*scene* works on the database in *folder*, and is watched from now on.

        With *stop_at* the moment of that number, counted from one, raises ``Stopped``, and so does
        all that comes after it.
        """
        self.moments: list[Moment] = []
        self.writes = self.calls = self.step = 0
        self._stop_at = stop_at
        self._scene = scene
        self._folder = folder
        self._reader = sqlite3.connect(folder / DATABASE, check_same_thread=False)
        self._lock = threading.RLock()
        self._seen: tuple[object, ...] = ()
        world = scene.world
        rack, builder, source = world.rack, world.builder, world.source
        scene.world = replace(
            world,
            store=WatchedStore(world.store.url, self),
            rack=lambda name: Reported(rack(name), self.call),
            builder=lambda name: Reported(builder(name), self.call),
            source=Reported(source, self.call),
            forge=Reported(world.forge, self.call),
        )
        scene.memory.on_call = self.call  # each single change that a call to a rack is made of
        world.store.close()

    def stopped(self) -> Moment:
        """Return the moment of the stop, with what is there now that the engine has let go."""
        moment = self.moments[(self._stop_at or 0) - 1]
        leaves = left_by(self._scene, self._reader.serialize(), _files(self._folder / "work"))
        return replace(moment, leaves=leaves)

    def close(self) -> None:
        """Let go of the database."""
        self._reader.close()

    def write(self) -> int:
        """Note that a transaction is about to be committed; return its number."""
        with self._lock:
            self.writes += 1
            self._keep(f"before write {self.writes}")
            return self.writes

    def written(self, number: int) -> None:
        """Note that a transaction has been committed."""
        self._keep(f"after write {number}")

    def call(self, name: str) -> None:
        """Note that something outside is about to be asked, or changed."""
        with self._lock:
            self.calls += 1
            self._keep(f"before call {self.calls}: {name}")

    def _keep(self, name: str) -> None:
        """Keep the moment; one at which nothing has changed since the last leaves the same."""
        with self._lock:
            checkouts = _files(self._folder / "work")
            forge = shown_on(self._scene.forge)
            seen = (self._rows(FACTS), self._scene.memory._state, checkouts, forge)
            if self.moments and seen == self._seen:
                leaves = self.moments[-1].leaves
            else:
                self._seen = seen
                leaves = left_by(self._scene, self._reader.serialize(), checkouts)
            status = self._reader.execute(NEWEST_STATUS).fetchone()
            self.moments.append(
                Moment(
                    name=name,
                    step=self.step,
                    status=status[0] if status else None,
                    leaves=leaves,
                    gist=(self._rows(GIST), self._hooks(), forge),
                )
            )
        if self._stop_at is not None and len(self.moments) >= self._stop_at:
            raise Stopped

    def _rows(self, queries: Sequence[str]) -> list[list[tuple[object, ...]]]:
        return [self._reader.execute(query).fetchall() for query in queries]

    def _hooks(self) -> list[object]:
        return [rack.hooks for rack in self._scene.memory._state.racks.values()]


class WatchedStore(Store):
    """A store whose writes are noted before and after they are committed."""

    def __init__(self, url: str, watch: Watch) -> None:
        """*watch* is told."""
        super().__init__(url)
        self._watch = watch

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        with super().write() as transaction:
            yield transaction
            number = self._watch.write()
        self._watch.written(number)


class Reported:
    """A port whose calls are noted before they are made."""

    def __init__(self, port: Any, report: Callable[[str], None]) -> None:
        """*report* is told the name of each call."""
        self._port = port
        self._report = report

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*given: Any, **named: Any) -> Any:
            self._report(name)
            return found(*given, **named)

        return call


def left_by(scene: Scene, database: bytes, checkouts: Mapping[str, bytes]) -> Leaving:
    """What a process would leave that works on *scene* and is stopped now."""
    return Leaving(
        database=database,
        racks=scene.world.racks,
        state=scene.memory._state,
        any_image=scene.memory.any_image,
        checkouts=checkouts,
        commits=replace(
            scene.source,
            branches=dict(scene.source.branches),
            commits=dict(scene.source.commits),
        ),
        forge=copied(scene.forge, scene.clock),
        at=scene.clock.at,
        owner=scene.world.owner,
    )


def shown_on(forge: FakeForge) -> str:
    """All that is on the forge: what was pushed and checked there, and what it shows."""
    return repr((forge.repositories, forge.deployments, forge.is_reachable))


def copied(forge: FakeForge, clock: FakeClock) -> FakeForge:
    """The same forge, which changes to this one do not reach."""
    return replace(
        forge,
        clock=clock,
        repositories=deepcopy(forge.repositories),
        deployments=deepcopy(forge.deployments),
        calls=Counter(forge.calls),
    )


def taken_up(leaving: Leaving, folder: Path) -> Scene:
    """A scene over what was left, in an empty *folder*, as the stopped process knew it."""
    (folder / DATABASE).write_bytes(leaving.database)
    for name, content in leaving.checkouts.items():
        path = folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    memory = MemoryWorld(any_image=leaving.any_image)
    memory._state = leaving.state
    source = replace(
        leaving.commits,
        branches=dict(leaving.commits.branches),
        commits=dict(leaving.commits.commits),
    )
    store = Store(f"sqlite:///{folder / DATABASE}")
    clock = FakeClock()
    clock.at = leaving.at
    return scene_over(
        store,
        folder,
        racks=leaving.racks,
        memory=memory,
        source=source,
        forge=copied(leaving.forge, clock),
        clock=clock,
        owner=leaving.owner,
    )


@contextmanager
def empty(folder: Path) -> Iterator[Path]:
    """Give an empty folder and remove it afterwards: hundreds of worlds pass through it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _files(folder: Path) -> dict[str, bytes]:
    if not folder.exists():
        return {}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
