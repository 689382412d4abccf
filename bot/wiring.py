"""From settings to a world: which adapters stand behind the ports of this process."""

import os
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil

from bot.settings import RackSection, Settings
from engine.adapters.builders import builder_for
from engine.adapters.docker import DockerRack, DockerRackSettings
from engine.adapters.docker.connection import Connection
from engine.adapters.git import GitCredentials, GitSource
from engine.adapters.github import GitHubForge
from engine.adapters.memory import MemoryRack, MemoryWorld
from engine.adapters.memory_builder import MemoryBuilder
from engine.adapters.registry import DockerRegistry
from engine.environment import Vault
from engine.errors import UserError
from engine.ports.builder import Builder
from engine.ports.clock import Clock, SystemClock
from engine.ports.rack import Rack
from engine.ports.registry import Registry
from engine.workflows import keeping
from engine.workflows.definition import Definition
from engine.workflows.reading import read, refusal
from engine.world import RackSpec, World
from storage import apps, claims, ids
from storage.records import App
from storage.store import Conflict, Store

CLOCK_SET_SECONDS = 5.0  # no number is given to another process that soon
MEMORY_STEP_SECONDS = 0.4  # a simulated step of a build: long enough to see


@dataclass(frozen=True, slots=True, kw_only=True)
class Wired:
    """A world, and what has to be closed at its end."""

    world: World
    close: Callable[[], None]


def wire(settings: Settings) -> Wired:
    """Open the database and make the adapters. Nothing outside is asked yet."""
    store = Store(settings.database_url)
    store.migrate()
    clock = SystemClock()
    racks = Racks(settings, clock)
    forge = GitHubForge(settings.github, clock) if settings.github else None
    folder = settings.folder / settings.file.builds.folder
    world = World(
        store=store,
        clock=clock,
        racks={name: _spec(name, rack) for name, rack in settings.file.racks.items()},
        rack=racks.rack,
        builder=racks.builder,
        source=_source(settings, folder, forge),
        registry=racks.registry(),
        forge=forge,
        forge_poll_seconds=settings.file.github.poll_seconds,
        vault=Vault(settings.secret_key),
        work_folder=folder / "checkouts",
        default_channel=settings.file.slack.channel,
        builds_at_once=settings.file.builds.at_once,
        services_at_once=settings.file.builds.services_at_once,
        images_kept=settings.file.builds.images_kept,
        owner=_owner(),
    )
    name_apps(world, settings)
    name_workflows(world, settings)
    return Wired(world=world, close=lambda: _close(racks, store, forge))


def name_apps(world: World, settings: Settings) -> None:
    """Make the file's apps known; raises ``UserError`` for a name that Slack has made too."""
    now = world.clock.now()
    named = [
        App(name=name, in_file=True, created_at=now, **section.model_dump())
        for name, section in settings.file.apps.items()
    ]
    try:
        with world.store.write() as transaction:
            apps.replace_those_of_file(transaction, named)
    except Conflict as error:
        with world.store.read() as transaction:
            made = {app.name for app in apps.all_of_them(transaction) if not app.in_file}
        both = ", ".join(sorted(made & set(settings.file.apps)))
        raise UserError(
            f"These apps are in rackhand.yml and were made in Slack too: {both}.",
            remedy="Take them out of the file, or rename them there.",
        ) from error


def name_workflows(world: World, settings: Settings) -> None:
    """Make the file's workflows known; raises ``UserError`` for a name that Slack has made too."""
    named: dict[str, Definition] = {}
    for name, plain in settings.file.workflows.items():
        reading = read(name, plain)
        if reading.definition is None:
            raise refusal(name, reading.faults)
        named[name] = reading.definition
    keeping.name_workflows(world, named)


def forget_dead(world: World) -> int:
    """End the leases of processes of this machine that are gone; return how many."""
    host = socket.gethostname()
    with world.store.write() as transaction:
        return sum(
            claims.take_from(transaction, owner)
            for owner in claims.owners(transaction)
            if owner.startswith(f"{host}/") and not _is_alive(owner)
        )


class Racks:
    """The racks and builders of the file, made when they are first needed."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        """Simulated racks share one simulated world, kept in a file beside the database."""
        self._settings = settings
        self._clock = clock
        self._memory = MemoryWorld(settings.folder / "rackhand-memory.json", any_image=False)
        self._made: list[DockerRack] = []
        self._connections: dict[str, Connection] = {}
        self._lock = threading.Lock()  # one object a rack: its own lock is what guards its routes
        self._rack_once = cache(self._rack)
        self._builder_once = cache(self._builder)

    def rack(self, name: str) -> Rack:
        """Return the rack, the same object each time."""
        with self._lock:
            return self._rack_once(name)

    def builder(self, name: str) -> Builder:
        """Return what builds on the rack, the same object each time."""
        with self._lock:
            return self._builder_once(name)

    def registry(self) -> Registry | None:
        """Return the registry that images travel through, where the file names one."""
        section = self._settings.file.registry
        if section is None:
            return None
        secrets = self._settings.secrets
        password = secrets.registry_password
        self._connections = {
            name: Connection(_docker_settings(name, rack, self._settings.folder))
            for name, rack in self._settings.file.racks.items()
            if rack.provider == "docker"
        }
        return DockerRegistry(
            section.address,
            self._connections,
            username=secrets.registry_username,
            password=password.get_secret_value() if password else None,
        )

    def close(self) -> None:
        """End connections and tunnels."""
        for rack in self._made:
            rack.close()
        for connection in self._connections.values():
            connection.close()

    def _rack(self, name: str) -> Rack:
        section = self._settings.file.racks[name]
        if section.provider == "memory":
            return MemoryRack(name, self._memory, self._clock)
        rack = DockerRack(_docker_settings(name, section, self._settings.folder))
        self._made.append(rack)
        return rack

    def _builder(self, name: str) -> Builder:
        section = self._settings.file.racks[name]
        if section.provider == "memory":
            return MemoryBuilder(
                seconds_per_step=MEMORY_STEP_SECONDS,
                on_built=lambda image_id: self._memory.add_image(name, image_id),
            )
        return builder_for(
            section.engine,
            environment=_docker_environment(section, self._settings.folder),
            ssh_options=section.ssh_options,
        )


def _docker_settings(name: str, section: RackSection, folder: Path) -> DockerRackSettings:
    router = section.router
    return DockerRackSettings(
        name=name,
        engine=section.engine,
        tls=folder / section.tls if section.tls else None,
        ssh_options=section.ssh_options,
        http_port=router.http,
        https_port=router.https,
        certificates=folder / router.certificates if router.certificates else None,
        router_image=router.image,
        bind_address=router.bind,
    )


def _docker_environment(section: RackSection, folder: Path) -> Mapping[str, str]:
    """Return what the docker command needs to reach the engine, beside its address."""
    if section.tls:
        return {"DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": str(folder / section.tls)}
    return {}


def _spec(name: str, section: RackSection) -> RackSpec:
    return RackSpec(
        name=name,
        provider=section.provider,
        color=section.color,
        protected=section.protected,
        bake_seconds=section.bake_seconds,
        domain=section.domain,
    )


def _source(settings: Settings, folder: Path, forge: GitHubForge | None) -> GitSource:
    """Return what fetches code: where ``git:`` names no token, GitHub's own opens its host."""
    credentials = {
        host: GitCredentials(
            token=token.get_secret_value() if (token := settings.git_tokens.get(host)) else None,
            username=section.username,
            key_file=section.key_file,
            known_hosts_file=section.known_hosts_file,
        )
        for host, section in settings.file.git.items()
    }
    token_of = forge.token if forge else None
    return GitSource(folder / "mirrors", credentials=credentials, token_of=token_of)


def _owner() -> str:
    """Name this process so that another on this machine can tell whether it lives."""
    process = psutil.Process()
    return f"{socket.gethostname()}/{os.getpid()}/{process.create_time():.2f}/{ids.new_id('L')}"


def _is_alive(owner: str) -> bool:
    _, number, started, _ = owner.split("/")
    try:
        process = psutil.Process(int(number))
        if process.status() == psutil.STATUS_ZOMBIE:
            return False  # it has ended; only its parent has not looked yet
        # The kernel tells the start by the clock of now, which may have been set since.
        return abs(process.create_time() - float(started)) < CLOCK_SET_SECONDS
    except psutil.NoSuchProcess:
        return False


def _close(racks: Racks, store: Store, forge: GitHubForge | None) -> None:
    racks.close()
    store.close()
    if forge:
        forge.close()
