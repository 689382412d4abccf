"""How Alembic reaches the database: through the connection that ``Store.migrate`` hands in."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import TypeDecorator

from storage.workflow_tables import jobs


def _plain_type(kind: str, value: Any, _: Any) -> str | Literal[False]:
    """Write column types as SQLAlchemy's own, so that a migration outlives our decorators."""
    if kind == "type" and isinstance(value, TypeDecorator):
        return f"sa.{value.impl!r}"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=jobs.metadata,  # of all tables: these were declared last
    render_as_batch=True,
    render_item=_plain_type,
)
with context.begin_transaction():
    context.run_migrations()
