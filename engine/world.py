"""Everything that the engine acts through, gathered once when the process starts."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.environment import Vault
from engine.errors import UserError
from engine.lookup import nearest, shown
from engine.ports.builder import Builder
from engine.ports.clock import Clock
from engine.ports.forge import Forge
from engine.ports.rack import Rack
from engine.ports.registry import Registry
from engine.ports.source import Source
from storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class RackSpec:
    """What rackhand.yml says of a rack."""

    name: str
    provider: str  # "docker", "memory"
    color: str
    protected: bool = False
    bake_seconds: float = 60.0  # how long a release is watched, where its manifest does not say
    domain: str = "localhost"  # an app without a domain answers at <app>.<domain>


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The store, the clock, the ports and the few settings that the engine needs."""

    store: Store
    clock: Clock
    racks: Mapping[str, RackSpec]
    rack: Callable[[str], Rack]
    builder: Callable[[str], Builder]  # of a rack, by its name
    source: Source
    vault: Vault
    work_folder: Path  # checkouts live here while they are built
    registry: Registry | None = None
    forge: Forge | None = None  # where repositories are hosted; None: none is set up
    forge_poll_seconds: float = 60.0  # between two looks at a repository that nothing was told of
    default_channel: str | None = None
    builds_at_once: int = 4
    services_at_once: int = 2
    images_kept: int = 10  # of the last healthy releases of each app and rack
    owner: str = "engine"  # who holds the leases: one name a process
    stopping: threading.Event = field(default_factory=threading.Event)  # set at a clean end

    def rack_spec(self, name: str) -> RackSpec:
        """Return the rack of exactly this name; raises ``UserError`` naming the nearest."""
        if name in self.racks:
            return self.racks[name]
        raise UserError(
            f"There is no rack `{shown(name)}`.",
            why=nearest(name, self.racks),
            remedy="`/rack racks` lists them.",
        )
