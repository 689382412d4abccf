"""Records to rows and back: columns carry the names of the record fields."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Row, Table, and_, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.store import Stale, Transaction

R = TypeVar("R")

_INSERTS: Mapping[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def values_of(record: Any) -> dict[str, Any]:
    """Return the record's fields by name, nested records left whole."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def record_of(kind: type[R], row: Row[Any]) -> R:
    """Make a record of *kind* from a row of its table."""
    return kind(**row._asdict())


def add(transaction: Transaction, table: Table, record: Any) -> None:
    """Insert *record*. Raises ``Conflict`` where a unique index refuses it."""
    transaction.execute(insert(table).values(values_of(record)))


def add_all(transaction: Transaction, table: Table, records: Sequence[Any]) -> None:
    """Insert several by one statement. Raises ``Conflict`` as ``add`` does."""
    if records:
        transaction.execute(insert(table), [values_of(one) for one in records])


def add_if_new(transaction: Transaction, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless its key is there; False then, also when another adds it just now."""
    made = _INSERTS[transaction.dialect.name](table).values(values).on_conflict_do_nothing()
    done = transaction.execute(made, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


def get(transaction: Transaction, table: Table, kind: type[R], **key: Any) -> R | None:
    """Read the record with this key, or None."""
    row = transaction.execute(select(table).where(_matches(table, key))).one_or_none()
    return None if row is None else record_of(kind, row)


def change(
    transaction: Transaction, table: Table, expected: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Compare and set: write *changes* to the row that is still as *expected*, else ``Stale``."""
    done = transaction.execute(update(table).where(_matches(table, expected)).values(changes))
    if done.rowcount != 1:
        raise Stale(f"{table.name}: {expected}")


def _matches(table: Table, key: dict[str, Any]) -> Any:
    return and_(*(table.c[name] == value for name, value in key.items()))
