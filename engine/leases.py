"""Holding a piece of work alone: a lease in the database, prolonged while the work goes on."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.world import World
from storage import claims
from storage.store import Stale, Unavailable

LEASE_SECONDS = 30.0
PROLONG_SECONDS = 5.0  # between two signs of life

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """The work is not ours to go on with: taken over, or this process ends."""


class Lease:
    """A held lease."""

    def __init__(self, world: World, name: str, *, taken_from: str | None = None) -> None:
        """The lease *name* has been taken by ``world.owner``, perhaps from one that fell silent."""
        self.taken_from = taken_from
        self._world = world
        self._name = name
        self._over = threading.Event()
        self._taken_over = False

    @property
    def lost(self) -> bool:
        """Whether to stop: another took the work over, or this process is about to end."""
        return self._taken_over or self._world.stopping.is_set()

    @property
    def was_taken_over(self) -> bool:
        """Whether another process has the lease now."""
        return self._taken_over

    def check(self) -> None:
        """Raise ``LeaseLost`` when the work is no longer ours."""
        if self.lost:
            raise LeaseLost(self._name)

    def prolong_until_over(self) -> None:
        """Give signs of life until ``end``; runs in a thread of its own."""
        while not self._over.wait(PROLONG_SECONDS):
            try:
                with self._world.store.write() as transaction:
                    claims.prolong(
                        transaction,
                        self._name,
                        self._world.owner,
                        self._world.clock.now(),
                        LEASE_SECONDS,
                    )
            except Stale:
                self._taken_over = True
                log.warning("lease lost", extra={"lease": self._name})
                return
            except Unavailable:
                log.warning("lease not prolonged", extra={"lease": self._name})

    def end(self) -> None:
        """Stop the signs of life."""
        self._over.set()


@contextmanager
def held(world: World, name: str) -> Iterator[Lease | None]:
    """Take the lease *name* for the length of the block; None where another holds it."""
    with world.store.write() as transaction:
        before = claims.holder(transaction, name)
        taken = claims.lease(transaction, name, world.owner, world.clock.now(), LEASE_SECONDS)
    if not taken:
        yield None
        return
    lease = Lease(world, name, taken_from=None if before == world.owner else before)
    thread = threading.Thread(target=lease.prolong_until_over, name=f"lease {name}", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        lease.end()
        thread.join()
        if not lease.was_taken_over:
            with world.store.write() as transaction:
                claims.give_back(transaction, name, world.owner)
