"""Many apps on one simulated rack, each with a release that is live and another that is newer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.counting import CountingRack
from engine.adapters.git import GitSource
from engine.adapters.memory import MemoryRack, MemoryWorld
from engine.adapters.memory.changes import hosts
from engine.adapters.memory.state import RackState, SimulatedProcess
from engine.adapters.memory_builder import MemoryBuilder
from engine.adapters.placement import Traffic
from engine.asking import Asking
from engine.environment import Vault
from engine.manifest import Manifest, ServiceManifest, to_plain
from engine.manifest.model import BuildSection
from engine.ports.rack import Target
from engine.promote import promote
from engine.target import target_of
from engine.world import RackSpec, World
from storage import apps, ids, promotions, releases
from storage.records import (
    App,
    Image,
    Live,
    Person,
    Promotion,
    PromotionKind,
    PromotionStatus,
    Release,
)
from storage.store import Store, Transaction

RACK = "production"
SERVICE = "web"
PERSON = Person(team="bench", user="bench", name="bench")
LIVE_FOR = timedelta(days=1)


@dataclass(slots=True)
class PushedClock:
    """The machine's own clock, which can be pushed ahead."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment in UTC, as far ahead as it was pushed."""
        return datetime.now(UTC) + self.ahead

    def push(self, seconds: float) -> None:
        """Let so much more time have passed."""
        self.ahead += timedelta(seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A Rackhand with its apps, its simulated rack, and what counts the calls to that."""

    world: World
    clock: PushedClock
    simulated: MemoryWorld
    rack: CountingRack
    newer: Mapping[str, Release]  # app → the release that waits to be promoted

    def promote(self, app: str) -> str:
        """Ask for the newer release of *app* and return the promotion's id."""
        asking = Asking(person=PERSON, key=f"bench:{app}")
        return promote(self.world, asking, self.newer[app].id).id


@contextmanager
def fleet(
    folder: Path, count: int, *, bake_seconds: float, channels: Sequence[str] = ("#deploys",)
) -> Iterator[Fleet]:
    """Put *count* apps into a fresh SQLite file in *folder*; their cards go to *channels* in turn.

    Straight into the database, since building and promoting ten thousand apps takes hours.
    """
    store = Store(f"sqlite:///{folder / f'fleet-{count}.db'}")
    store.migrate()
    clock, simulated = PushedClock(), MemoryWorld()
    rack = CountingRack(MemoryRack(RACK, simulated, clock))
    world = World(
        store=store,
        clock=clock,
        racks={RACK: RackSpec(name=RACK, provider="memory", color="red")},
        rack=lambda _: rack.as_rack,
        builder=lambda _: MemoryBuilder(),
        source=GitSource(folder / "mirrors"),
        vault=Vault("a key for benchmarks"),
        work_folder=folder / "checkouts",
        default_channel=channels[0],
        owner="bench",
    )
    manifest = to_plain(_manifest(bake_seconds))
    newer, targets = {}, []
    with store.write() as transaction:
        for number in range(count):
            app = _app(f"app-{number:05}", channels[number % len(channels)], clock.now())
            newer[app.name], live = _add(transaction, app, manifest)
            targets.append(target_of(world, transaction, live))
    simulated.change(RACK, "fill", lambda state: _filled(state, targets, clock.now() - LIVE_FOR))
    try:
        yield Fleet(world=world, clock=clock, simulated=simulated, rack=rack, newer=newer)
    finally:
        store.close()


def _manifest(bake_seconds: float) -> Manifest:
    service = ServiceManifest(
        name=SERVICE,
        build=BuildSection(arguments={}),
        environment={},
        port=8080,
        routed=True,
        bake_seconds=bake_seconds,
    )
    return Manifest(file="compose.yaml", services=(service,))


def _app(name: str, channel: str, now: datetime) -> App:
    return App(
        name=name,
        repo=f"https://git.example/{name}.git",
        branch="main",
        manifest=None,
        channel=channel,
        in_file=True,
        created_at=now - LIVE_FOR,
    )


def _add(
    transaction: Transaction, app: App, manifest: Mapping[str, Any]
) -> tuple[Release, Promotion]:
    """Put an app down as one release that was promoted and one that was not; return these."""
    old = _release(app, manifest, "old", app.created_at)
    new = _release(app, manifest, "new", app.created_at + LIVE_FOR / 2)
    promotion = _promotion(app, old)
    apps.add(transaction, app)
    releases.add(transaction, replace(old, healthy_at=app.created_at))
    releases.add(transaction, new)
    promotions.add(transaction, promotion)
    live = Live(
        app=app.name,
        rack=RACK,
        release_id=old.id,
        promotion_id=promotion.id,
        since=app.created_at,
        scale={},
    )
    promotions.set_live(transaction, live)
    return new, promotion


def _release(app: App, manifest: Mapping[str, Any], age: str, at: datetime) -> Release:
    return Release(
        id=ids.new_id("R"),
        app=app.name,
        rack=RACK,
        build_id=ids.new_id("B"),
        sha="4f2c1ab" * 5,
        subject="Fix cart total",
        author="Ada Lovelace",
        images=(Image(service=SERVICE, image_id=f"sha256:{app.name}-{age}"),),
        manifest=manifest,
        environment_id=None,
        description="",
        created_by=PERSON,
        created_at=at,
    )


def _promotion(app: App, release: Release) -> Promotion:
    return Promotion(
        id=ids.new_id("P"),
        app=app.name,
        rack=RACK,
        release_id=release.id,
        kind=PromotionKind.PROMOTE,
        status=PromotionStatus.SUCCEEDED,
        asked_by=PERSON,
        channel=app.channel,
        created_at=app.created_at,
        started_at=app.created_at,
        status_since=app.created_at,
        live_at=app.created_at,
        finished_at=app.created_at,
    )


def _filled(state: RackState, targets: Sequence[Target], since: datetime) -> RackState:
    """Let every target's processes run and have its traffic since then."""
    processes = tuple(_process(target, since) for target in targets)
    places = {
        host: f"{target.app}/{spec.name}"
        for target in targets
        for spec in target.services
        for host in hosts(spec)
    }
    return replace(state, processes=processes, hosts=places, is_prepared=True)


def _process(target: Target, since: datetime) -> SimulatedProcess:
    (spec,) = target.services
    return SimulatedProcess(
        id=f"{target.app}-1",
        app=target.app,
        service=spec.name,
        release=target.release,
        promotion=target.promotion,
        fingerprint=spec.fingerprint,
        number=1,
        image=spec.image,
        command="",
        health=spec.health,
        routed=True,
        domains=hosts(spec),
        drain_seconds=spec.drain_seconds,
        failure="",
        made_at=since,
        started_at=since,
        traffic=Traffic.READY,
    )
