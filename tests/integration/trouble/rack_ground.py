"""What outlasts a process of ours: a database, the engines, a repository and the time."""

import itertools
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import apps
from storage.store import Store
from tests.fakes import FakeClock, FakeSource
from tests.services.requirement import free_port
from tests.worlds import app_named


class PassingClock(FakeClock):
    """The system's time, which passes by itself and can be set forward."""

    def __init__(self, *, ahead: timedelta = timedelta()) -> None:
        super().__init__()
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_time(self, seconds: float) -> None:
        time.sleep(seconds)

    def skip(self, seconds: float) -> None:
        """Set it forward."""
        self.ahead += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Processes of ours come and go on it."""

    database: str  # its URL
    work_folder: Path
    urls: Mapping[str, str]  # of the engines, by the racks' names
    ports: Mapping[str, int]  # of the routers
    clock: PassingClock = field(default_factory=PassingClock)
    source: FakeSource = field(default_factory=FakeSource)
    keys: Iterator[int] = field(default_factory=itertools.count)  # of requests


def ground_in(folder: Path, template: Path, urls: Mapping[str, str]) -> Ground:
    """Lay it on a copy of the migrated database *template*, with the app ``web`` known."""
    path = folder / "rackhand.db"
    shutil.copy(template, path)
    ground = Ground(
        database=f"sqlite:///{path}",
        work_folder=folder / "work",
        urls=urls,
        ports={rack: free_port() for rack in urls},
    )
    with closing(Store(ground.database)) as store, store.write() as transaction:
        apps.add(transaction, app_named("web", ground.clock))
        apps.switch(transaction, "channel:C1", "staging")
    return ground
