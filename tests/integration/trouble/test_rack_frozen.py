"""The engine freezes in the middle of a shift, while a second process of ours looks on."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from engine import leases
from engine.advance import advance
from engine.leases import LEASE_SECONDS, LeaseLost
from scripts import dockerd
from storage.records import PromotionStatus
from tests.integration.trouble.rack_app import files
from tests.integration.trouble.rack_scene import (
    GLANCE_SECONDS,
    HOST,
    UNDISTURBED,
    RealScene,
    beside,
    once_before,
)
from tests.integration.trouble.visitor import visitor
from tests.services.waiting import wait_until

P = PromotionStatus
SOON_SECONDS = 30.0


class Ice:
    """Stops an engine's process where it is, and lets it go on."""

    def __init__(self, engine: dockerd.Engine) -> None:
        self._pid = int(engine.pid_file.read_text())
        self.is_there = threading.Event()

    def freeze(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)
        self.is_there.set()

    def thaw(self) -> None:
        os.kill(self._pid, signal.SIGCONT)


@contextmanager
def frozen_in_the_shift(
    scene: RealScene, engine: dockerd.Engine, promotion_id: str
) -> Iterator[tuple[Ice, "Future[None]"]]:
    """Let the scene's process work until it waits for a frozen engine in its shift."""
    ice = Ice(engine)
    once_before(scene.adapters["staging"], "shift", ice.freeze)

    def work() -> None:
        while not ice.is_there.wait(GLANCE_SECONDS):
            advance(scene.world, promotion_id)

    with ThreadPoolExecutor(max_workers=1) as pool:
        first = pool.submit(work)
        try:
            assert ice.is_there.wait(SOON_SECONDS)
            yield ice, first
        finally:
            ice.thaw()


def about_to_shift(scene: RealScene) -> tuple[str, str, str]:
    """Return the old release, the new one, and its promotion, which may shift now."""
    old = scene.with_old()
    new = scene.built("New", files(waits=True))
    promotion_id = scene.did("promote", new)
    scene.until(promotion_id, P.VERIFYING)
    scene.let_go(new)
    return old, new, promotion_id


def test_who_waits_for_a_frozen_engine_keeps_its_work_and_ends_it(
    fragile: RealScene, own_engine: dockerd.Engine
) -> None:
    old, new, promotion_id = about_to_shift(fragile)
    with beside(fragile, owner="bot 2") as other, visitor(fragile.ports["staging"], HOST) as seen:
        with frozen_in_the_shift(fragile, own_engine, promotion_id) as (ice, first):
            asked: list[str] = []
            once_before(other.adapters["staging"], "observe", lambda: asked.append("observe"))
            advance(other.world, promotion_id)
            assert asked == [], "it is another's work"
            assert not first.done()
            ice.thaw()
            first.result(SOON_SECONDS)
        fragile.settle()

    assert fragile.promotion(promotion_id).status is P.SUCCEEDED
    assert fragile.milestones(promotion_id) == UNDISTURBED
    assert seen.went_over(old, new)
    fragile.only_this_lives(new)


def test_work_that_is_taken_over_at_a_frozen_engine_is_done_once_and_told(
    fragile: RealScene, own_engine: dockerd.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "PROLONG_SECONDS", 0.2)
    old, new, promotion_id = about_to_shift(fragile)
    with beside(fragile, owner="bot 2") as other, visitor(fragile.ports["staging"], HOST) as seen:
        with frozen_in_the_shift(fragile, own_engine, promotion_id) as (ice, first):
            other.clock.skip(2 * LEASE_SECONDS)  # by its clock, the first has fallen silent
            with ThreadPoolExecutor(max_workers=1) as pool:
                second = pool.submit(advance, other.world, promotion_id)
                wait_until(
                    lambda: any("taken_over" in name for name in fragile.milestones(promotion_id)),
                    "the takeover",
                )
                ice.thaw()
                assert isinstance(first.exception(SOON_SECONDS), LeaseLost)
                second.result(SOON_SECONDS)
        other.settle()
    fragile.clock.skip(2 * LEASE_SECONDS)  # what is on record is of the other's time

    assert fragile.promotion(promotion_id).status is P.SUCCEEDED
    told = fragile.milestones(promotion_id)
    assert [name for name in told if not name.startswith("notice:taken_over")] == UNDISTURBED
    assert len(told) == len(UNDISTURBED) + 1
    assert seen.went_over(old, new)
    fragile.only_this_lives(new)
