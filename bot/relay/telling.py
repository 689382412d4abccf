"""Telling one thing that the outbox holds: once, and a card always to its last state."""

import logging
from datetime import timedelta

from bot.relay.drawing import digest, drawn_card, drawn_milestone
from bot.relay.files import attachment
from bot.relay.introductions import Introductions
from bot.relay.places import CLOSED, Places
from bot.relay.poster import Place, Poster, Rejected
from bot.relay.rates import Rates
from bot.relay.threads import NotThereYet, Thread, about, thread_of
from bot.slack.render import Drawing
from engine.world import World
from storage import claims, outbox
from storage.records import Card, Outgoing

LEASE = "relay"
LEASE_SECONDS = 30.0  # longer than one call may take, so that none is under way once it is lost
EDIT_PAUSE = timedelta(seconds=3)  # between two edits of one card
DELETED = frozenset(  # codes that say that the card is not there any more
    {"cannot_reply_to_message", "cant_update_message", "message_not_found", "thread_not_found"}
)
UNKNOWN = ""  # the digest of a card that shows nobody knows what

log = logging.getLogger(__name__)


class Telling:
    """Knows how each kind is told. What it keeps in memory only saves calls."""

    def __init__(self, world: World, poster: Poster, rates: Rates) -> None:
        """Post through *poster*, no faster than *rates* let it."""
        self._world = world
        self._poster = poster
        self._rates = rates
        self._places = Places(world, poster)
        self._introductions = Introductions(poster.person_of)

    def tell(self, outgoing: Outgoing) -> bool:
        """Tell it; False when it has to wait. Raises what the poster raises.

        Raises ``Stale`` when it changed meanwhile, or another process relays now.
        """
        with self._world.store.read() as transaction:
            card = outbox.card(transaction, outgoing.subject)
            has_none = card is None and outbox.is_told(transaction, f"{outgoing.subject}:card")
        if outgoing.kind == "card":
            return self._edit(outgoing, card) if card else self._new_card(outgoing)
        if outgoing.kind == "notice":
            return self._notice(outgoing)
        if has_none:
            return self._done(outgoing, "gave up: its card has no place")
        if card is None:
            return False  # its card comes first
        match outgoing.kind:
            case "link":
                return self._link(outgoing, card)
            case _:
                return self._in_thread(outgoing, card)

    def give_up(self, outgoing: Outgoing, why: str) -> bool:
        """Record that it will never be told."""
        log.warning("given up", extra={"key": outgoing.key, "why": why})
        return self._done(outgoing, f"gave up: {why}")

    def _edit(self, outgoing: Outgoing, card: Card) -> bool:
        now = self._world.clock.now()
        if now - card.drawn_at < EDIT_PAUSE or not self._rates.may_edit(now):
            return False
        drawing = drawn_card(self._world, outgoing.subject, self._introductions)
        if drawing is None:
            return self.give_up(outgoing, "nothing on record")
        if digest(drawing) == card.digest:
            return self._done(outgoing, card.ts)
        self._rates.editing(now)
        try:
            self._poster.edit(drawing, channel=card.channel, ts=card.ts, key=outgoing.key)
        except Rejected as rejected:
            return self._without_place(outgoing, card, rejected)
        place = Place(channel=card.channel, ts=card.ts, thread_ts=card.thread_ts)
        return self._placed(outgoing, place, drawing)

    def _new_card(self, outgoing: Outgoing) -> bool:
        places = self._places.of(outgoing)
        if not places:
            return self.give_up(outgoing, "no channel takes it")
        try:
            with self._world.store.read() as transaction:
                thread = thread_of(transaction, outgoing.subject)
        except NotThereYet:
            return False
        channel, thread_ts = (thread.channel, thread.ts) if thread else (places[0], None)
        if not self._may_post(channel) or not self._may_look(outgoing):
            return False
        drawing = drawn_card(self._world, outgoing.subject, self._introductions)
        if drawing is None:
            return self.give_up(outgoing, "nothing on record")
        try:
            if found := self._arrived(outgoing, channel, thread_ts):
                return self._found_again(outgoing, found)
            place = self._post(outgoing, drawing, channel=channel, thread_ts=thread_ts)
        except Rejected as rejected:
            if thread and rejected.code in DELETED:
                self._forget_root(thread)
                self._never_left(outgoing)
                return False
            return self._refused(outgoing, channel, rejected)
        if thread and place.thread_ts is None:  # said in the channel: the job's card was deleted
            self._forget_root(thread)
        self._places.learn(channel, place.channel)
        return self._placed(outgoing, place, drawing)

    def _forget_root(self, thread: Thread) -> None:
        """Have the job's card, which somebody deleted, posted anew."""
        with self._world.store.write() as transaction:
            gone = outbox.card_at(transaction, channel=thread.channel, ts=thread.ts)
            if gone:
                outbox.remove_card(transaction, gone.subject)
                outbox.redraw(
                    transaction,
                    subject=gone.subject,
                    channel=thread.channel,
                    at=self._world.clock.now(),
                )

    def _notice(self, outgoing: Outgoing) -> bool:
        """Say it in the channel by a message of its own, in no thread."""
        places = self._places.of(outgoing)
        if not places:
            return self.give_up(outgoing, "no channel takes it")
        if not self._may_post(places[0]) or not self._may_look(outgoing):
            return False
        try:
            place = self._arrived(outgoing, places[0], None)
            place = place or self._post(outgoing, drawn_milestone(outgoing), channel=places[0])
        except Rejected as rejected:
            return self._refused(outgoing, places[0], rejected)
        return self._done(outgoing, place.ts)

    def _refused(self, outgoing: Outgoing, channel: str, rejected: Rejected) -> bool:
        """Leave the message to the next tick: the channel was joined, or another one is tried."""
        if rejected.code not in CLOSED:
            raise rejected
        joined = self._places.open(channel, rejected.code)
        log.warning(
            "message refused", extra={"channel": channel, "code": rejected.code, "joined": joined}
        )
        self._never_left(outgoing)
        return False

    def _never_left(self, outgoing: Outgoing) -> None:
        with self._world.store.write() as transaction:
            outbox.forget_try(transaction, outgoing)

    def _found_again(self, outgoing: Outgoing, place: Place) -> bool:
        """Take a card that was posted before a crash; what it shows may be old, so edit it."""
        self._place(outgoing, place, UNKNOWN)
        return False

    def _in_thread(self, outgoing: Outgoing, card: Card) -> bool:
        if not self._may_post(card.channel) or not self._may_look(outgoing):
            return False
        try:
            if outgoing.kind == "file":
                return self._file(outgoing, card)
            return self._milestone(outgoing, card)
        except Rejected as rejected:
            return self._without_place(outgoing, card, rejected)

    def _milestone(self, outgoing: Outgoing, card: Card) -> bool:
        found = self._arrived(outgoing, card.channel, root_of(card))
        with self._world.store.read() as transaction:
            head = about(self._world, transaction, outgoing.subject)
        place = found or self._post(
            outgoing,
            drawn_milestone(outgoing, about=head if card.thread_ts else None),
            channel=card.channel,
            thread_ts=root_of(card),
            broadcast=bool(outgoing.body.get("broadcast")),
        )
        if place.thread_ts is None:  # said in the channel: the card was deleted, begin a new one
            self._forget_card(outgoing)
        return self._done(outgoing, place.ts)

    def _file(self, outgoing: Outgoing, card: Card) -> bool:
        if outgoing.tried_at:
            self._rates.looking(self._world.clock.now())
            name, since = outgoing.body["name"], outgoing.tried_at
            if self._poster.has_file(
                name, channel=card.channel, thread_ts=root_of(card), since=since
            ):
                return self._done(outgoing, card.ts)
        file = attachment(self._world, outgoing)
        if file is None:
            return self.give_up(outgoing, "nothing to show")
        self._about_to_post(outgoing, card.channel)
        self._poster.upload(file, channel=card.channel, thread_ts=root_of(card))
        return self._done(outgoing, card.ts)

    def _link(self, outgoing: Outgoing, card: Card) -> bool:
        """Whisper where the card is. Nobody can look for a whisper, so it is tried only once."""
        channel, user = outgoing.body["channel"], outgoing.body["user"]
        if outgoing.tried_at or channel == card.channel:
            return self._done(outgoing, card.ts)
        if not self._may_post(channel):
            return False
        link = self._poster.permalink(channel=card.channel, ts=card.ts)
        self._about_to_post(outgoing, channel)
        self._poster.whisper(f"<{link}|Follow it here>", channel=channel, user=user)
        return self._done(outgoing, card.ts)

    def _arrived(self, outgoing: Outgoing, channel: str, thread_ts: str | None) -> Place | None:
        """Find a post that an earlier try made without learning of it."""
        if outgoing.tried_at is None:
            return None
        self._rates.looking(self._world.clock.now())
        return self._poster.find(
            channel=channel, key=outgoing.key, thread_ts=thread_ts, since=outgoing.tried_at
        )

    def _post(
        self,
        outgoing: Outgoing,
        drawing: Drawing,
        *,
        channel: str,
        thread_ts: str | None = None,
        broadcast: bool = False,
    ) -> Place:
        self._about_to_post(outgoing, channel)
        place = self._poster.post(
            drawing,
            channel=channel,
            key=outgoing.key,
            thread_ts=thread_ts,
            broadcast=broadcast,
        )
        self._rates.posted(channel, place.channel, self._world.clock.now())
        return place

    def _may_post(self, channel: str) -> bool:
        return self._rates.may_post(channel, self._world.clock.now())

    def _may_look(self, outgoing: Outgoing) -> bool:
        """Whether it need not be looked for, or may be: after an outage that is true of many."""
        return outgoing.tried_at is None or self._rates.may_look(self._world.clock.now())

    def _about_to_post(self, outgoing: Outgoing, channel: str) -> None:
        """Record that a post leaves now: who finds this after a crash must look for it first."""
        now = self._world.clock.now()
        self._rates.posting(channel, now)
        with self._world.store.write() as transaction:
            claims.prolong(transaction, LEASE, self._world.owner, now, LEASE_SECONDS)
            outbox.try_now(transaction, outgoing, now)

    def _placed(self, outgoing: Outgoing, place: Place, drawing: Drawing) -> bool:
        self._place(outgoing, place, digest(drawing))
        return self._done(outgoing, place.ts)

    def _place(self, outgoing: Outgoing, place: Place, shown: str) -> None:
        card = Card(
            subject=outgoing.subject,
            channel=place.channel,
            ts=place.ts,
            drawn_at=self._world.clock.now(),
            digest=shown,
            thread_ts=place.thread_ts,
        )
        with self._world.store.write() as transaction:
            outbox.place_card(transaction, card)

    def _without_place(self, outgoing: Outgoing, card: Card, rejected: Rejected) -> bool:
        """The card was deleted, or its channel closed: post it anew, where it can be."""
        if rejected.code in CLOSED:
            if self._places.open(card.channel, rejected.code):
                return False
        elif rejected.code not in DELETED:
            raise rejected
        self._forget_card(outgoing)
        return False

    def _forget_card(self, outgoing: Outgoing) -> None:
        now = self._world.clock.now()
        with self._world.store.write() as transaction:
            outbox.remove_card(transaction, outgoing.subject)
            outbox.redraw(transaction, subject=outgoing.subject, channel=outgoing.channel, at=now)

    def _done(self, outgoing: Outgoing, outcome: str) -> bool:
        with self._world.store.write() as transaction:
            outbox.told(transaction, outgoing, self._world.clock.now(), outcome)
        return True


def root_of(card: Card) -> str:
    """Return the message whose thread tells of a card: itself, or what it is a reply to."""
    return card.thread_ts or card.ts
