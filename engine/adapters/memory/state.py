"""What simulated racks hold, as plain frozen data that can be written to a file and read back."""

from datetime import datetime

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from engine.adapters.memory.behaviour import Behaviour
from engine.adapters.placement import Traffic
from engine.ports.rack import HealthCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedProcess:
    """One process that is not really there."""

    id: str
    app: str
    service: str
    release: str
    promotion: str
    fingerprint: str
    number: int
    image: str
    command: str
    health: HealthCheck
    routed: bool
    domains: tuple[str, ...]
    drain_seconds: float
    failure: str  # the environment's FAIL, kept alone so that no value gets into the file
    made_at: datetime
    started_at: datetime
    stopped_at: datetime | None = None
    traffic: Traffic = Traffic.NONE
    draining_since: datetime | None = None
    cut: bool = False  # its sessions were ended

    @property
    def created(self) -> float:
        """When it was made: the eldest are kept first."""
        return self.made_at.timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class RackState:
    """One simulated rack."""

    processes: tuple[SimulatedProcess, ...] = ()
    hosts: dict[str, str]  # host → "app/service"
    images: dict[str, str]  # image id → the app it is of
    is_prepared: bool = False  # it has its router
    unreachable: bool = False
    unreachable_until: datetime | None = None  # None: until told otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldState:
    """All simulated racks, and what was done to them."""

    racks: dict[str, RackState]
    behaviours: dict[str, Behaviour]
    journal: tuple[str, ...] = ()


EMPTY_RACK = RackState(hosts={}, images={})
EMPTY_WORLD = WorldState(racks={}, behaviours={})
CODEC = TypeAdapter(WorldState)
