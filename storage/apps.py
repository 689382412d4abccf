"""Queries about apps and about which rack people have switched to."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from storage import rows
from storage.records import App
from storage.store import Transaction
from storage.tables import apps, switches


def add(transaction: Transaction, app: App) -> None:
    """Insert an app. Raises ``Conflict`` when the name is taken."""
    rows.add(transaction, apps, app)


def get(transaction: Transaction, name: str) -> App | None:
    """Read the app of exactly this name."""
    return rows.get(transaction, apps, App, name=name)


def all_of_them(transaction: Transaction) -> list[App]:
    """Read all apps by name."""
    found = transaction.execute(select(apps).order_by(apps.c.name))
    return [rows.record_of(App, row) for row in found]


def with_repo_like(transaction: Transaction, part: str) -> list[App]:
    """Read the apps whose repository's URL has *part* in it, by name."""
    found = transaction.execute(
        select(apps).where(apps.c.repo.contains(part, autoescape=True)).order_by(apps.c.name)
    )
    return [rows.record_of(App, row) for row in found]


def lock(transaction: Transaction, name: str) -> None:
    """Let others who ask for the same app's lock wait until this transaction ends.

    SQLite has one writer at a time and needs no more; elsewhere two who look before they act
    would both see the place free.
    """
    transaction.execute(select(apps.c.name).where(apps.c.name == name).with_for_update())


def replace_those_of_file(transaction: Transaction, named: Sequence[App]) -> None:
    """Make the apps that rackhand.yml names the ones that are marked so."""
    transaction.execute(delete(apps).where(apps.c.in_file))
    for app in named:
        rows.add(transaction, apps, app)


def switched_to(transaction: Transaction, scope: str) -> str | None:
    """Read the rack that a person ("user:T:U") or a channel ("channel:C") has switched to."""
    rack: str | None = transaction.execute(
        select(switches.c.rack).where(switches.c.scope == scope)
    ).scalar_one_or_none()
    return rack


def switch(transaction: Transaction, scope: str, rack: str) -> None:
    """Remember the rack of a person or a channel."""
    if not rows.add_if_new(transaction, switches, {"scope": scope, "rack": rack}):
        transaction.execute(update(switches).where(switches.c.scope == scope).values(rack=rack))
