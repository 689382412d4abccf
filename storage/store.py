"""The database: one handle, two kinds of transaction."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

from storage.turns import TooLong, Turns

Transaction = Connection
MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30


class Stale(Exception):
    """The row is no longer as it was read: somebody else moved it first. Read it anew."""


class Conflict(Exception):
    """A unique index refused the row: another already holds what it claims."""


class Unavailable(Exception):
    """The database does not answer or is locked. What was asked is not done; ask again."""


class Store:
    """All facts of one Rackhand, in SQLite or PostgreSQL."""

    def __init__(self, url: str) -> None:
        """*url* is SQLAlchemy's: ``sqlite:///rackhand.db`` or ``postgresql+psycopg://…``."""
        self.url = url
        self._engine = _connect(url)
        # SQLite lets one write and the others try again after ever longer pauses, in any order.
        self._turns = Turns() if self._engine.name == "sqlite" else None
        # SQLite's readers have a snapshot anyway.
        self._snapshot = "REPEATABLE READ" if self._engine.name == "postgresql" else None

    def migrate(self) -> None:
        """Bring the tables up to date. A repeat changes nothing."""
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with _translated(), self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Open a transaction that is committed at the end, or undone by an exception.

        Raises ``Conflict`` where a unique index refuses a row and ``Unavailable`` where the
        database does not answer.
        """
        with _translated(), self._turn(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Open a transaction for reading: one consistent view, no lock that others wait for."""
        with _translated(), self._engine.connect() as connection:
            if self._snapshot:
                connection.execution_options(isolation_level=self._snapshot)
            connection.info["reading"] = True
            try:
                yield connection
            finally:
                connection.rollback()
                connection.info.pop("reading", None)

    def _turn(self) -> AbstractContextManager[None]:
        """Wait for the writers of this process that asked before."""
        return self._turns.taken(BUSY_SECONDS) if self._turns else nullcontext()

    def ping(self) -> None:
        """Ask the database for a sign of life. Raises ``Unavailable``."""
        with self.read() as transaction:
            transaction.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise Conflict(str(error.orig)) from error
    except OperationalError as error:
        raise Unavailable(str(error.orig)) from error
    except TooLong as error:
        raise Unavailable(f"others have been writing for {BUSY_SECONDS} s") from error
    except PoolExhausted as error:
        raise Unavailable("all connections are in use") from error


def _connect(url: str) -> Engine:
    if make_url(url).get_backend_name() != "sqlite":
        return create_engine(
            url, pool_size=10, max_overflow=40, pool_pre_ping=True, hide_parameters=True
        )
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS},
        pool_size=10,
        max_overflow=40,
        hide_parameters=True,  # errors are logged; what people wrote is not
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # pysqlite must not begin transactions by itself
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once (SQLITE_BUSY_SNAPSHOT) when
    # another wrote in between; IMMEDIATE waits its turn instead.
    reading = connection.info.get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
