"""Queries about workflows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from storage import rows
from storage.store import Transaction
from storage.workflow_records import Workflow
from storage.workflow_tables import workflows


def add(transaction: Transaction, workflow: Workflow) -> None:
    """Insert a workflow. Raises ``Conflict`` where one has that name."""
    rows.add(transaction, workflows, workflow)


def get(transaction: Transaction, name: str) -> Workflow | None:
    """Read one workflow."""
    return rows.get(transaction, workflows, Workflow, name=name)


def all_of_them(transaction: Transaction, *, app: str | None = None) -> list[Workflow]:
    """Read the workflows, of one app or of all, by name."""
    query = select(workflows).order_by(workflows.c.name)
    if app:
        query = query.where(workflows.c.app == app)
    return [rows.record_of(Workflow, row) for row in transaction.execute(query)]


def change(transaction: Transaction, workflow: Workflow, **changes: Any) -> None:
    """Write *changes* if nobody changed it since it was read, else ``Stale``."""
    expected = {"name": workflow.name, "revision": workflow.revision}
    rows.change(transaction, workflows, expected, {**changes, "revision": workflow.revision + 1})


def remove(transaction: Transaction, name: str) -> None:
    """Delete a workflow; its jobs stay on record."""
    transaction.execute(delete(workflows).where(workflows.c.name == name))


def replace_those_of_file(transaction: Transaction, named: Sequence[Workflow]) -> None:
    """Make the file's workflows those that are *named*; who paused one is kept.

    Raises ``Conflict`` where a name is taken by one that was made in Slack.
    """
    before = {one.name: one for one in all_of_them(transaction) if one.in_file}
    transaction.execute(delete(workflows).where(workflows.c.in_file))
    for one in named:
        old = before.get(one.name)
        rows.add(transaction, workflows, _in_place_of(old, one) if old else one)


def _in_place_of(old: Workflow, one: Workflow) -> Workflow:
    is_same = old.definition == one.definition
    return replace(
        one,
        revision=old.revision + (not is_same),
        created_at=old.created_at,
        changed_at=old.changed_at if is_same else one.changed_at,
        paused_by=old.paused_by,
        paused_at=old.paused_at,
    )
