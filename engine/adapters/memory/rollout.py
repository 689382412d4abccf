"""The steps of a promotion on a simulated rack, in the order that loses no request."""

from collections.abc import Callable, Mapping, Sequence

from engine.adapters.memory.changes import Changes, hosts
from engine.adapters.memory.division import weights
from engine.adapters.memory.hooks import Hooks
from engine.adapters.memory.look import look, sessions
from engine.adapters.memory.state import EVEN, SimulatedProcess
from engine.adapters.memory.world import MemoryWorld
from engine.adapters.placement import (
    ALL,
    Look,
    Placement,
    Traffic,
    divided,
    divisible,
    may_take_over,
    place,
    replaceable,
    startable,
    unwanted,
    wanted,
)
from engine.errors import NotFound, Refused
from engine.ports.clock import Clock
from engine.ports.rack import Observation, Phase, Target

NOT_HEALTHY = frozenset({Phase.ABSENT, Phase.STARTING, Phase.UNHEALTHY})


class Rollout:
    """Performs the steps; each completes what an interrupted earlier call began."""

    def __init__(
        self,
        world: MemoryWorld,
        clock: Clock,
        changes: Changes,
        hooks: Hooks,
        observe: Callable[[Target], Observation],
    ) -> None:
        """*observe* tells how a target is doing."""
        self._world = world
        self._clock = clock
        self._changes = changes
        self._hooks = hooks
        self._observe = observe

    def prepare(self, target: Target) -> None:
        """Make sure of images, hosts and router."""
        state = self._changes.state()
        for spec in target.services:
            if not self._world.any_image and spec.image not in state.images:
                raise NotFound(
                    f"`{spec.name}`: its image {spec.image[:19]} is not on this rack.",
                    remedy="Build the release again.",
                )
            for host in hosts(spec):
                owner = state.hosts.get(host, target.app).split("/")[0]
                if owner != target.app:
                    raise Refused(
                        f"`{host}` is served by the app {owner} on this rack.",
                        remedy="Give one of the two another domain.",
                    )
        self._changes.make_router()

    def start(self, target: Target) -> None:
        """Start what is missing and whose turn it is."""
        self.prepare(target)
        for placement in self._placed(target):
            if placement.waits_for_shift:
                continue
            for process in placement.kept:
                self._changes.start_again(process, Traffic.STANDBY)
            for process in placement.wanted:
                self._changes.stand_by(process)
        members = self._changes.processes(target.app)
        for spec, number in startable(target, members, self.looks(members)):
            self._changes.start(target, spec, number)

    def shift(self, target: Target, percent: int) -> None:
        """Send so much of the traffic to the new processes, once all are healthy."""
        self.prepare(target)
        if percent == ALL:
            self._replace_stop_first(target)
        for placement in self._placed(target):
            for process in placement.wanted:
                self._changes.stand_by(process)
        if any(
            seen.phase in NOT_HEALTHY and not (percent < ALL and seen.waits_for_shift)
            for seen in self._observe(target).services
        ):
            return
        if percent < ALL:
            self._divide(target, percent)
        else:
            self._move(target)

    def cut(self, target: Target, before: Callable[[int], None] | None) -> int:
        """End the sessions of old processes that have had their drain time; return how many."""
        overdue = {
            process.id: (process, left)
            for process in unwanted(target, self._changes.processes(target.app))
            if (left := self._overdue_sessions(process))
        }
        count = sum(left for _, left in overdue.values())
        if count and before:
            before(count)
        for process, _ in overdue.values():
            self._changes.cut(process)
        return count

    def retire(self, target: Target) -> None:
        """Remove what the target does not want: hosts, processes, and those of hooks.

        Processes go last, since ``observe`` tells by them that there is something left to do.
        """
        routes = {
            host: f"{target.app}/{spec.name}" for spec in target.services for host in hosts(spec)
        }
        self._changes.route(target.app, routes, drop_others=True)
        self._level(target)
        for process in unwanted(target, self._changes.processes(target.app)):
            self._changes.remove(process)
        self._hooks.remove(self._hooks.of(target.app))

    def revert(self, target: Target, to: Target | None) -> None:
        """Let the old processes have all traffic again, then remove the promotion's own."""
        if to is not None and not self._is_back(to):
            return
        own, _ = divided(target, self._changes.processes(target.app), to=to)
        stop_first = {spec.name for spec in target.services if spec.stop_first}
        for process in own:
            if process.service in stop_first:
                self._changes.stop(process)
        if to is not None:
            self._replace_gone(to)
        present = self._changes.processes(target.app)
        own, others = divided(target, present, to=to)
        back = {process.id for process in wanted(to, present)}
        for process in others:
            self._give_back(process, is_wanted=process.id in back)
        routes = {
            host: f"{process.app}/{process.service}"
            for process in others
            for host in process.domains
        }
        self._changes.route(target.app, routes, drop_others=True)
        for process in own:
            self._changes.remove(process)
        for process in others:
            self._changes.weigh(process, EVEN)
        self._hooks.remove(
            [hook for hook in self._hooks.of(target.app) if hook.promotion == target.promotion]
        )

    def repair(self, live: Sequence[Target]) -> tuple[str, ...]:
        """Serve again what is live but served by nothing; leave alone what is being shifted."""
        lost_router = bool(live) and not self._changes.state().is_prepared
        if lost_router:
            self._changes.make_router()
        mended = ["The router was gone and runs again."] if lost_router else []
        for target in live:
            for placement in self._placed(target):
                if self._is_unserved(placement):
                    self._serve(target, placement)
                    mended.append(f"{target.app} {placement.spec.name} is served again.")
        return tuple(mended)

    def looks(self, members: Sequence[SimulatedProcess]) -> Mapping[str, Look]:
        """Return how processes look now, by id."""
        now = self._clock.now()
        return {
            process.id: look(process, self._world.behaviour_of(process), now) for process in members
        }

    def _is_back(self, to: Target) -> bool:
        """Whether all of *to* may take over; what is gone or was stopped is started."""
        members = self._changes.processes(to.app)
        if may_take_over(to, members, self.looks(members)):
            return True
        for placement in self._placed(to):
            if not placement.spec.stop_first:
                for process in placement.wanted:
                    self._changes.start_again(process, Traffic.STANDBY)
        self.start(to)
        return False

    def _replace_gone(self, to: Target) -> None:
        """Start anew what *to* wants of stop-first services, now that the others have stopped."""
        for placement in self._placed(to):
            for number in placement.missing if placement.spec.stop_first else ():
                self._changes.start(to, placement.spec, number)

    def _overdue_sessions(self, process: SimulatedProcess) -> int:
        """Return the sessions on a process that has had its drain time."""
        now, since = self._clock.now(), process.draining_since
        if since is None or (now - since).total_seconds() < process.drain_seconds:
            return 0
        return sessions(process, self._world.behaviour_of(process), now)

    def _placed(self, target: Target) -> tuple[Placement[SimulatedProcess], ...]:
        return place(target, self._changes.processes(target.app))

    def _replace_stop_first(self, target: Target) -> None:
        members = self._changes.processes(target.app)
        for placement in replaceable(target, members, self.looks(members)):
            for process in placement.old:
                self._changes.stop(process)
            for number in placement.missing:
                self._changes.start(target, placement.spec, number)

    def _divide(self, target: Target, percent: int) -> None:
        """Weigh old and new processes against each other, the new ones first."""
        looks = self.looks(self._changes.processes(target.app))
        for placement in self._placed(target):
            if not divisible(placement, looks):
                continue
            for process, weight in weights(placement, percent):
                self._changes.make_ready(process, weight)
                self._changes.weigh(process, weight)

    def _move(self, target: Target) -> None:
        """Let the new processes have all the traffic before the old ones lose it."""
        for placement in self._placed(target):
            self._serve(target, placement)
        for process in unwanted(target, self._changes.processes(target.app)):
            self._changes.drain(process)
        self._level(target)

    def _level(self, target: Target) -> None:
        """Give the wanted processes equal parts again; nothing else has traffic by now."""
        for placement in self._placed(target):
            for process in placement.wanted:
                self._changes.weigh(process, EVEN)

    def _serve(self, target: Target, placement: Placement[SimulatedProcess]) -> None:
        for process in placement.wanted:
            self._changes.make_ready(process)
        routes = dict.fromkeys(hosts(placement.spec), f"{target.app}/{placement.spec.name}")
        self._changes.route(target.app, routes, drop_others=False)

    def _give_back(self, process: SimulatedProcess, *, is_wanted: bool) -> None:
        """Put an old process back to work; NONE is one that a lost router does not know.

        One that only ever stood by gets traffic only where it is surely wanted.
        """
        if process.stopped_at:
            self._changes.start_again(process, Traffic.READY)
        elif is_wanted or process.traffic in {Traffic.NONE, Traffic.DRAINING}:
            self._changes.make_ready(process)

    def _is_unserved(self, placement: Placement[SimulatedProcess]) -> bool:
        there = (*placement.wanted, *placement.old)
        serving = any(process.traffic is Traffic.READY for process in there)
        return placement.spec.port is not None and bool(placement.wanted) and not serving
