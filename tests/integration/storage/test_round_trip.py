"""Any record goes into either database and comes out equal."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from storage import apps, builds, outbox, promotions, releases
from storage import tables as t
from storage.records import App, Build, Card, Environment, Live, Promotion, Release
from storage.store import Store, Transaction
from tests.integration.storage.records import any_record

Read = Callable[[Transaction, Any], Any]

KINDS: dict[type[Any], tuple[Any, Callable[[Transaction, Any], None], Read]] = {
    App: (t.apps, apps.add, lambda tx, one: apps.get(tx, one.name)),
    Build: (t.builds, builds.add, lambda tx, one: builds.get(tx, one.id)),
    Release: (t.releases, releases.add, lambda tx, one: releases.get(tx, one.id)),
    Environment: (
        t.environments,
        releases.add_environment,
        lambda tx, one: releases.environment(tx, one.id),
    ),
    Promotion: (t.promotions, promotions.add, lambda tx, one: promotions.get(tx, one.id)),
    Live: (
        t.live,
        promotions.set_live,
        lambda tx, one: promotions.live_on(tx, app=one.app, rack=one.rack),
    ),
    Card: (t.cards, outbox.place_card, lambda tx, one: outbox.card(tx, one.subject)),
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shared_store(request: pytest.FixtureRequest, sqlite_template: Path) -> Iterator[Store]:
    """One store for all examples; each example leaves its table empty."""
    with tempfile.TemporaryDirectory() as folder:
        if request.param == "sqlite":
            shutil.copy(sqlite_template, f"{folder}/rackhand.db")
            url = f"sqlite:///{folder}/rackhand.db"
        else:
            url = request.getfixturevalue("postgres_url")
        opened = Store(url)
        opened.migrate()
        yield opened
        opened.close()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_record_comes_out_as_it_went_in(
    shared_store: Store, kind: type[Any], data: st.DataObject
) -> None:
    table, add, read = KINDS[kind]
    record = data.draw(any_record(kind))

    with shared_store.write() as transaction:
        transaction.execute(delete(table))
        add(transaction, record)
    with shared_store.read() as transaction:
        found = read(transaction, record)

    assert found == record


def test_a_time_without_a_zone_is_refused(shared_store: Store) -> None:
    from tests.integration.storage.records import NOW, a_build

    with pytest.raises(Exception, match="without a zone"), shared_store.write() as transaction:
        builds.add(transaction, a_build(created_at=NOW.replace(tzinfo=None)))
