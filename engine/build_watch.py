"""What goes on around a build while it runs: its log, its card's progress, and its end."""

import threading
from datetime import datetime, timedelta

from engine import announce, lookup
from engine.build_log import BuildLog
from engine.errors import Canceled, UserError
from engine.leases import Lease
from engine.lifecycle import BUILD_LIMIT
from engine.ports.builder import BuildEvent
from engine.world import World
from storage import builds
from storage.records import App, Build
from storage.store import Stale

LOOK_SECONDS = 0.5  # between two looks at whether it was canceled
CARD_SECONDS = 3.0  # Slack lets a card be edited no oftener


class BuildWatch:
    """One attempt at a build, watched. Safe to use from the threads of its services."""

    def __init__(self, world: World, build: Build, lease: Lease) -> None:
        """Begin watching; raises ``UserError`` when the app is gone."""
        with world.store.read() as transaction:
            self.app: App = lookup.app(transaction, build.app)
        self.log = BuildLog(world, build.id, build.attempts)
        self._world = world
        self._build = build
        self._lease = lease
        self._lock = threading.Lock()
        self._others_stop = False
        self._canceled = False
        self._looked_at = datetime.min.replace(tzinfo=world.clock.now().tzinfo)
        self._drawn_at = self._looked_at

    def is_over(self) -> bool:
        """Whether the work must stop: canceled, too late, lost, or another service failed."""
        with self._lock:
            now = self._world.clock.now()
            if (now - self._looked_at).total_seconds() >= LOOK_SECONDS:
                self._looked_at = now
                self._canceled = self._canceled or self._is_canceled()
            return self._canceled or self._others_stop or self._lease.lost or self._is_late(now)

    def check(self) -> None:
        """Raise what ends the build: a cancel, its deadline, or the loss of its lease."""
        self._lease.check()
        if self._is_late(self._world.clock.now()):
            minutes = BUILD_LIMIT // timedelta(minutes=1)
            raise UserError(
                f"The build took longer than {minutes} minutes.",
                remedy="Look at its log for the step that hangs.",
            )
        if self._is_canceled():
            raise Canceled

    def stop_others(self) -> None:
        """One service failed: the rest need not go on."""
        self._others_stop = True

    def tell(self, event: BuildEvent) -> None:
        """Write an event to the log; a step shows on the card, at most every few seconds."""
        self.log.write(f"{event.service} | {event.text}")
        if event.step is None:
            return
        with self._lock:
            now = self._world.clock.now()
            if (now - self._drawn_at).total_seconds() < CARD_SECONDS:
                return
            self._drawn_at = now
        self._draw(f"{event.service}: step {event.step}", now)

    def close(self) -> None:
        """Save the rest of the log."""
        self.log.close()

    def _draw(self, progress: str, now: datetime) -> None:
        try:
            with self._world.store.write() as transaction:
                current = lookup.build(transaction, self._build.id)
                builds.change(transaction, current, progress=progress)
                announce.card(transaction, current, now)
        except Stale:
            return  # it ended meanwhile

    def _is_canceled(self) -> bool:
        with self._world.store.read() as transaction:
            return lookup.build(transaction, self._build.id).cancel_asked_by is not None

    def _is_late(self, now: datetime) -> bool:
        started_at = self._build.started_at or now
        return now - started_at > BUILD_LIMIT
