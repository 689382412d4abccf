"""What simulated racks hold, as plain frozen data that can be written to a file and read back."""

from dataclasses import field
from datetime import datetime

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from engine.adapters.memory.behaviour import Behaviour
from engine.adapters.placement import Traffic
from engine.ports.rack import HealthCheck, Hook

EVEN = 1  # the weight of a process that gets as much traffic as its neighbour


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
    weight: int = EVEN  # its part of its service's traffic, where it gets any
    draining_since: datetime | None = None
    cut: bool = False  # its sessions were ended

    @property
    def created(self) -> float:
        """When it was made: the eldest are kept first."""
        return self.made_at.timestamp()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedHook:
    """The one-off process of a hook; it ends by itself, as its behaviour has it."""

    app: str
    service: str
    release: str
    promotion: str
    hook: Hook
    image: str
    failure: str  # as a process has it
    started_at: datetime
    stopped_at: datetime | None = None  # when somebody stopped it


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """Processes that got traffic: all those of a service that one promotion started."""

    service: str
    promotion: str
    image: str
    failure: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """How an app's traffic was divided from a second on, so that it can be counted afterwards."""

    second: int  # since 1970; what was changed within it counts for the whole of it
    receivers: tuple[Receiver, ...]
    is_routed: bool  # a host leads to the app: with no receiver its requests are refused


@dataclass(frozen=True, slots=True, kw_only=True)
class RackState:
    """One simulated rack."""

    processes: tuple[SimulatedProcess, ...] = ()
    hooks: tuple[SimulatedHook, ...] = ()
    divisions: dict[str, tuple[Division, ...]] = field(default_factory=dict)  # by app, in order
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
