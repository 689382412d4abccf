"""The alternative to our relay: it posts as fast as it can, and waits when Slack says so."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from bot.relay.drawing import digest, drawn_card, drawn_milestone
from bot.relay.poster import Poster, RateLimited
from engine.world import World
from storage import outbox
from storage.records import Card, Outgoing

T = TypeVar("T")


class NaiveRelay:
    """Goes through the outbox in its order and stops where Slack refuses, for as long as asked.

    It knows cards and milestones, and nothing of lost answers, crashes or deleted messages.
    """

    def __init__(self, world: World, poster: Poster) -> None:
        """Post through *poster*, of which it knows only when Slack asked it to wait."""
        self._world = world
        self._poster = poster

    def tick(self) -> None:
        """Tell all that is due, one thing after the other."""
        with self._world.store.read() as transaction:
            due = outbox.due(transaction, self._world.clock.now())
        for outgoing in due:
            if self._world.stopping.is_set():
                return
            self._tell(outgoing)

    def close(self) -> None:
        """Hold nothing, so give nothing back."""

    def _tell(self, outgoing: Outgoing) -> None:
        with self._world.store.read() as transaction:
            card = outbox.card(transaction, outgoing.subject)
        if outgoing.kind == "card":
            self._draw(outgoing, card)
        elif card and outgoing.kind == "milestone":
            drawing = drawn_milestone(outgoing)
            post = partial(self._poster.post, drawing, channel=card.channel, thread_ts=card.ts)
            insist(partial(post, key=outgoing.key))
        with self._world.store.write() as transaction:
            outbox.told(transaction, outgoing, self._world.clock.now(), "told")

    def _draw(self, outgoing: Outgoing, card: Card | None) -> None:
        drawing = drawn_card(self._world, outgoing.subject)
        assert drawing
        assert outgoing.channel
        if card:
            edit = partial(self._poster.edit, drawing, channel=card.channel, ts=card.ts)
            insist(partial(edit, key=outgoing.key))
            channel, ts = card.channel, card.ts
        else:
            post = partial(self._poster.post, drawing, channel=outgoing.channel)
            place = insist(partial(post, key=outgoing.key))
            channel, ts = place.channel, place.ts
        made = Card(
            subject=outgoing.subject,
            channel=channel,
            ts=ts,
            drawn_at=self._world.clock.now(),
            digest=digest(drawing),
        )
        with self._world.store.write() as transaction:
            outbox.place_card(transaction, made)


def insist(call: Callable[[], T]) -> T:
    """Call until Slack takes it, waiting as long as its Retry-After says."""
    while True:
        try:
            return call()
        except RateLimited as limited:
            time.sleep(limited.seconds)
