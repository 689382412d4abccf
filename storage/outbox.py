"""Queries about what has still to be told, and about the cards that stand in Slack."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, or_, select, update

from storage import rows
from storage.records import Card, Outgoing
from storage.store import Transaction
from storage.tables import cards, outbox

IN_THREAD = ("milestone", "file")  # these keep their order within a thread


def tell(
    transaction: Transaction,
    *,
    subject: str,
    kind: str,
    key: str,
    body: Mapping[str, Any],
    channel: str | None,
    at: datetime,
) -> bool:
    """Put one thing to tell into the outbox; a repeat of *key* tells nothing and returns False."""
    return rows.add_if_new(
        transaction,
        outbox,
        {
            "subject": subject,
            "kind": kind,
            "key": key,
            "version": 1,
            "body": body,
            "channel": channel,
            "created_at": at,
            "attempts": 0,
        },
    )


def redraw(transaction: Transaction, *, subject: str, channel: str | None, at: datetime) -> None:
    """Ask for the subject's card to be drawn anew from its present state."""
    key = f"{subject}:card"
    again = (
        update(outbox)
        .where(outbox.c.key == key)
        .values(version=outbox.c.version + 1, told_at=None, attempts=0)
    )
    if transaction.execute(again).rowcount:
        return
    if not tell(
        transaction, subject=subject, kind="card", key=key, body={}, channel=channel, at=at
    ):
        transaction.execute(again)  # another has just asked for the first time


def due(transaction: Transaction, now: datetime, *, limit: int = 500) -> list[Outgoing]:
    """Read what has still to be told and may be by now, oldest first.

    What comes after something that waits in the same thread waits with it.
    """
    earlier = outbox.alias()
    overtakes = exists().where(
        earlier.c.subject == outbox.c.subject,
        earlier.c.id < outbox.c.id,
        earlier.c.told_at.is_(None),
        earlier.c.not_before > now,
        earlier.c.kind.in_(IN_THREAD),
    )
    query = (
        select(outbox)
        .where(outbox.c.told_at.is_(None))
        .where(or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now))
        .where(or_(outbox.c.kind.not_in(IN_THREAD), ~overtakes))
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [rows.record_of(Outgoing, row) for row in transaction.execute(query)]


def is_told(transaction: Transaction, key: str) -> bool:
    """Whether the thing with this key was told, or given up."""
    query = select(outbox.c.id).where(outbox.c.key == key, outbox.c.told_at.is_not(None))
    return transaction.execute(query).first() is not None


def is_known(transaction: Transaction, key: str) -> bool:
    """Whether the thing with this key was told, or is to be."""
    query = select(outbox.c.id).where(outbox.c.key == key)
    return transaction.execute(query).first() is not None


def drawn_at(transaction: Transaction) -> dict[str, datetime]:
    """Read when the cards that have to be drawn anew were drawn last, by their subject."""
    query = (
        select(cards.c.subject, cards.c.drawn_at)
        .join(outbox, outbox.c.subject == cards.c.subject)
        .where(outbox.c.kind == "card", outbox.c.told_at.is_(None))
    )
    return {row.subject: row.drawn_at for row in transaction.execute(query)}


def of_subject(transaction: Transaction, subject: str) -> list[Outgoing]:
    """Read everything told or to be told of one build or promotion, oldest first."""
    query = select(outbox).where(outbox.c.subject == subject).order_by(outbox.c.id)
    return [rows.record_of(Outgoing, row) for row in transaction.execute(query)]


def try_now(transaction: Transaction, outgoing: Outgoing, now: datetime) -> None:
    """Record that a post is about to leave. Raises ``Stale`` when it was told meanwhile."""
    rows.change(
        transaction,
        outbox,
        {"id": outgoing.id, "attempts": outgoing.attempts, "told_at": outgoing.told_at},
        {"tried_at": now, "attempts": outgoing.attempts + 1},
    )


def forget_try(transaction: Transaction, outgoing: Outgoing) -> None:
    """Record that the last try surely did not arrive, so that nobody has to look for it."""
    transaction.execute(
        update(outbox).where(outbox.c.id == outgoing.id).values(tried_at=outgoing.tried_at)
    )


def wait_until(transaction: Transaction, outgoing: Outgoing, moment: datetime) -> None:
    """Leave it alone until *moment*."""
    transaction.execute(update(outbox).where(outbox.c.id == outgoing.id).values(not_before=moment))


def told(transaction: Transaction, outgoing: Outgoing, now: datetime, outcome: str) -> None:
    """Record that it was told, unless its subject changed while it was sent."""
    transaction.execute(
        update(outbox)
        .where(outbox.c.id == outgoing.id, outbox.c.version == outgoing.version)
        .values(told_at=now, outcome=outcome)
    )


def card(transaction: Transaction, subject: str) -> Card | None:
    """Read where the card of a build or promotion stands."""
    return rows.get(transaction, cards, Card, subject=subject)


def card_at(transaction: Transaction, *, channel: str, ts: str) -> Card | None:
    """Read whose card stands at a place in Slack."""
    return rows.get(transaction, cards, Card, channel=channel, ts=ts)


def place_card(transaction: Transaction, record: Card) -> None:
    """Record where a card stands and what was drawn on it."""
    remove_card(transaction, record.subject)
    rows.add(transaction, cards, record)


def remove_card(transaction: Transaction, subject: str) -> None:
    """Forget a card that somebody deleted in Slack."""
    transaction.execute(delete(cards).where(cards.c.subject == subject))


def pending_count(transaction: Transaction) -> int:
    """Count what has still to be told."""
    return len(transaction.execute(select(outbox.c.id).where(outbox.c.told_at.is_(None))).all())
