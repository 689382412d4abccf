"""Which processes a target wants, and how far its services have come: rules that all racks share.

Pure: a rack lists what it has, says of each process how it looks, and these functions judge.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from engine.ports.rack import Observation, Phase, ServiceObservation, ServiceSpec, Target


class Member(Protocol):
    """A process as far as placing it needs."""

    @property
    def id(self) -> str:
        """What tells it from all others on the rack."""
        ...

    @property
    def service(self) -> str:
        """The service it runs."""
        ...

    @property
    def promotion(self) -> str:
        """The promotion that started it."""
        ...

    @property
    def fingerprint(self) -> str:
        """Of image, settings and environment."""
        ...

    @property
    def number(self) -> int:
        """Its number among the replicas that its promotion started, from 1."""
        ...

    @property
    def created(self) -> float:
        """When it was made, in seconds of any epoch: the eldest are kept first."""
        ...


M = TypeVar("M", bound=Member)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement(Generic[M]):
    """One service of a target, set against the processes that are there."""

    spec: ServiceSpec
    kept: tuple[M, ...]  # unchanged processes of earlier promotions that stay
    own: tuple[M, ...]  # started by the target's own promotion
    missing: tuple[int, ...]  # numbers of the replicas still to be started
    old: tuple[M, ...]  # to lose their traffic and, in the end, to go

    @property
    def wanted(self) -> tuple[M, ...]:
        """The processes that shall serve."""
        return (*self.kept, *self.own)

    @property
    def waits_for_shift(self) -> bool:
        """Whether its new processes may start only once the old ones have stopped."""
        return self.spec.stop_first and bool(self.old) and bool(self.missing)


class Condition(StrEnum):
    """What is known of a process's health."""

    INCOMPLETE = "incomplete"  # made only in part: the rack's ``start`` has to be repeated
    PENDING = "pending"  # its check has not passed yet
    PASSING = "passing"
    FAILED = "failed"  # for certain: it exited, crash-loops, or lost its check under traffic


class Traffic(StrEnum):
    """What the router does with a process."""

    NONE = "none"  # unrouted, or not known to the router
    STANDBY = "standby"  # checked, but given nothing
    READY = "ready"
    DRAINING = "draining"  # keeps the sessions it has, gets no new ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one process looks at the moment."""

    condition: Condition
    reason: str = ""  # of anything but PASSING
    traffic: Traffic = Traffic.NONE
    sessions: int = 0
    running: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Generic[M]):
    """Everything that judging a target needs."""

    target: Target
    members: Sequence[M]  # all processes of the app
    looks: Mapping[str, Look]  # by the member's id
    unserved: frozenset[str] = frozenset()  # services with a host that leads elsewhere
    last_log: Callable[[M], tuple[str, ...]]  # of a process that failed or lags


def place(target: Target, members: Sequence[M]) -> tuple[Placement[M], ...]:
    """Set each service of the target against the app's processes, in the order they start in."""
    return tuple(
        _place(target, spec, [member for member in members if member.service == spec.name])
        for spec in in_start_order(target.services)
    )


def dropped(target: Target, members: Sequence[M]) -> tuple[M, ...]:
    """Return the processes of services that the target does not have any more."""
    names = {spec.name for spec in target.services}
    return tuple(member for member in members if member.service not in names)


def unwanted(target: Target, members: Sequence[M]) -> tuple[M, ...]:
    """Return all processes that the target does not want."""
    old = [member for placement in place(target, members) for member in placement.old]
    return (*old, *dropped(target, members))


def in_start_order(services: Sequence[ServiceSpec]) -> tuple[ServiceSpec, ...]:
    """Sort so that each service comes after those it depends on; a circle keeps its given order."""
    by_name = {spec.name: spec for spec in services}
    ordered: dict[str, ServiceSpec] = {}
    visiting: set[str] = set()

    def visit(spec: ServiceSpec) -> None:
        if spec.name in ordered or spec.name in visiting:
            return
        visiting.add(spec.name)
        for name in spec.depends_on:
            if name in by_name:
                visit(by_name[name])
        ordered[spec.name] = spec

    for spec in services:
        visit(spec)
    return tuple(ordered.values())


def observe(view: View[M]) -> Observation:
    """Judge every service of the target.

    Processes of services that the target dropped count as old ones of its first service, so that
    a promotion does not end before they are gone.
    """
    leftovers = dropped(view.target, view.members)
    by_name = {placement.spec.name: placement for placement in place(view.target, view.members)}
    return Observation(
        services=tuple(
            _judge(view, by_name[spec.name], leftovers if position == 0 else ())
            for position, spec in enumerate(view.target.services)
        )
    )


def _place(target: Target, spec: ServiceSpec, members: Sequence[M]) -> Placement[M]:
    alike = sorted(
        (member for member in members if member.fingerprint == spec.fingerprint),
        key=lambda member: (member.created, member.number),
    )
    started = [member for member in alike if member.promotion == target.promotion]
    # Younger ones belong to a promotion that came after this one.
    limit = min((member.created for member in started), default=math.inf)
    elder = [
        member
        for member in alike
        if member.promotion != target.promotion and member.created <= limit
    ]
    kept = () if target.replace_all else tuple(elder[: spec.replicas])
    room = spec.replicas - len(kept)
    own = tuple(started[:room])
    taken = {member.number for member in members if member.promotion == target.promotion}
    free = (number for number in range(1, spec.replicas + len(taken) + 1) if number not in taken)
    wanted_ids = {member.id for member in (*kept, *own)}
    return Placement(
        spec=spec,
        kept=kept,
        own=own,
        missing=tuple(number for number, _ in zip(free, range(room - len(own)), strict=False)),
        old=tuple(member for member in members if member.id not in wanted_ids),
    )


def _judge(view: View[M], placement: Placement[M], leftovers: Sequence[M]) -> ServiceObservation:
    old = (*placement.old, *leftovers)
    in_flight = sum(view.looks[member.id].sessions for member in old)
    phase = _phase(view, placement, old, in_flight)
    culprit = _culprit(view, placement)
    look = view.looks[culprit.id] if culprit else None
    passing = [
        member
        for member in placement.wanted
        if view.looks[member.id].condition is Condition.PASSING
    ]
    return ServiceObservation(
        service=placement.spec.name,
        phase=phase,
        ready=len(passing),
        wanted=placement.spec.replicas,
        in_flight=in_flight,
        kept=bool(placement.kept) and not placement.own and not placement.missing,
        waits_for_shift=placement.waits_for_shift,
        reason=look.reason if look else "",
        last_log=view.last_log(culprit) if culprit and look and look.reason else (),
    )


def _phase(view: View[M], placement: Placement[M], old: Sequence[M], in_flight: int) -> Phase:
    conditions = {view.looks[member.id].condition for member in placement.wanted}
    if Condition.FAILED in conditions:
        return Phase.UNHEALTHY
    if placement.missing or Condition.INCOMPLETE in conditions:
        return Phase.ABSENT
    if Condition.PENDING in conditions:
        return Phase.STARTING
    if not _serves(view, placement, old):
        return Phase.HEALTHY
    if in_flight:
        return Phase.SERVING
    return Phase.DRAINED if old else Phase.RETIRED


def _serves(view: View[M], placement: Placement[M], old: Sequence[M]) -> bool:
    """Whether the wanted processes have all the traffic; unrouted ones have all there is."""
    looks = view.looks
    if placement.spec.stop_first and any(looks[member.id].running for member in placement.old):
        return False
    if any(looks[member.id].traffic is Traffic.READY for member in old):
        return False
    if placement.spec.port is None:
        return True
    if placement.spec.name in view.unserved:
        return False
    return all(looks[member.id].traffic is Traffic.READY for member in placement.wanted)


def _culprit(view: View[M], placement: Placement[M]) -> M | None:
    """Return the process whose state holds the service back, the failed one first."""
    for condition in (Condition.FAILED, Condition.INCOMPLETE, Condition.PENDING):
        for member in placement.wanted:
            if view.looks[member.id].condition is condition:
                return member
    return None
