"""A whole Rackhand over real engines: store, engine story and racks are those of the product."""

import http.client
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container

from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.adapters.memory import MemoryWorld
from engine.adapters.memory_builder import MemoryBuilder
from engine.adapters.placement import Traffic
from engine.environment import Vault
from engine.ports.builder import Builder
from engine.ports.registry import Registry
from engine.world import RackSpec, World
from storage import apps, claims
from storage.records import PromotionStatus
from storage.store import Store
from tests.fakes import FakeClock, FakeSource
from tests.integration.docker.clients import ask
from tests.integration.trouble.rack_app import QuickBuilder
from tests.services.requirement import free_port
from tests.worlds import SECRET_KEY, Scene, app_named

P = PromotionStatus
HOST = "web.localhost"
UNDISTURBED = ["starting", "healthy", "live", "ended"]
GLANCE_SECONDS = 0.1


class PassingClock(FakeClock):
    """The system's time, which passes by itself and can be set forward."""

    def __init__(self) -> None:
        super().__init__()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def pass_time(self, seconds: float) -> None:
        time.sleep(seconds)

    def skip(self, seconds: float) -> None:
        """Set it forward."""
        self._ahead += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class RealScene(Scene):
    """A Rackhand whose racks are on real engines, reached in *urls* past Rackhand."""

    clock: PassingClock
    urls: Mapping[str, str]
    ports: Mapping[str, int]
    adapters: Mapping[str, DockerRack]

    def tick(self, seconds: float = GLANCE_SECONDS, *, sweep: bool = True) -> None:
        super().tick(seconds, sweep=sweep)

    def settle(self, *, seconds: float = GLANCE_SECONDS, ticks: int = 400) -> None:
        super().settle(seconds=seconds, ticks=ticks)

    def see(self, wanted: Callable[[], bool], what: str, *, ticks: int = 400) -> None:
        """Tick until it is so."""
        for _ in range(ticks):
            if wanted():
                return
            self.tick()
        raise AssertionError(f"never seen: {what}")

    def milestones(self, promotion_id: str) -> list[str]:
        """The names of what a promotion's thread was told, in order."""
        keys = [one.key for one in self.outgoing(promotion_id) if one.kind == "milestone"]
        return [key.removeprefix(f"{promotion_id}:") for key in keys]

    def page(self, rack: str = "staging") -> str:
        """What a browser gets through the router: the text, else what came instead."""
        try:
            status, text = ask(self.ports[rack], HOST)
        except (OSError, http.client.HTTPException) as error:
            return repr(error)
        return text if status == 200 else str(status)

    def containers(self, rack: str = "staging", **labels: str) -> list[Container]:
        """The rack's containers that have all these labels of ours."""
        marks = {"rack": rack, **labels}
        wanted = [f"rackhand.{name}={value}" for name, value in marks.items()]
        with closing(docker.DockerClient(self.urls[rack])) as client:
            return client.containers.list(all=True, filters={"label": wanted})

    @contextmanager
    def engine(self, rack: str = "staging") -> Iterator[docker.DockerClient]:
        """The engine itself, past Rackhand."""
        with closing(docker.DockerClient(self.urls[rack])) as client:
            yield client

    def only_this_lives(self, release: str, *, rack: str = "staging", replicas: int = 1) -> None:
        """Check that the rack holds this release and nothing else, and that all of it serves."""
        live = self.live(rack)
        assert live
        assert live.release_id == release
        found = self.containers(rack)
        processes = [one for one in found if "rackhand.service" in one.labels]
        assert Counter(one.labels["rackhand.promotion"] for one in processes) == {
            live.promotion_id: replicas
        }
        assert {one.status for one in found} == {"running"}
        assert [one.name for one in found if one not in processes] == [f"rackhand-{rack}-router"]
        seen = self.adapters[rack]._router.look()
        assert seen
        assert set(seen.servers) == {one.name for one in processes}
        assert {server.traffic for server in seen.servers.values()} == {Traffic.READY}
        assert set(seen.hosts) == {HOST}
        assert self.page(rack) == release
        with self.store.read() as transaction:
            assert claims.owners(transaction) == set(), "somebody still holds a lease"

    def let_go(self, release: str) -> None:
        """Let the processes of a release that waits become healthy."""
        for container in self.containers(release=release):
            assert container.exec_run(["touch", "/go"]).exit_code == 0


def once_before(owner: object, name: str, act: Callable[[], None], *, saying: str = "") -> None:
    """Do something right before the first call of a method whose first word has *saying* in it."""
    method = getattr(owner, name)

    def disturbed(*words: Any, **named: Any) -> Any:
        if saying in str(words[:1]):
            setattr(owner, name, method)
            act()
        return method(*words, **named)

    setattr(owner, name, disturbed)


@contextmanager
def real_scene(
    database: Path,
    urls: Mapping[str, str],
    *,
    through: Mapping[str, str] | None = None,
    registry: Registry | None = None,
) -> Iterator[RealScene]:
    """Set up a Rackhand with the app ``web`` on a migrated database.

    *urls* are of the engines by the racks' names; *through* is another way to some of them, that
    Rackhand takes. Images travel through the *registry*, where there is one.
    """
    ports = {rack: free_port() for rack in urls}
    adapters = {
        rack: DockerRack(
            DockerRackSettings(
                name=rack,
                engine=(through or {}).get(rack, url),
                http_port=ports[rack],
                bind_address="127.0.0.1",
            )
        )
        for rack, url in urls.items()
    }
    builders: dict[str, Builder] = {rack: QuickBuilder(url) for rack, url in urls.items()}
    clock, source = PassingClock(), FakeSource()
    world = World(
        store=Store(f"sqlite:///{database}"),
        clock=clock,
        racks={
            rack: RackSpec(name=rack, provider="docker", color="green", bake_seconds=0)
            for rack in urls
        },
        rack=adapters.__getitem__,
        builder=builders.__getitem__,
        source=source,
        vault=Vault(SECRET_KEY),
        work_folder=database.parent / "work",
        default_channel="#deploys",
        registry=registry,
        owner="bot 1",
    )
    scene = RealScene(
        world=world,
        clock=clock,
        source=source,
        memory=MemoryWorld(),
        builder=MemoryBuilder(),
        urls=urls,
        ports=ports,
        adapters=adapters,
    )
    with scene.store.write() as transaction:
        apps.add(transaction, app_named("web", clock))
        apps.switch(transaction, "channel:C1", "staging")
    try:
        yield scene
    finally:
        for rack in adapters.values():
            rack.close()
        scene.store.close()


@contextmanager
def beside(scene: RealScene, *, owner: str) -> Iterator[RealScene]:
    """Set up another process's Rackhand on the same database and engines."""
    adapters = {rack: DockerRack(one._settings) for rack, one in scene.adapters.items()}
    store = Store(scene.store.url)
    clock = PassingClock()
    world = replace(scene.world, store=store, clock=clock, rack=adapters.__getitem__, owner=owner)
    try:
        yield replace(scene, world=world, clock=clock, adapters=adapters)
    finally:
        for rack in adapters.values():
            rack.close()
        store.close()
