"""The migrations make the tables that the queries expect."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from engine.lifecycle import PROMOTION
from storage import apps
from storage.store import Store
from storage.tables import RUNNING_PROMOTIONS, metadata
from tests.integration.storage.records import an_app


def test_the_migrations_make_the_tables_as_they_are_declared(store: Store) -> None:
    with store.read() as transaction:
        context = MigrationContext.configure(transaction, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)

    assert differences == []


def test_a_second_migration_changes_nothing_and_loses_nothing(store: Store) -> None:
    with store.write() as transaction:
        apps.add(transaction, an_app())

    store.migrate()

    with store.read() as transaction:
        assert apps.get(transaction, "web") == an_app()


def test_the_database_itself_names_every_table(store: Store) -> None:
    with store.read() as transaction:
        present = set(inspect(transaction).get_table_names())

    assert present == {*metadata.tables, "alembic_version"}


def test_the_running_statuses_that_the_index_guards_all_exist() -> None:
    assert set(RUNNING_PROMOTIONS) <= set(PROMOTION)
