"""Queries about what a promotion's router has measured, second by second."""

from collections.abc import Iterable

from sqlalchemy import delete, func, insert, select

from storage import rows
from storage.records import Sample
from storage.store import Transaction
from storage.tables import samples

NEVER = 2**31 - 1  # the last second that the column holds


def add(transaction: Transaction, promotion_id: str, found: Iterable[Sample]) -> None:
    """Keep the samples that are newer than those which are there; a repeat changes nothing."""
    last = last_second(transaction, promotion_id)
    new = [
        {"promotion_id": promotion_id, **rows.values_of(sample)}
        for sample in found
        if last is None or sample.second > last
    ]
    if new:
        transaction.execute(insert(samples), new)


def of(
    transaction: Transaction, promotion_id: str, *, first: int = 0, last: int = NEVER
) -> list[Sample]:
    """Read a promotion's samples from second *first* to *last*, oldest first."""
    columns = [samples.c[name] for name in Sample.__dataclass_fields__]
    query = (
        select(*columns)
        .where(samples.c.promotion_id == promotion_id, samples.c.second.between(first, last))
        .order_by(samples.c.second)
    )
    return [rows.record_of(Sample, row) for row in transaction.execute(query)]


def last_second(transaction: Transaction, promotion_id: str) -> int | None:
    """Read the newest second that a promotion has a sample of."""
    query = select(func.max(samples.c.second)).where(samples.c.promotion_id == promotion_id)
    found: int | None = transaction.execute(query).scalar()
    return found


def forget_before(transaction: Transaction, second: int) -> None:
    """Remove all promotions' samples from before *second*."""
    transaction.execute(delete(samples).where(samples.c.second < second))


def forget_between(transaction: Transaction, promotion_id: str, first: int, last: int) -> None:
    """Remove a promotion's samples of the seconds after *first* and before *last*."""
    transaction.execute(
        delete(samples).where(
            samples.c.promotion_id == promotion_id,
            samples.c.second > first,
            samples.c.second < last,
        )
    )
