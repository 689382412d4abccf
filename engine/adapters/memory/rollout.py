"""The steps of a promotion on a simulated rack, in the order that loses no request."""

from collections.abc import Callable, Sequence

from engine.adapters.memory.changes import Changes, hosts
from engine.adapters.memory.look import sessions
from engine.adapters.memory.state import SimulatedProcess
from engine.adapters.memory.world import MemoryWorld
from engine.adapters.placement import Placement, Traffic, place, unwanted
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
        observe: Callable[[Target], Observation],
    ) -> None:
        """*observe* tells how a target is doing."""
        self._world = world
        self._clock = clock
        self._changes = changes
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
        """Start what is missing, but for what has to wait until its old process has stopped."""
        self.prepare(target)
        for placement in self._placed(target):
            if placement.waits_for_shift:
                continue
            for process in placement.kept:
                self._changes.start_again(process, Traffic.STANDBY)
            for process in placement.wanted:
                self._changes.stand_by(process)
            self._start_missing(target, placement)

    def shift(self, target: Target) -> None:
        """Replace stop-first services; once all is healthy, move the traffic."""
        self.prepare(target)
        for placement in self._placed(target):
            if placement.spec.stop_first:
                for process in placement.old:
                    self._changes.stop(process)
                self._start_missing(target, placement)
            for process in placement.wanted:
                self._changes.stand_by(process)
        if any(seen.phase in NOT_HEALTHY for seen in self._observe(target).services):
            return
        for placement in self._placed(target):
            self._serve(target, placement)
        for process in unwanted(target, self._changes.processes(target.app)):
            self._changes.drain(process)

    def cut(self, target: Target) -> int:
        """End the sessions of old processes that have had their drain time; return how many."""
        now = self._clock.now()
        ended = 0
        for process in unwanted(target, self._changes.processes(target.app)):
            left = sessions(process, self._world.behaviour_of(process), now)
            since = process.draining_since
            if left and since and (now - since).total_seconds() >= process.drain_seconds:
                self._changes.cut(process)
                ended += left
        return ended

    def retire(self, target: Target) -> None:
        """Remove what the target does not want, processes and hosts."""
        for process in unwanted(target, self._changes.processes(target.app)):
            self._changes.remove(process)
        routes = {
            host: f"{target.app}/{spec.name}" for spec in target.services for host in hosts(spec)
        }
        self._changes.route(target.app, routes, drop_others=True)

    def revert(self, target: Target) -> None:
        """Let the old processes have all traffic again, then remove the promotion's own."""
        present = self._changes.processes(target.app)
        own = [process for process in present if process.promotion == target.promotion]
        others = [process for process in present if process.promotion != target.promotion]
        stop_first = {spec.name for spec in target.services if spec.stop_first}
        for process in own:
            if process.service in stop_first:
                self._changes.stop(process)
        for process in others:
            self._give_back(process)
        routes = {
            host: f"{process.app}/{process.service}"
            for process in others
            for host in process.domains
        }
        self._changes.route(target.app, routes, drop_others=True)
        for process in own:
            self._changes.remove(process)

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

    def _placed(self, target: Target) -> tuple[Placement[SimulatedProcess], ...]:
        return place(target, self._changes.processes(target.app))

    def _start_missing(self, target: Target, placement: Placement[SimulatedProcess]) -> None:
        for number in placement.missing:
            self._changes.start(target, placement.spec, number)

    def _serve(self, target: Target, placement: Placement[SimulatedProcess]) -> None:
        for process in placement.wanted:
            self._changes.make_ready(process)
        routes = dict.fromkeys(hosts(placement.spec), f"{target.app}/{placement.spec.name}")
        self._changes.route(target.app, routes, drop_others=False)

    def _give_back(self, process: SimulatedProcess) -> None:
        """Put an old process back to work; NONE is one that a lost router does not know."""
        if process.stopped_at:
            self._changes.start_again(process, Traffic.READY)
        elif process.traffic in {Traffic.NONE, Traffic.DRAINING}:
            self._changes.make_ready(process)

    def _is_unserved(self, placement: Placement[SimulatedProcess]) -> bool:
        there = (*placement.wanted, *placement.old)
        serving = any(process.traffic is Traffic.READY for process in there)
        return placement.spec.port is not None and bool(placement.wanted) and not serving
