"""No row of a lifecycle can be taken away, and none be added, without a test that says so."""

from collections.abc import Mapping
from itertools import product

import pytest

from engine import lifecycle
from engine.lifecycle import BUILD, JOB, PROMOTION, TASK
from storage.records import BuildStatus, PromotionStatus
from storage.workflow_records import JobStatus, TaskStatus
from tests.unit.engine import test_lifecycle
from tests.unit.engine.workflows import test_job_lifecycle

Status = BuildStatus | PromotionStatus | JobStatus | TaskStatus
Table = Mapping[Status, frozenset[Status]]
TABLES: Mapping[str, Table] = {
    "BUILD": dict(BUILD.items()),
    "PROMOTION": dict(PROMOTION.items()),
    "JOB": dict(JOB.items()),
    "TASK": dict(TASK.items()),
}
RULES = (*test_lifecycle.RULES, *test_job_lifecycle.RULES)


def steps(*, allowed: bool) -> list[tuple[str, Status, Status]]:
    """Every step that is allowed, or that is not: the name of its table, from where, to where."""
    return [
        (name, before, after)
        for name, table in TABLES.items()
        for before, after in product(table, table)
        if (after in table[before]) is allowed
    ]


def with_row(name: str, before: Status, after: Status) -> Table:
    table = TABLES[name]
    return {**table, before: table[before] | {after}}


def without_row(name: str, before: Status, after: Status) -> Table:
    table = TABLES[name]
    return {**table, before: table[before] - {after}}


def broken_rule() -> str | None:
    """The name of a rule in tests/unit/engine that does not hold."""
    for rule in RULES:
        try:
            rule()
        except AssertionError:
            return rule.__name__
    return None


def test_the_rules_hold_for_the_lifecycles_as_they_are() -> None:
    assert broken_rule() is None


@pytest.mark.parametrize(("name", "before", "after"), steps(allowed=True))
def test_a_step_that_is_taken_away_breaks_a_rule(
    monkeypatch: pytest.MonkeyPatch, name: str, before: Status, after: Status
) -> None:
    monkeypatch.setattr(lifecycle, name, without_row(name, before, after))
    assert broken_rule()


@pytest.mark.parametrize(("name", "before", "after"), steps(allowed=False))
def test_a_step_that_is_added_breaks_a_rule(
    monkeypatch: pytest.MonkeyPatch, name: str, before: Status, after: Status
) -> None:
    monkeypatch.setattr(lifecycle, name, with_row(name, before, after))
    assert broken_rule()
