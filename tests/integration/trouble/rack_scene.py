"""A whole Rackhand over real engines: store, engine story and racks are those of the product."""

import http.client
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import docker
from docker.models.containers import Container

from engine import lookup
from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.adapters.docker.snapshot import NOTHING
from engine.adapters.memory import MemoryWorld
from engine.adapters.memory_builder import MemoryBuilder
from engine.adapters.placement import Traffic
from engine.environment import Vault
from engine.ports.builder import Builder
from engine.ports.registry import Registry
from engine.target import target_of
from engine.world import RackSpec, World
from storage import claims, locks
from storage.records import PromotionStatus
from storage.store import Store
from tests.fakes_forge import FakeForge
from tests.integration.docker.clients import ask
from tests.integration.trouble.rack_app import QuickBuilder, files
from tests.integration.trouble.rack_ground import Ground, PassingClock
from tests.worlds import SECRET_KEY, Scene

P = PromotionStatus
HOST = "web.localhost"
UNDISTURBED = ["starting", "healthy", "live", "ended"]
GLANCE_SECONDS = 0.1


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

    def with_old(self) -> str:
        """Return the release that is live on staging; one is made so where there is none."""
        if self.live_release() is None:
            self.went_live(self.built("Old", files()))
        live = self.live_release()
        assert live
        return live

    @contextmanager
    def engine(self, rack: str = "staging") -> Iterator[docker.DockerClient]:
        """The engine itself, past Rackhand."""
        with closing(docker.DockerClient(self.urls[rack])) as client:
            yield client

    def only_this_lives(self, release: str, *, rack: str = "staging") -> None:
        """Check that the rack holds this release and nothing else, and that all of it serves."""
        assert self.live_release(rack) == release
        assert self.unclean(rack) == {}

    def unclean(self, rack: str = "staging") -> dict[str, tuple[object, object]]:
        """What is otherwise than one live release that serves alone: how it is, how it should be.

        Looks past Rackhand: at the engine, the router and the page.
        """
        live = self.live(rack)
        if live is None:
            return {"live release": (None, "one")}
        with self.store.read() as transaction:
            promotion = lookup.promotion(transaction, live.promotion_id)
            (service,) = target_of(self.world, transaction, promotion).services
            owners = claims.owners(transaction)
            lock = locks.get(transaction, app="web", rack=rack)
        found = self.containers(rack)
        processes = [one for one in found if "rackhand.service" in one.labels]
        seen = self.adapters[rack]._router.look() or NOTHING
        compared: dict[str, tuple[object, object]] = {
            "processes": (
                Counter(one.labels["rackhand.promotion"] for one in processes),
                {live.promotion_id: service.replicas},
            ),
            "others": (
                [one.name for one in found if one not in processes],
                [f"rackhand-{rack}-router"],
            ),
            "states": ({one.status for one in found}, {"running"}),
            "servers": (set(seen.servers), {one.name for one in processes}),
            "traffic": ({one.traffic for one in seen.servers.values()}, {Traffic.READY}),
            "hosts": (set(seen.hosts), {HOST}),
            "page": (self.page(rack), live.release_id),
            "holders of leases": (owners, set()),
            "lock": (lock, None),
        }
        return {what: (now, wanted) for what, (now, wanted) in compared.items() if now != wanted}

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
    ground: Ground,
    *,
    through: Mapping[str, str] | None = None,
    registry: Registry | None = None,
) -> Iterator[RealScene]:
    """Set up a process of ours on *ground*.

    It reaches some racks *through* another address than the engine's own. Images travel through
    the *registry*, where there is one.
    """
    adapters = {
        rack: DockerRack(
            DockerRackSettings(
                name=rack,
                engine=(through or {}).get(rack, url),
                http_port=ground.ports[rack],
                bind_address="127.0.0.1",
            )
        )
        for rack, url in ground.urls.items()
    }
    builders: dict[str, Builder] = {rack: QuickBuilder(url) for rack, url in ground.urls.items()}
    world = World(
        store=Store(ground.database),
        clock=ground.clock,
        racks={
            rack: RackSpec(name=rack, provider="docker", color="green", bake_seconds=0)
            for rack in ground.urls
        },
        rack=adapters.__getitem__,
        builder=builders.__getitem__,
        source=ground.source,
        vault=Vault(SECRET_KEY),
        work_folder=ground.work_folder,
        default_channel="#deploys",
        registry=registry,
        owner="bot 1",
    )
    scene = RealScene(
        world=world,
        clock=ground.clock,
        source=ground.source,
        memory=MemoryWorld(),
        builder=MemoryBuilder(),
        forge=FakeForge(ground.clock),
        keys=ground.keys,
        urls=ground.urls,
        ports=ground.ports,
        adapters=adapters,
    )
    try:
        yield scene
    finally:
        for rack in adapters.values():
            rack.close()
        scene.store.close()


@contextmanager
def beside(scene: RealScene, *, owner: str) -> Iterator[RealScene]:
    """Set up another process on the same ground, with a clock of its own."""
    adapters = {rack: DockerRack(one._settings) for rack, one in scene.adapters.items()}
    store = Store(scene.store.url)
    clock = PassingClock(ahead=scene.clock.ahead)
    world = replace(scene.world, store=store, clock=clock, rack=adapters.__getitem__, owner=owner)
    try:
        yield replace(scene, world=world, clock=clock, adapters=adapters)
    finally:
        for rack in adapters.values():
            rack.close()
        store.close()
