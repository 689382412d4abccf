"""The single changes that a simulated rack is made of, each journaled and none made twice."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace

from engine.adapters.memory.behaviour import FAIL_VARIABLE
from engine.adapters.memory.division import noted
from engine.adapters.memory.state import EVEN, RackState, SimulatedHook, SimulatedProcess
from engine.adapters.memory.world import MemoryWorld
from engine.adapters.placement import Traffic
from engine.errors import Unreachable
from engine.ports.clock import Clock
from engine.ports.rack import Hook, ServiceSpec, Target


class Changes:
    """Reads and changes one rack of the world. Raises ``Unreachable`` while it is cut off."""

    def __init__(self, rack: str, world: MemoryWorld, clock: Clock) -> None:
        """*rack* is the rack's name in the world."""
        self._rack = rack
        self._world = world
        self._clock = clock

    def state(self) -> RackState:
        """Return the rack as it is."""
        state = self._world.rack(self._rack)
        until = state.unreachable_until
        if state.unreachable and (until is None or self._clock.now() < until):
            raise Unreachable(
                f"The engine of {self._rack} does not answer.",
                remedy="Look whether it runs and can be reached; the work goes on by itself then.",
            )
        return state

    def processes(self, app: str) -> list[SimulatedProcess]:
        """Return the app's processes."""
        return [process for process in self.state().processes if process.app == app]

    def make_router(self) -> None:
        """Give the rack its router."""
        if not self.state().is_prepared:
            self._change("start router", "", lambda state: replace(state, is_prepared=True))

    def start(self, target: Target, spec: ServiceSpec, number: int) -> None:
        """Start one replica."""
        name = f"{self._rack}-{target.app}-{spec.name}-{target.promotion}-{number}"
        process = SimulatedProcess(
            id=hashlib.sha256(name.encode()).hexdigest()[:12],
            app=target.app,
            service=spec.name,
            release=target.release,
            promotion=target.promotion,
            fingerprint=spec.fingerprint,
            number=number,
            image=spec.image,
            command=" ".join(spec.command or ()),
            health=spec.health,
            routed=spec.port is not None,
            domains=hosts(spec),
            drain_seconds=spec.drain_seconds,
            failure=spec.environment.get(FAIL_VARIABLE, ""),
            made_at=self._clock.now(),
            started_at=self._clock.now(),
            traffic=Traffic.NONE if spec.port is None else Traffic.STANDBY,
        )

        def add(state: RackState) -> RackState:
            return replace(state, processes=(*state.processes, process))

        self._change(f"start {label(process)}", target.app, add)

    def stop(self, process: SimulatedProcess) -> None:
        """Stop a process and leave it where it is."""
        if process.stopped_at is None:
            self._replace("stop", process, stopped_at=self._clock.now(), traffic=Traffic.NONE)

    def start_again(self, process: SimulatedProcess, traffic: Traffic) -> None:
        """Start a process that was stopped; a routed one with *traffic* at once."""
        if process.stopped_at is not None:
            self._replace(
                "start again",
                process,
                stopped_at=None,
                started_at=self._clock.now(),
                traffic=traffic if process.routed else Traffic.NONE,
                weight=EVEN,
                draining_since=None,
                cut=False,
            )

    def stand_by(self, process: SimulatedProcess) -> None:
        """Make a routed process known to the router."""
        if process.routed and process.traffic is Traffic.NONE:
            self._replace("stand by", process, traffic=Traffic.STANDBY)

    def make_ready(self, process: SimulatedProcess, weight: int = EVEN) -> None:
        """Give a routed process traffic; one that has some keeps its weight."""
        if process.routed and process.traffic is not Traffic.READY:
            self._replace(
                "make ready",
                process,
                traffic=Traffic.READY,
                weight=weight,
                draining_since=None,
                cut=False,
            )

    def weigh(self, process: SimulatedProcess, weight: int) -> None:
        """Give a process that has traffic another part of it."""
        if process.traffic is Traffic.READY and process.weight != weight:
            self._replace("weigh", process, weight=weight)

    def drain(self, process: SimulatedProcess) -> None:
        """Give a process no new traffic; one that had none loses its place at the router."""
        if process.traffic is Traffic.READY:
            self._replace(
                "drain", process, traffic=Traffic.DRAINING, draining_since=self._clock.now()
            )

    def cut(self, process: SimulatedProcess) -> None:
        """End the sessions that are left on a process."""
        self._replace("cut", process, cut=True)

    def remove(self, process: SimulatedProcess) -> None:
        """Stop a process and remove it."""

        def take_away(state: RackState) -> RackState:
            left = tuple(other for other in state.processes if other.id != process.id)
            return replace(state, processes=left)

        self._change(f"remove {label(process)}", process.app, take_away)

    def start_hook(self, target: Target, spec: ServiceSpec, hook: Hook) -> None:
        """Start the one-off process of a hook."""
        started = SimulatedHook(
            app=target.app,
            service=spec.name,
            release=target.release,
            promotion=target.promotion,
            hook=hook,
            image=spec.image,
            failure=spec.environment.get(FAIL_VARIABLE, ""),
            started_at=self._clock.now(),
        )
        self._change(
            f"run {label_of_hook(started)}",
            "",
            lambda state: replace(state, hooks=(*state.hooks, started)),
        )

    def stop_hook(self, hook: SimulatedHook) -> None:
        """Stop the process of a hook and leave it where it is."""
        stopped = replace(hook, stopped_at=self._clock.now())
        self._change(
            f"stop {label_of_hook(hook)}",
            "",
            lambda state: replace(
                state, hooks=tuple(stopped if one == hook else one for one in state.hooks)
            ),
        )

    def remove_hook(self, hook: SimulatedHook) -> None:
        """Stop the process of a hook and remove it."""
        self._change(
            f"remove {label_of_hook(hook)}",
            "",
            lambda state: replace(state, hooks=tuple(one for one in state.hooks if one != hook)),
        )

    def route(self, app: str, routes: Mapping[str, str], *, drop_others: bool) -> None:
        """Let hosts lead to "app/service"; *drop_others* takes away the app's other hosts."""

        def routed(state: RackState) -> RackState:
            kept = {
                host: of
                for host, of in state.hosts.items()
                if not (drop_others and of.startswith(f"{app}/"))
            }
            return replace(state, hosts=kept | dict(routes))

        present = self.state()
        if routed(present) != present:
            # Made out of what is there by then: other apps change their routes at the same time.
            self._change(f"route {app}", app, routed)

    def forget_images(self, app: str, keep: frozenset[str]) -> int:
        """Remove the app's images that are neither in *keep* nor run; return how many."""

        def unused(state: RackState) -> set[str]:
            run = {process.image for process in state.processes}
            used = run | {hook.image for hook in state.hooks} | keep
            return {image for image, of in state.images.items() if of == app and image not in used}

        def pruned(state: RackState) -> RackState:
            gone = unused(state)
            left = {image: of for image, of in state.images.items() if image not in gone}
            return replace(state, images=left)

        gone = unused(self.state())
        if gone:
            self._change(f"prune {app}", "", pruned)
        return len(gone)

    def _replace(self, what: str, process: SimulatedProcess, **changes: object) -> None:
        def exchange(state: RackState) -> RackState:
            processes = tuple(
                replace(other, **changes) if other.id == process.id else other  # type: ignore[arg-type]
                for other in state.processes
            )
            return replace(state, processes=processes)

        self._change(f"{what} {label(process)}", process.app, exchange)

    def _change(
        self, what: str, app_in_traffic: str, change: Callable[[RackState], RackState]
    ) -> None:
        """Make the change and, with it, remember how it divided the traffic of an app."""
        self.state()
        second = int(self._clock.now().timestamp())

        def change_and_note(state: RackState) -> RackState:
            changed = change(state)
            return noted(changed, app_in_traffic, second) if app_in_traffic else changed

        self._world.change(self._rack, what, change_and_note)


def label(process: SimulatedProcess) -> str:
    """Name a process as the journal does."""
    return f"{process.promotion} {process.service} {process.number}"


def label_of_hook(hook: SimulatedHook) -> str:
    """Name a hook's process as the journal does."""
    return f"{hook.promotion} {hook.service} {hook.hook}"


def hosts(spec: ServiceSpec) -> tuple[str, ...]:
    """Return the hosts of a routed service as the router compares them."""
    return tuple(host.lower() for host in spec.domains) if spec.port is not None else ()
