"""The world that simulated racks live in: it outlasts the bot, in memory or in a file."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from engine.adapters.memory.behaviour import FAILURES, Behaviour
from engine.adapters.memory.state import (
    CODEC,
    EMPTY_RACK,
    EMPTY_WORLD,
    EVEN,
    RackState,
    Receiver,
    SimulatedHook,
    SimulatedProcess,
    WorldState,
)
from engine.adapters.placement import Traffic

JOURNAL_LINES = 2_000


class MemoryWorld:
    """Holds the simulated racks, so that a bot made anew finds what an earlier one left.

    With *path* the state lives in that JSON file, shared by all processes that open it; without,
    in this object. With *any_image* every image is on every rack, as in the engine-less demo;
    else only those that ``add_image`` or a rack's ``load_image`` brought.

    Tests and the demo steer it: ``behave`` says how processes of an image, an app or an
    "app/service" behave, ``on_call`` is called with the name of each change before it is made
    and may raise, and ``journal`` lists the changes that were made.
    """

    def __init__(
        self, path: Path | None = None, *, any_image: bool = True, requests_per_second: int = 0
    ) -> None:
        """Open the world at *path*, or make an empty one.

        Each app that traffic can reach gets *requests_per_second* of it, so that there is
        something to measure; the behaviour of an app or its processes may ask for more.
        """
        self.any_image = any_image
        self.requests_per_second = requests_per_second
        self.on_call: Callable[[str], None] = lambda _: None
        self._path = path
        self._state = EMPTY_WORLD
        self._lock = threading.RLock()

    def behave(self, whose: str, behaviour: Behaviour) -> None:
        """Let processes of an image, an app or an "app/service" behave so, running ones too."""
        with self._lock, self._file_lock():
            state = self._read()
            self._write(replace(state, behaviours={**state.behaviours, whose: behaviour}))

    def behaviour_of(self, process: SimulatedProcess) -> Behaviour:
        """Return how *process* behaves: as its environment, image, service or app says."""
        return self._behaviour(process.failure, _names_of(process.app, process))

    def behaviour_of_hook(self, hook: SimulatedHook) -> Behaviour:
        """Return how a hook's process behaves; "app/service/hook" comes before its image."""
        own = f"{hook.app}/{hook.service}/{hook.hook}"
        return self._behaviour(hook.failure, (own, *_names_of(hook.app, hook)))

    def behaviour_of_receiver(self, app: str, receiver: Receiver) -> Behaviour:
        """Return how processes behave that got traffic, also once they are gone."""
        return self._behaviour(receiver.failure, _names_of(app, receiver))

    def traffic_of(self, app: str) -> int:
        """Return how many requests an app gets in a second, whatever its processes ask for."""
        own = self._read().behaviours.get(app, Behaviour())
        return max(self.requests_per_second, own.requests_per_second)

    def add_image(self, rack: str, image_id: str, *, app: str = "") -> None:
        """Put an image on a rack, as a build there does."""

        def add(state: RackState) -> RackState:
            return replace(state, images={**state.images, image_id: app})

        self.change(rack, f"add image {image_id[:19]}", add)

    def make_unreachable(self, rack: str, *, until: datetime | None = None) -> None:
        """Let the rack not answer, until a moment or until ``make_reachable``."""

        def cut_off(state: RackState) -> RackState:
            return replace(state, unreachable=True, unreachable_until=until)

        self.change(rack, "become unreachable", cut_off)

    def make_reachable(self, rack: str) -> None:
        """Let the rack answer again."""

        def connect(state: RackState) -> RackState:
            return replace(state, unreachable=False, unreachable_until=None)

        self.change(rack, "become reachable", connect)

    def lose_router(self, rack: str) -> None:
        """Let the rack forget its routes, as when somebody removes its router."""

        def lose(state: RackState) -> RackState:
            processes = tuple(_unknown_to_router(process) for process in state.processes)
            return replace(state, processes=processes, hosts={}, is_prepared=False)

        self.change(rack, "lose router", lose)

    @property
    def journal(self) -> tuple[str, ...]:
        """The changes made so far, oldest first: "production: start P… web 1"."""
        return self._read().journal

    def rack(self, name: str) -> RackState:
        """Return the rack as it is now."""
        return self._read().racks.get(name, EMPTY_RACK)

    def change(self, rack: str, what: str, change: Callable[[RackState], RackState]) -> RackState:
        """Make one change to a rack, whole or not at all; returns the rack as it is then."""
        self.on_call(what)
        with self._lock, self._file_lock():
            state = self._read()
            changed = change(state.racks.get(rack, EMPTY_RACK))
            journal = (*state.journal, f"{rack}: {what}")[-JOURNAL_LINES:]
            racks = {**state.racks, rack: changed}
            self._write(replace(state, racks=racks, journal=journal))
        return changed

    def _behaviour(self, failure: str, names: tuple[str, ...]) -> Behaviour:
        """Return the failure that an environment asked for, else what is said of a name."""
        if failure in FAILURES:
            return FAILURES[failure]
        behaviours = self._read().behaviours
        return next((behaviours[name] for name in names if name in behaviours), Behaviour())

    def _read(self) -> WorldState:
        if self._path is None:
            return self._state
        if not self._path.exists():
            return EMPTY_WORLD
        return CODEC.validate_json(self._path.read_bytes())

    def _write(self, state: WorldState) -> None:
        if self._path is None:
            self._state = state
            return
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(CODEC.dump_json(state, indent=1))
        fresh.replace(self._path)

    @contextmanager
    def _file_lock(self) -> Iterator[None]:
        """Keep other processes that share the file from changing it at the same time."""
        if self._path is None:
            yield
            return
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _unknown_to_router(process: SimulatedProcess) -> SimulatedProcess:
    return replace(process, traffic=Traffic.NONE, weight=EVEN, draining_since=None)


def _names_of(app: str, one: SimulatedProcess | SimulatedHook | Receiver) -> tuple[str, ...]:
    return (one.image, f"{app}/{one.service}", app)
