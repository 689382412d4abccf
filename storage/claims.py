"""Queries about who does what: request keys, leases and signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from storage import rows
from storage.store import Stale, Transaction
from storage.tables import heartbeats, leases, requests


def first_time(transaction: Transaction, key: str, now: datetime, subject: str | None) -> bool:
    """Claim a request's key; False when the same request was taken before."""
    return rows.add_if_new(transaction, requests, {"key": key, "made_at": now, "subject": subject})


def forget_requests(transaction: Transaction, before: datetime) -> None:
    """Drop the keys of requests that nobody will deliver again."""
    transaction.execute(delete(requests).where(requests.c.made_at < before))


def lease(transaction: Transaction, name: str, owner: str, now: datetime, seconds: float) -> bool:
    """Take the lease *name*, or prolong one's own; False while another holds it."""
    expires_at = now + timedelta(seconds=seconds)
    free = (leases.c.owner == owner) | (leases.c.expires_at <= now)
    taken = transaction.execute(
        update(leases).where(leases.c.name == name, free).values(owner=owner, expires_at=expires_at)
    )
    return bool(taken.rowcount) or rows.add_if_new(
        transaction, leases, {"name": name, "owner": owner, "expires_at": expires_at}
    )


def holder(transaction: Transaction, name: str) -> str | None:
    """Read who has the lease *name*, even if it has expired."""
    query = select(leases.c.owner).where(leases.c.name == name)
    found: str | None = transaction.execute(query).scalar()
    return found


def prolong(transaction: Transaction, name: str, owner: str, now: datetime, seconds: float) -> None:
    """Prolong one's own lease. Raises ``Stale`` when another has taken it over."""
    done = transaction.execute(
        update(leases)
        .where(leases.c.name == name, leases.c.owner == owner)
        .values(expires_at=now + timedelta(seconds=seconds))
    )
    if not done.rowcount:
        raise Stale(f"lease {name}")


def give_back(transaction: Transaction, name: str, owner: str) -> None:
    """End one's own lease."""
    transaction.execute(delete(leases).where(leases.c.name == name, leases.c.owner == owner))


def owners(transaction: Transaction) -> set[str]:
    """Read who holds leases."""
    return set(transaction.execute(select(leases.c.owner)).scalars())


def take_from(transaction: Transaction, owner: str) -> int:
    """End all leases of an owner that is known to be dead; return how many."""
    return transaction.execute(delete(leases).where(leases.c.owner == owner)).rowcount


def beat(transaction: Transaction, name: str, now: datetime, seconds: float) -> None:
    """Give a sign of life that holds for *seconds*."""
    given = {"beat_at": now, "seconds": seconds}
    if not rows.add_if_new(transaction, heartbeats, {"name": name, **given}):
        transaction.execute(update(heartbeats).where(heartbeats.c.name == name).values(given))


def alive(transaction: Transaction, name: str, now: datetime) -> bool:
    """Whether *name* gave a sign of life that still holds."""
    row = transaction.execute(select(heartbeats).where(heartbeats.c.name == name)).one_or_none()
    return row is not None and row.beat_at + timedelta(seconds=row.seconds) >= now


def last_beat(transaction: Transaction, name: str) -> datetime | None:
    """Read when *name* gave its last sign of life, whether or not it still holds."""
    query = select(heartbeats.c.beat_at).where(heartbeats.c.name == name)
    found: datetime | None = transaction.execute(query).scalar()
    return found


def stop_beating(transaction: Transaction, name: str) -> None:
    """Withdraw a sign of life at a clean end."""
    transaction.execute(delete(heartbeats).where(heartbeats.c.name == name))
