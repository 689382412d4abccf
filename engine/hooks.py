"""Hooks: commands of the new release that run once for a promotion, each in its own process."""

from dataclasses import replace

from engine import lookup, tell
from engine.adapters.placement import in_start_order
from engine.durations import of_seconds
from engine.ports.rack import Hook, HookRun, Target
from engine.world import World
from storage import promotions
from storage.records import HookResult, Promotion, PromotionKind

OF_A_NEW_RELEASE = frozenset({PromotionKind.PROMOTE, PromotionKind.ROLLBACK})


class HookRuns(Exception):
    """A hook has not ended yet: look again at the next tick."""


class HookFailed(Exception):
    """A hook ended badly, or not in time."""

    def __init__(self, reason: str, log: tuple[str, ...]) -> None:
        """*log* has the last lines that it wrote."""
        super().__init__(reason)
        self.reason = reason
        self.log = log


def pending(promotion: Promotion, target: Target, hook: Hook) -> tuple[str, ...]:
    """Return the services whose hook has still to end well, in the order they are started in."""
    if promotion.kind not in OF_A_NEW_RELEASE:
        return ()  # the same release again has had them
    over = {(one.hook, one.service) for one in promotion.hooks if one.exit_code == 0}
    return tuple(
        spec.name
        for spec in in_start_order(target.services)
        if hook in spec.hooks and (str(hook), spec.name) not in over
    )


def go_on(
    world: World, promotion: Promotion, target: Target, hook: Hook, *, limit_seconds: float
) -> None:
    """Run what is pending of *hook*, one service after the other. A repeat goes on.

    Raises ``HookRuns`` until the last has ended well, ``HookFailed`` for one that does not.
    """
    for service in pending(promotion, target, hook):
        before = [one for one in promotion.hooks if (one.hook, one.service) == (hook, service)]
        if before:
            raise _failure(before[-1], limit_seconds)
        rack = world.rack(promotion.rack)
        run = rack.run_hook(target, service, hook)
        if run.running and run.seconds < limit_seconds:
            raise HookRuns(f"{hook} of {service} runs ({of_seconds(run.seconds)})")
        if run.running:
            rack.end_hooks(target)
        result = _keep(world, promotion, service, hook, run)
        promotion = replace(promotion, hooks=(*promotion.hooks, result))
        if result.exit_code != 0:
            raise _failure(result, limit_seconds)


def _keep(world: World, promotion: Promotion, service: str, hook: Hook, run: HookRun) -> HookResult:
    """Record how a hook ended, so that its process is not needed any more to know."""
    result = HookResult(
        hook=hook,
        service=service,
        exit_code=None if run.running else run.exit_code,
        seconds=round(run.seconds, 1),
        log=run.last_log,
    )
    with world.store.write() as transaction:
        known = lookup.promotion(transaction, promotion.id).hooks
        promotions.change(transaction, promotion, hooks=(*known, result))
        if result.exit_code == 0:
            tell.hook_ended(transaction, promotion, result, world.clock.now())
    return result


def _failure(result: HookResult, limit_seconds: float) -> HookFailed:
    how = (
        f"did not end within {of_seconds(limit_seconds)} and was stopped"
        if result.exit_code is None
        else f"exited with code {result.exit_code} after {of_seconds(result.seconds)}"
    )
    return HookFailed(f"`{result.hook}` of `{result.service}` {how}.", result.log)
