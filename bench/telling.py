"""What a relay made of a hundred promotions: what it told, how fast, and what budgets allow."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.relay.drawing import drawn_card, drawn_milestone
from bot.relay.rates import Rates
from bot.relay.telling import EDIT_PAUSE
from bot.workspace.client import Visitor
from engine.world import World
from storage import outbox, promotions
from storage.records import Card, Outgoing, Promotion

STEP = timedelta(milliseconds=10)  # of the time that budgets are asked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One promotion: how it ended, and all that was to be told of it."""

    promotion: Promotion
    card: Card | None
    rows: Sequence[Outgoing]

    @property
    def ended_at(self) -> datetime:
        """When its last state was reached. Raises ``ValueError`` for one that has not ended."""
        if self.promotion.finished_at is None:
            raise ValueError(f"{self.promotion.id} has not ended.")
        return self.promotion.finished_at


def read_all(world: World, ids: Sequence[str]) -> list[Told]:
    """Read what is on record of each promotion."""
    found = []
    with world.store.read() as transaction:
        for promotion_id in ids:
            promotion = promotions.get(transaction, promotion_id)
            assert promotion
            card = outbox.card(transaction, promotion_id)
            rows = outbox.of_subject(transaction, promotion_id)
            found.append(Told(promotion=promotion, card=card, rows=rows))
    return found


def seconds_to_last_message(told: Sequence[Told]) -> float:
    """Return how long it took from the first thing to tell to the last that was told."""
    rows = [row for one in told for row in one.rows]
    last = max(row.told_at for row in rows if row.told_at)
    return (last - min(row.created_at for row in rows)).total_seconds()


def seconds_allowed(told: Sequence[Told]) -> float:
    """Return the least time in which the relay's own budgets allow to tell all of it.

    Each post leaves as soon as its channel's budget allows, each card is edited only once, for
    its last state, and not at all where it was first posted after its promotion's end. Whatever
    else cards show on their way costs time that is not in here.
    """
    rates = Rates()
    in_order = sorted((row for one in told for row in one.rows), key=lambda row: row.id)
    posts: dict[str, deque[Outgoing]] = defaultdict(deque)
    for row in in_order:
        posts[str(row.channel)].append(row)
    ended_at = {one.promotion.id: one.ended_at for one in told}
    stale: dict[str, datetime] = {}  # cards that do not show their end, and since when they stand
    start = now = min(row.created_at for row in in_order)
    while any(posts.values()) or stale:
        for channel, waiting in posts.items():
            while waiting and waiting[0].created_at <= now and rates.may_post(channel, now):
                rates.posting(channel, now)
                row = waiting.popleft()
                if row.kind == "card" and now < ended_at[row.subject]:
                    stale[row.subject] = now
        for subject, since in list(stale.items()):
            ready = max(ended_at[subject], since + EDIT_PAUSE) <= now
            if ready and rates.may_edit(now):
                rates.editing(now)
                del stale[subject]
        now += STEP
    return (now - STEP - start).total_seconds()


def finals_told(world: World, url: str, told: Sequence[Told]) -> int:
    """Count the promotions whose card shows their last state and whose thread tells their end."""
    with Visitor(url) as reader:
        return sum(_shows_its_end(world, reader, one) for one in told)


def _shows_its_end(world: World, reader: Visitor, one: Told) -> bool:
    end = next((row for row in one.rows if row.key == f"{one.promotion.id}:ended"), None)
    drawing = drawn_card(world, one.promotion.id)
    if one.card is None or end is None or drawing is None:
        return False
    shown = [seen.raw["text"] for seen in reader.thread(one.card.ts, one.card.channel)]
    return shown[0] == drawing.text and drawn_milestone(end).text in shown[1:]
