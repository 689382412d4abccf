"""A simulated rack: the whole port, kept faithfully, over a ``MemoryWorld``."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from engine.adapters.memory import traffic
from engine.adapters.memory.changes import Changes, hosts
from engine.adapters.memory.division import shares
from engine.adapters.memory.hooks import Hooks
from engine.adapters.memory.look import log_of
from engine.adapters.memory.rollout import Rollout
from engine.adapters.memory.state import SimulatedProcess
from engine.adapters.memory.world import MemoryWorld
from engine.adapters.placement import ALL, Condition, Look, Traffic, View, observe, place
from engine.errors import NotFound, Refused
from engine.ports.clock import Clock
from engine.ports.rack import (
    Capabilities,
    Hook,
    HookRun,
    LogLine,
    Measurement,
    Observation,
    Process,
    RackStatus,
    Target,
)

LAST_LOG_LINES = 20
STATUS_WORDS = {
    Condition.INCOMPLETE: "starting",
    Condition.PENDING: "starting",
    Condition.PASSING: "healthy",
    Condition.FAILED: "unhealthy",
}


class MemoryRack:
    """Implements ``engine.ports.rack.Rack`` on a simulated world.

    A change to one process is one change of the world, so that a bot killed between any two of
    them leaves what it would leave on a real rack.
    """

    def __init__(self, name: str, world: MemoryWorld, clock: Clock) -> None:
        """*world* outlasts this object; all racks of a process may share it."""
        self._name = name
        self._world = world
        self._clock = clock
        self._changes = Changes(name, world, clock)
        self._hooks = Hooks(world, clock, self._changes)
        self._rollout = Rollout(world, clock, self._changes, self._hooks, self.observe)

    @property
    def name(self) -> str:
        """The rack's exact name."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """The same as a Docker rack's."""
        return Capabilities(weights=True, measures=True)

    def status(self) -> RackStatus:
        """Say that it is simulated."""
        router = "simulated" if self._changes.state().is_prepared else "absent"
        return RackStatus(engine="simulated", router=router, router_url=None)

    def has_image(self, image_id: str) -> bool:
        """Whether the image was put here, or any image will do."""
        images = self._changes.state().images
        return self._world.any_image or image_id in images

    def prepare(self, target: Target) -> None:
        """Make sure of images, hosts and router."""
        self._rollout.prepare(target)

    def start(self, target: Target) -> None:
        """Start what is missing."""
        self._rollout.start(target)

    def observe(self, target: Target) -> Observation:
        """Look at every service of the target."""
        state = self._changes.state()
        members = [process for process in state.processes if process.app == target.app]
        unserved = frozenset(
            spec.name
            for spec in target.services
            if any(state.hosts.get(host) != f"{target.app}/{spec.name}" for host in hosts(spec))
        )
        looks = self._rollout.looks(members)
        return observe(
            View(
                target=target,
                members=members,
                looks=looks,
                unserved=unserved,
                shares=shares(place(target, members), looks),
                one_offs=len(self._hooks.of(target.app)),
                last_log=self._last_log,
            )
        )

    def shift(self, target: Target, *, percent: int = ALL) -> None:
        """Move the traffic, or a part of it."""
        self._rollout.shift(target, percent)

    def cut(self, target: Target, *, before: Callable[[int], None] | None = None) -> int:
        """End the sessions that have had their drain time."""
        return self._rollout.cut(target, before)

    def retire(self, target: Target) -> None:
        """Remove what the target does not want."""
        self._rollout.retire(target)

    def revert(self, target: Target, *, to: Target | None = None) -> None:
        """Take the promotion back."""
        self._rollout.revert(target, to)

    def run_hook(self, target: Target, service: str, hook: Hook) -> HookRun:
        """Start the hook if the promotion has none yet; tell how it is doing."""
        return self._hooks.run(target, service, hook)

    def end_hooks(self, target: Target) -> None:
        """Stop the promotion's hooks that still run."""
        self._hooks.end(target)

    def remove_run(self, target: Target) -> None:
        """Remove the target's own."""
        self._hooks.remove_run(target)

    def measure(self, target: Target, *, since: datetime) -> Measurement:
        """Tell what the app was asked, as its behaviour and the shares of its traffic have it."""
        app = target.app
        return traffic.measure(
            self._changes.state().divisions.get(app, ()),
            target.promotion,
            since=int(since.timestamp()),
            now=int(self._clock.now().timestamp()),
            requests_per_second=self._world.traffic_of(app),
            behaviour_of=lambda receiver: self._world.behaviour_of_receiver(app, receiver),
        )

    def repair(self, live: Sequence[Target]) -> tuple[str, ...]:
        """Let the router serve the live targets again."""
        return self._rollout.repair(live)

    def processes(self, app: str | None = None) -> tuple[Process, ...]:
        """All processes of an app, or of all apps; those of hooks are none."""
        found = [one for one in self._changes.state().processes if app in {None, one.app}]
        looks = self._rollout.looks(found)
        return tuple(
            Process(
                id=process.id,
                app=process.app,
                service=process.service,
                release=process.release,
                promotion=process.promotion,
                status=_status(process, looks[process.id]),
                started_at=process.started_at,
                command=process.command,
            )
            for process in found
        )

    def logs(
        self, app: str, *, service: str | None, since: datetime | None, tail: int
    ) -> tuple[LogLine, ...]:
        """The last *tail* lines, oldest first."""
        lines = [
            line
            for process in self._changes.processes(app)
            if service in {None, process.service}
            for line in self._log(process)
            if since is None or line.at >= since
        ]
        return tuple(sorted(lines, key=lambda line: line.at)[-tail:]) if tail > 0 else ()

    def prune(self, keep: Sequence[str], *, app: str) -> int:
        """Remove the app's images that are neither kept nor run."""
        return self._changes.forget_images(app, frozenset(keep))

    def save_image(self, image_id: str) -> Iterator[bytes]:
        """Stream a small archive that says which image it stands for."""
        if not self.has_image(image_id):
            raise NotFound(f"{self._name} has no image {image_id}.")
        app = self._changes.state().images.get(image_id, "")
        yield json.dumps({"image": image_id, "app": app}).encode()

    def load_image(self, image_id: str, archive: Iterator[bytes]) -> None:
        """Take the image in, if the archive is whole and of this image."""
        try:
            held = json.loads(b"".join(archive))
        except ValueError as error:
            raise Refused(f"The archive of {image_id} broke off.") from error
        if held["image"] != image_id:
            raise Refused(f"The archive held {held['image']}, not {image_id}.")
        self._changes.state()
        self._world.add_image(self._name, image_id, app=held["app"])

    def _log(self, process: SimulatedProcess) -> tuple[LogLine, ...]:
        return log_of(process, self._world.behaviour_of(process), self._clock.now())

    def _last_log(self, process: SimulatedProcess) -> tuple[str, ...]:
        return tuple(line.text for line in self._log(process)[-LAST_LOG_LINES:])


def _status(process: SimulatedProcess, seen: Look) -> str:
    if not seen.running:
        return "exited"
    if process.traffic is Traffic.DRAINING:
        return "draining"
    return STATUS_WORDS[seen.condition]
