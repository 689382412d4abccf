"""The relay's tick: what the outbox holds goes to Slack, each thing once, the last state always."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.relay.poster import Away, Poster, RateLimited, Rejected, Unsure
from bot.relay.rates import Rates
from bot.relay.telling import LEASE, LEASE_SECONDS, Telling
from engine.world import World
from storage import claims, outbox
from storage.records import Outgoing
from storage.store import Stale

PROLONG = timedelta(seconds=5)  # between two signs that this process still relays
AWAY_PAUSE = timedelta(seconds=2)
RETRY_LIMIT = 30.0  # seconds between two tries, at the most
UNSURE_IN_A_ROW = 2  # then it is not the message but Slack: try no more of them for a while

log = logging.getLogger(__name__)


class Relay:
    """Drains the outbox, unless another process does."""

    def __init__(self, world: World, poster: Poster) -> None:
        """Post through *poster*."""
        self._world = world
        self._rates = Rates()
        self._telling = Telling(world, poster, self._rates)
        self._holds_until: datetime | None = None
        self._away_until = datetime.min.replace(tzinfo=UTC)
        self._unsure_in_a_row = 0

    def tick(self) -> None:
        """Tell what is due and allowed by now. A repeat tells only what is left."""
        if not self._may_go_on():
            return
        waiting: set[str] = set()  # subjects whose thread has something to wait for
        self._unsure_in_a_row = 0
        for outgoing in self._due():
            if not self._may_go_on():
                return
            in_thread = outgoing.kind in outbox.IN_THREAD
            if in_thread and outgoing.subject in waiting:
                continue
            try:
                told = self._tell(outgoing)
            except Away as away:
                self._pause(outgoing, str(away))
                return
            if in_thread and not told:
                waiting.add(outgoing.subject)

    def close(self) -> None:
        """Let another process relay at once."""
        self._holds_until = None
        with self._world.store.write() as transaction:
            claims.give_back(transaction, LEASE, self._world.owner)

    def _may_go_on(self) -> bool:
        away = self._world.clock.now() < self._away_until
        return not away and not self._world.stopping.is_set() and self._holds()

    def _due(self) -> Sequence[Outgoing]:
        """Return what may be told: posts in their order, then edits, the oldest drawing first."""
        with self._world.store.read() as transaction:
            due = outbox.due(transaction, self._world.clock.now())
            drawn_at = outbox.drawn_at(transaction)
        is_edit = [one.kind == "card" and one.subject in drawn_at for one in due]
        posts = [one for one, edit in zip(due, is_edit, strict=True) if not edit]
        edits = [one for one, edit in zip(due, is_edit, strict=True) if edit]
        return [*posts, *sorted(edits, key=lambda edit: drawn_at[edit.subject])]

    def _holds(self) -> bool:
        """Whether this process is the one that relays: two would tell things twice."""
        now = self._world.clock.now()
        if self._holds_until and now < self._holds_until:
            return True
        with self._world.store.write() as transaction:
            held = claims.lease(transaction, LEASE, self._world.owner, now, LEASE_SECONDS)
        self._holds_until = now + PROLONG if held else None
        return held

    def _tell(self, outgoing: Outgoing) -> bool:
        """Tell one thing; False when it has to wait."""
        try:
            told = self._telling.tell(outgoing)
        except RateLimited as limited:
            self._wait(outgoing, limited)
        except Unsure as unsure:
            self._try_later(outgoing, str(unsure))
            return False
        except Rejected as rejected:
            return self._telling.give_up(outgoing, rejected.code)
        except Stale:
            self._holds_until = None  # it changed meanwhile, or another process relays now
        else:
            self._unsure_in_a_row = 0
            return told
        return False

    def _wait(self, outgoing: Outgoing, limited: RateLimited) -> None:
        """Slack asked to wait, and surely did nothing."""
        log.warning("rate limited", extra={"key": outgoing.key, "why": str(limited)})
        now = self._world.clock.now()
        self._rates.close(limited, now)
        with self._world.store.write() as transaction:
            outbox.wait_until(transaction, outgoing, now + timedelta(seconds=limited.seconds))
            outbox.forget_try(transaction, outgoing)

    def _try_later(self, outgoing: Outgoing, why: str) -> None:
        """Nobody knows whether it arrived: the next try looks for it first."""
        log.warning("unsure", extra={"key": outgoing.key, "why": why})
        seconds = min(RETRY_LIMIT, 2.0**outgoing.attempts)
        now = self._world.clock.now()
        with self._world.store.write() as transaction:
            outbox.wait_until(transaction, outgoing, now + timedelta(seconds=seconds))
        self._unsure_in_a_row += 1
        if self._unsure_in_a_row >= UNSURE_IN_A_ROW:
            self._away_until = now + AWAY_PAUSE

    def _pause(self, outgoing: Outgoing, why: str) -> None:
        """Slack cannot be reached, so nothing was done: all of it waits."""
        log.warning("slack is away", extra={"why": why})
        self._away_until = self._world.clock.now() + AWAY_PAUSE
        with self._world.store.write() as transaction:
            outbox.forget_try(transaction, outgoing)
