"""Faults as a tired programmer could make them, each planted into the running product."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import advance, announce, decide, leftovers, lifecycle, tell
from engine.adapters.memory.rollout import Rollout
from engine.decide import Decision, Situation
from engine.ports.rack import Target
from engine.record import record
from engine.world import World
from storage import outbox, promotions
from storage.records import Promotion, PromotionStatus
from storage.store import Transaction

P = PromotionStatus
Plant = Callable[[pytest.MonkeyPatch], None]


def skip_the_drain(patch: pytest.MonkeyPatch) -> None:
    """Go on to the bake while old processes still answer requests."""

    def drain(situation: Situation) -> Decision:
        return Decision(then=P.BAKING)

    patch.setitem(decide.STEPS, P.DRAINING, drain)


def skip_the_check(patch: pytest.MonkeyPatch) -> None:
    """Move the traffic without waiting until the new processes are healthy."""

    def verify(situation: Situation) -> Decision:
        return Decision(then=P.SHIFTING)

    patch.setitem(decide.STEPS, P.VERIFYING, verify)


def drop(announcement: str) -> Plant:
    """Forget to tell one thing."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(tell, announcement, lambda *given, **named: None)

    return plant


def drop_milestone(name: str) -> Plant:
    """Forget to tell one thing that has no words of its own in ``engine.tell``."""
    milestone = announce.milestone

    def plant(patch: pytest.MonkeyPatch) -> None:
        def told(
            transaction: Transaction, subject: Any, key: str, *given: Any, **named: Any
        ) -> None:
            if key != name:
                milestone(transaction, subject, key, *given, **named)

        patch.setattr(announce, "milestone", told)

    return plant


def forget_deadline(status: P) -> Plant:
    """Wait for ever in one status of a running promotion."""
    deadline = Situation.deadline_at.fget  # type: ignore[attr-defined]

    def plant(patch: pytest.MonkeyPatch) -> None:
        def deadline_at(situation: Situation) -> object:
            return None if situation.promotion.status is status else deadline(situation)

        patch.setattr(Situation, "deadline_at", property(deadline_at))

    return plant


def forget_limit(status: P) -> Plant:
    """Leave a status out of the table of limits."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.delitem(lifecycle.PROMOTION_LIMITS, status)

    return plant


def keep_the_old_record(patch: pytest.MonkeyPatch) -> None:
    """Move the traffic, and go on saying that the old release is live."""
    patch.setattr(promotions, "set_live", lambda *given: None)


def leave_processes(patch: pytest.MonkeyPatch) -> None:
    """Take a promotion back without removing what it started."""
    revert = Rollout.revert

    def half(rollout: Rollout, target: Target, to: Target | None) -> None:
        remove = rollout._changes.remove
        rollout._changes.remove = lambda process: None  # type: ignore[method-assign]
        try:
            revert(rollout, target, to)
        finally:
            rollout._changes.remove = remove  # type: ignore[method-assign]

    patch.setattr(Rollout, "revert", half)


def go_back_to_nothing(patch: pytest.MonkeyPatch) -> None:
    """Remove what a promotion started, whether what was there before it can serve or not."""
    revert = Rollout.revert

    def blindly(rollout: Rollout, target: Target, to: Target | None) -> None:
        revert(rollout, target, None)

    patch.setattr(Rollout, "revert", blindly)


def clear_up_blindly(patch: pytest.MonkeyPatch) -> None:
    """Take back what could not be taken back, when it is cleared up."""

    def go_back(world: World, promotion: Promotion, target: Target) -> None:
        world.rack(promotion.rack).revert(target)

    patch.setattr(leftovers, "_go_back", go_back)


def leave_leftovers(patch: pytest.MonkeyPatch) -> None:
    """Never clear up after a rack that was away."""
    patch.setattr(leftovers, "clear_up", lambda *given: None)


def tell_afterwards(patch: pytest.MonkeyPatch) -> None:
    """Tell that a release is live in a transaction of its own, after that of the change."""
    live, write_down = tell.live, record
    waiting: list[tuple[Any, ...]] = []

    def later(transaction: Transaction, *given: Any) -> None:
        waiting.append(given)

    def record_then_tell(world: World, *given: Any) -> bool:
        moved = write_down(world, *given)
        while waiting:
            with world.store.write() as transaction:
                live(transaction, *waiting.pop())
        return moved

    patch.setattr(tell, "live", later)
    patch.setattr(advance, "record", record_then_tell)


def tell_anew(patch: pytest.MonkeyPatch) -> None:
    """Take what was told before for something new."""
    put = outbox.tell

    def told(transaction: Transaction, *, key: str, **named: Any) -> bool:
        return put(transaction, key=key, **named) or told(transaction, key=f"{key} again", **named)

    patch.setattr(outbox, "tell", told)
