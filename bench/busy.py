"""Builds and promotions that keep running while something is measured."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import mean

from bot.workspace.client import Visitor
from storage import builds, promotions, releases
from storage.store import Store

LOOK_SECONDS = 0.2
FIRST_SECONDS = 120.0


@dataclass(slots=True)
class Load:
    """How much ran at each look."""

    building: list[int] = field(default_factory=list)
    promoting: list[int] = field(default_factory=list)

    def forget(self) -> None:
        """Begin to count anew."""
        self.building.clear()
        self.promoting.clear()

    @property
    def mean_building(self) -> float:
        """Builds under way, on average."""
        return mean(self.building)

    @property
    def mean_promoting(self) -> float:
        """Promotions under way, on average."""
        return mean(self.promoting)


@contextmanager
def kept_busy(url: str, database: str, apps: Sequence[str], rack: str) -> Iterator[Load]:
    """Keep one build and one promotion of each app under way until the block ends.

    Once the block begins, each app has something live. Raises ``TimeoutError`` where not.
    """
    load, stopped = Load(), threading.Event()
    store = Store(database)
    with Visitor(url, user="grace") as grace:
        keeper = threading.Thread(target=_keep, args=(grace, store, apps, rack, load, stopped))
        keeper.start()
        try:
            grace_sees_all_live(store, apps)
            load.forget()
            yield load
        finally:
            stopped.set()
            keeper.join()
            store.close()


def grace_sees_all_live(store: Store, apps: Sequence[str]) -> None:
    """Wait until each of *apps* has something live."""
    pause = threading.Event()
    for _ in range(int(FIRST_SECONDS / LOOK_SECONDS)):
        with store.read() as transaction:
            if {one.app for one in promotions.all_live(transaction)} >= set(apps):
                return
        pause.wait(LOOK_SECONDS)
    raise TimeoutError(f"Not everything was live after {FIRST_SECONDS:.0f} s.")


def _keep(
    grace: Visitor,
    store: Store,
    apps: Sequence[str],
    rack: str,
    load: Load,
    stopped: threading.Event,
) -> None:
    while not stopped.wait(LOOK_SECONDS):
        with store.read() as transaction:
            building = {one.app for one in builds.unfinished(transaction)}
            promoting = {one.app for one in promotions.unfinished(transaction)}
            live = {one.app: one.release_id for one in promotions.all_live(transaction)}
            newest = {
                app: found[0].id
                for app in apps
                if (found := releases.latest(transaction, app=app, rack=rack, limit=1))
            }
        load.building.append(len(building))
        load.promoting.append(len(promoting))
        for app in apps:
            if app not in building:
                grace.say(f"/rack build {app} --rack {rack}")
            if app not in promoting and app in newest:
                is_new = newest[app] != live.get(app)
                what = f"promote {newest[app]}" if is_new else f"restart {app}"
                grace.say(f"/rack {what} --rack {rack}")
