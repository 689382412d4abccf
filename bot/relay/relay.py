"""The relay's tick: what the outbox holds goes to Slack, each thing once, the last state always."""

import logging
from datetime import UTC, datetime, timedelta

from bot.relay.budget import Budget
from bot.relay.drawing import digest, drawn_card, drawn_milestone
from bot.relay.places import Places
from bot.relay.poster import Away, Poster, RateLimited, Rejected, Unsure
from bot.slack.render import Drawing
from engine.world import World
from storage import builds, claims, outbox
from storage.records import Card, Outgoing
from storage.store import Stale

LEASE_SECONDS = 15.0
EDIT_PAUSE = timedelta(seconds=3)  # between two edits of one card
AWAY_PAUSE = timedelta(seconds=2)
RETRY_LIMIT = 60.0  # seconds between two tries, at the most
GONE = frozenset({"message_not_found", "cant_update_message", "thread_not_found"})
EDITS = "chat.update"  # one budget for the whole workspace

log = logging.getLogger(__name__)


class Relay:
    """Drains the outbox. What it keeps in memory are only Slack's rates."""

    def __init__(self, world: World, poster: Poster) -> None:
        """Post through *poster*."""
        self._world = world
        self._poster = poster
        self._places = Places(world, poster)
        self._posts = Budget(calls=3, seconds=3.0)  # a channel: one a second, with a small burst
        self._edits = Budget(calls=40, seconds=60.0)
        self._holds_until: datetime | None = None
        self._away_until = datetime.min.replace(tzinfo=UTC)

    def tick(self) -> None:
        """Tell what is due and allowed by now. A repeat tells only what is left."""
        if self._world.clock.now() < self._away_until or not self._holds():
            return
        with self._world.store.read() as transaction:
            waiting = outbox.due(transaction, self._world.clock.now())
        held_up: set[str] = set()  # subjects of which something waits: the rest must not overtake
        try:
            for outgoing in waiting:
                if self._world.stopping.is_set():
                    return
                if outgoing.subject in held_up and outgoing.kind != "card":
                    continue
                if not self._tell(outgoing) and outgoing.kind != "card":
                    held_up.add(outgoing.subject)
        except Away as away:
            log.warning("slack is away", extra={"why": str(away)})
            self._away_until = self._world.clock.now() + AWAY_PAUSE

    def close(self) -> None:
        """Let another process relay at once."""
        with self._world.store.write() as transaction:
            claims.give_back(transaction, "relay", self._world.owner)

    def _holds(self) -> bool:
        """Whether this process is the one that relays: two would tell things twice."""
        now = self._world.clock.now()
        if self._holds_until and now < self._holds_until:
            return True
        with self._world.store.write() as transaction:
            held = claims.lease(transaction, "relay", self._world.owner, now, LEASE_SECONDS)
        self._holds_until = now + timedelta(seconds=LEASE_SECONDS / 3) if held else None
        return held

    def _tell(self, outgoing: Outgoing) -> bool:
        """Tell one thing; False when it has to wait."""
        try:
            return self._try(outgoing)
        except RateLimited as limited:
            self._close(outgoing, limited.seconds)
        except Rejected as rejected:
            return self._give_up(outgoing, rejected.code)
        except Unsure as unsure:
            log.warning("unsure", extra={"key": outgoing.key, "why": str(unsure)})
            self._later(outgoing, min(RETRY_LIMIT, 2.0**outgoing.attempts))
        except Stale:
            pass  # it changed meanwhile: read it anew
        return False

    def _try(self, outgoing: Outgoing) -> bool:
        with self._world.store.read() as transaction:
            card = outbox.card(transaction, outgoing.subject)
        if outgoing.kind == "card":
            return self._card(outgoing, card)
        if card is None:
            return False  # its card comes first
        match outgoing.kind:
            case "milestone":
                return self._milestone(outgoing, card)
            case "file":
                return self._file(outgoing, card)
            case _:
                return self._link(outgoing, card)

    def _card(self, outgoing: Outgoing, card: Card | None) -> bool:
        drawing = drawn_card(self._world, outgoing.subject)
        if drawing is None:
            return self._done(outgoing, "gave up: nothing on record")
        if card is None:
            return self._new_card(outgoing, drawing)
        now = self._world.clock.now()
        if digest(drawing) == card.digest:
            return self._done(outgoing, card.ts)
        if now - card.drawn_at < EDIT_PAUSE or not self._edits.allows(EDITS, now):
            return False
        self._edits.spend(EDITS, now)
        try:
            self._poster.edit(drawing, channel=card.channel, ts=card.ts, key=outgoing.key)
        except Rejected as rejected:
            if rejected.code not in GONE:
                raise
            with self._world.store.write() as transaction:
                outbox.remove_card(transaction, card.subject)
            return self._new_card(outgoing, drawing)
        return self._placed(outgoing, card.channel, card.ts, drawing)

    def _new_card(self, outgoing: Outgoing, drawing: Drawing) -> bool:
        for channel in self._places.of(outgoing):
            if not self._may_post(channel):
                return False
            try:
                found = self._arrived(outgoing, channel, None)
                place = found or self._post(outgoing, drawing, channel=channel)
            except Rejected as rejected:
                log.warning("card refused", extra={"channel": channel, "code": rejected.code})
                self._places.refuse(channel)
                continue
            return self._placed(outgoing, *place, drawing)
        return self._done(outgoing, "gave up: no channel takes it")

    def _milestone(self, outgoing: Outgoing, card: Card) -> bool:
        if not self._may_post(card.channel):
            return False
        found = self._arrived(outgoing, card.channel, card.ts)
        place = found or self._post(
            outgoing,
            drawn_milestone(outgoing),
            channel=card.channel,
            thread_ts=card.ts,
            broadcast=bool(outgoing.body.get("broadcast")),
        )
        return self._done(outgoing, place[1])

    def _file(self, outgoing: Outgoing, card: Card) -> bool:
        if not self._may_post(card.channel):
            return False
        name = outgoing.body["name"]
        if outgoing.tried_at and self._poster.has_file(
            name, channel=card.channel, thread_ts=card.ts
        ):
            return self._done(outgoing, card.ts)
        with self._world.store.read() as transaction:
            text = builds.log(transaction, outgoing.subject)
        self._about_to_post(outgoing, card.channel)
        self._poster.upload(channel=card.channel, thread_ts=card.ts, name=name, text=text)
        return self._done(outgoing, card.ts)

    def _link(self, outgoing: Outgoing, card: Card) -> bool:
        channel, user = outgoing.body["channel"], outgoing.body["user"]
        if channel != card.channel:
            link = self._poster.permalink(channel=card.channel, ts=card.ts)
            self._poster.whisper(f"<{link}|Follow it here>", channel=channel, user=user)
        return self._done(outgoing, card.ts)

    def _arrived(
        self, outgoing: Outgoing, channel: str, thread_ts: str | None
    ) -> tuple[str, str] | None:
        """Find a post that an earlier try made without learning of it."""
        if outgoing.tried_at is None:
            return None
        return self._poster.find(channel=channel, key=outgoing.key, thread_ts=thread_ts)

    def _post(
        self,
        outgoing: Outgoing,
        drawing: Drawing,
        *,
        channel: str,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> tuple[str, str]:
        self._about_to_post(outgoing, channel)
        return self._poster.post(
            drawing,
            channel=channel,
            key=outgoing.key,
            thread_ts=thread_ts,
            broadcast=broadcast,
        )

    def _may_post(self, channel: str) -> bool:
        return self._posts.allows(channel, self._world.clock.now())

    def _about_to_post(self, outgoing: Outgoing, channel: str) -> None:
        """Record that a post leaves now: who finds this after a crash must look for it first."""
        now = self._world.clock.now()
        self._posts.spend(channel, now)
        with self._world.store.write() as transaction:
            outbox.try_now(transaction, outgoing, now)

    def _placed(self, outgoing: Outgoing, channel: str, ts: str, drawing: Drawing) -> bool:
        now = self._world.clock.now()
        with self._world.store.write() as transaction:
            card = Card(
                subject=outgoing.subject,
                channel=channel,
                ts=ts,
                drawn_at=now,
                digest=digest(drawing),
            )
            outbox.place_card(transaction, card)
            outbox.told(transaction, outgoing, now, ts)
        return True

    def _done(self, outgoing: Outgoing, outcome: str) -> bool:
        with self._world.store.write() as transaction:
            outbox.told(transaction, outgoing, self._world.clock.now(), outcome)
        return True

    def _give_up(self, outgoing: Outgoing, code: str) -> bool:
        log.warning("refused", extra={"key": outgoing.key, "code": code})
        return self._done(outgoing, f"gave up: {code}")

    def _close(self, outgoing: Outgoing, seconds: float) -> None:
        """Slack asked to wait: nothing of this kind leaves before, others may."""
        log.warning("rate limited", extra={"key": outgoing.key, "seconds": seconds})
        with self._world.store.write() as transaction:
            until = self._world.clock.now() + timedelta(seconds=seconds)
            outbox.wait_until(transaction, outgoing, until)
            outbox.forget_try(transaction, outgoing)
            card = outbox.card(transaction, outgoing.subject)
        if card and outgoing.kind == "card":
            self._edits.close(EDITS, until)
        elif card:
            self._posts.close(card.channel, until)

    def _later(self, outgoing: Outgoing, seconds: float) -> None:
        with self._world.store.write() as transaction:
            until = self._world.clock.now() + timedelta(seconds=seconds)
            outbox.wait_until(transaction, outgoing, until)
