"""The one-off processes of hooks on a simulated rack."""

from collections.abc import Sequence
from datetime import datetime

from engine.adapters.memory.behaviour import Behaviour
from engine.adapters.memory.changes import Changes
from engine.adapters.memory.state import SimulatedHook
from engine.adapters.memory.world import MemoryWorld
from engine.errors import NotFound, Refused
from engine.ports.clock import Clock
from engine.ports.rack import Hook, HookRun, Target


class Hooks:
    """Starts them, finds them again, and takes them away."""

    def __init__(self, world: MemoryWorld, clock: Clock, changes: Changes) -> None:
        """*world* says how they behave."""
        self._world = world
        self._clock = clock
        self._changes = changes

    def run(self, target: Target, service: str, hook: Hook) -> HookRun:
        """Start the hook if the promotion has none yet; tell how it is doing."""
        if not (found := self._found(target, service, hook)):
            self._start(target, service, hook)
            found = self._found(target, service, hook)
        return self._run(found[0])

    def end(self, target: Target) -> None:
        """Stop the promotion's hooks that still run."""
        for hook in self._changes.state().hooks:
            if hook.promotion == target.promotion and self._run(hook).running:
                self._changes.stop_hook(hook)

    def remove(self, hooks: Sequence[SimulatedHook]) -> None:
        """Stop and remove them."""
        for hook in hooks:
            self._changes.remove_hook(hook)

    def of(self, app: str) -> tuple[SimulatedHook, ...]:
        """Return the hooks of the app's promotions that are there, running or not."""
        hooks = self._changes.state().hooks
        return tuple(one for one in hooks if one.app == app and one.hook is not Hook.RUN)

    def remove_run(self, target: Target) -> None:
        """Stop and remove the process that belongs to no promotion."""
        hooks = self._changes.state().hooks
        self.remove([one for one in hooks if one.promotion == target.promotion])

    def _found(self, target: Target, service: str, hook: Hook) -> list[SimulatedHook]:
        return [
            one
            for one in self._changes.state().hooks
            if (one.promotion, one.service, one.hook) == (target.promotion, service, hook)
        ]

    def _start(self, target: Target, service: str, hook: Hook) -> None:
        spec = next(spec for spec in target.services if spec.name == service)
        if hook not in spec.hooks:
            raise Refused(f"`{service}` has no {hook}.")
        if not self._world.any_image and spec.image not in self._changes.state().images:
            raise NotFound(
                f"`{service}`: its image {spec.image[:19]} is not on this rack.",
                remedy="Build the release again.",
            )
        self._changes.start_hook(target, spec, hook)

    def _run(self, hook: SimulatedHook) -> HookRun:
        return run_of(hook, self._world.behaviour_of_hook(hook), self._clock.now())


def run_of(hook: SimulatedHook, behaviour: Behaviour, now: datetime) -> HookRun:
    """Tell how a hook's process is doing at *now*."""
    began = f"{hook.hook} of {hook.release} started"
    up_seconds = ((hook.stopped_at or now) - hook.started_at).total_seconds()
    if up_seconds >= behaviour.hook_seconds:
        code = behaviour.hook_exit_code
        return HookRun(
            running=False,
            exit_code=code,
            seconds=behaviour.hook_seconds,
            last_log=(began, f"exited with code {code}"),
        )
    return HookRun(running=hook.stopped_at is None, seconds=up_seconds, last_log=(began,))
