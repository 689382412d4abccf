"""Which processes a target wants, and how far its services have come: rules that all racks share.

Pure: a rack lists what it has, says of each process how it looks, and these functions judge.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from engine.ports.rack import Observation, Phase, ServiceObservation, ServiceSpec, Target

ALL = 100  # percent of the traffic


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
    shares: Mapping[str, int] = field(default_factory=dict)  # percent that new ones get, if divided
    one_offs: int = 0  # processes of the app's hooks that are there, running or not
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


def wanted(target: Target | None, members: Sequence[M]) -> tuple[M, ...]:
    """Return the processes that the target wants, of those that are there."""
    placements = place(target, members) if target is not None else ()
    return tuple(member for placement in placements for member in placement.wanted)


def divided(
    target: Target, members: Sequence[M], *, to: Target | None
) -> tuple[tuple[M, ...], tuple[M, ...]]:
    """Return what goes when the target is taken back, and what stays.

    Its own go, but for those that *to* wants: after a restart the old ones may be gone.
    """
    kept = {member.id for member in wanted(to, members)}
    own = tuple(
        member
        for member in members
        if member.promotion == target.promotion and member.id not in kept
    )
    gone = {member.id for member in own}
    return own, tuple(member for member in members if member.id not in gone)


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


def startable(
    target: Target, members: Sequence[M], looks: Mapping[str, Look]
) -> tuple[tuple[ServiceSpec, int], ...]:
    """Return the replicas that may be started now, by service and number.

    A service's turn comes once those that it depends on are all there and pass. One that waits
    for the shift holds nobody back, since its old processes do the work meanwhile; it is started
    by what ``replaceable`` says. Of a service with ``parallelism`` no more than that are started
    and do not pass yet.
    """
    return tuple(
        (placement.spec, number)
        for placement in _in_turn(place(target, members), looks, waits_block=False)
        if not placement.waits_for_shift
        for number in placement.missing[: _room(placement, looks)]
    )


def replaceable(
    target: Target, members: Sequence[M], looks: Mapping[str, Look]
) -> tuple[Placement[M], ...]:
    """Return the stop-first services whose turn has come in the shift.

    All their old processes are to be stopped, then all that are missing started.
    """
    return tuple(
        placement
        for placement in _in_turn(place(target, members), looks, waits_block=True)
        if placement.spec.stop_first and (placement.old or placement.missing)
    )


def may_take_over(to: Target, members: Sequence[M], looks: Mapping[str, Look]) -> bool:
    """Whether all is there that *to* wants, so that what has the traffic now may go.

    What was warm all the time may, however it does. What was started anew has to pass first. A
    stop-first service is excused: its turn comes once the present process has stopped.
    """
    return all(
        not placement.missing
        and all(_may_serve(looks[member.id], placement.spec) for member in placement.wanted)
        for placement in place(to, members)
        if not placement.spec.stop_first
    )


def divisible(placement: Placement[M], looks: Mapping[str, Look]) -> bool:
    """Whether old processes have traffic that they can share with new ones."""
    return (
        placement.spec.port is not None
        and not placement.spec.stop_first
        and bool(placement.own or placement.missing)
        and any(looks[member.id].traffic is Traffic.READY for member in placement.old)
    )


def observe(view: View[M]) -> Observation:
    """Judge every service of the target.

    Processes of services that the target dropped, and those of hooks, count as old ones of its
    first service, so that a promotion does not end before they are gone.
    """
    leftovers = dropped(view.target, view.members)
    by_name = {placement.spec.name: placement for placement in place(view.target, view.members)}
    return Observation(
        services=tuple(
            _judge(
                view,
                by_name[spec.name],
                leftovers if position == 0 else (),
                has_one_offs=position == 0 and view.one_offs > 0,
            )
            for position, spec in enumerate(view.target.services)
        )
    )


def _may_serve(look: Look, spec: ServiceSpec) -> bool:
    if not look.running or look.condition is Condition.INCOMPLETE:
        return False
    if spec.port is None:
        return look.condition is not Condition.PENDING
    return look.condition is Condition.PASSING or look.traffic is not Traffic.STANDBY


def _in_turn(
    placements: Sequence[Placement[M]], looks: Mapping[str, Look], *, waits_block: bool
) -> Iterator[Placement[M]]:
    """Pass on the services that have nobody to wait for; *placements* are in start order.

    What a service names but comes after it, as in a circle, or is not there does not block.
    """
    is_up: dict[str, bool] = {}
    for placement in placements:
        if all(is_up.get(name, True) for name in placement.spec.depends_on):
            yield placement
        excused = placement.waits_for_shift and not waits_block
        passes = all(looks[member.id].condition is Condition.PASSING for member in placement.wanted)
        is_up[placement.spec.name] = excused or (passes and not placement.missing)


def _room(placement: Placement[M], looks: Mapping[str, Look]) -> int | None:
    """Return how many more of a service may be started now; None for all."""
    if placement.spec.parallelism is None:
        return None
    lagging = sum(looks[member.id].condition is not Condition.PASSING for member in placement.own)
    return max(0, placement.spec.parallelism - lagging)


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


def _judge(
    view: View[M], placement: Placement[M], leftovers: Sequence[M], *, has_one_offs: bool
) -> ServiceObservation:
    old = (*placement.old, *leftovers)
    in_flight = sum(view.looks[member.id].sessions for member in old)
    phase = _phase(view, placement, old, in_flight)
    if phase is Phase.RETIRED and has_one_offs:
        phase = Phase.DRAINED
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
        share=_share(view, placement),
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
    if view.shares.get(placement.spec.name, ALL) < ALL:
        return False
    if placement.spec.stop_first and any(looks[member.id].running for member in placement.old):
        return False
    if any(looks[member.id].traffic is Traffic.READY for member in old):
        return False
    if placement.spec.port is None:
        return True
    if placement.spec.name in view.unserved:
        return False
    return all(looks[member.id].traffic is Traffic.READY for member in placement.wanted)


def _share(view: View[M], placement: Placement[M]) -> int | None:
    """Return the part of new processes; 0 where the old ones have all and could share it."""
    if placement.spec.name in view.shares:
        return view.shares[placement.spec.name]
    return 0 if divisible(placement, view.looks) else None


def _culprit(view: View[M], placement: Placement[M]) -> M | None:
    """Return the process whose state holds the service back, the failed one first."""
    for condition in (Condition.FAILED, Condition.INCOMPLETE, Condition.PENDING):
        for member in placement.wanted:
            if view.looks[member.id].condition is condition:
                return member
    return None
