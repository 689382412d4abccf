"""Two processes that write to one SQLite file at once lose nothing of each other's."""

import subprocess
import sys
from pathlib import Path

from storage import claims, outbox
from storage.store import Store
from tests.integration.storage.records import NOW

WRITES = 60
SCRIPT = """
import sys
from datetime import UTC, datetime
from storage import apps, outbox
from storage.store import Store
url, name = sys.argv[1:]
store = Store(url)
now = datetime(2026, 1, 1, tzinfo=UTC)
for number in range({writes}):
    with store.write() as transaction:
        outbox.redraw(transaction, subject="PAAAAAAAAAA", channel=None, at=now)
        outbox.tell(transaction, subject="PAAAAAAAAAA", kind="milestone",
                    key=f"{{name}}:{{number}}", body={{}}, channel=None, at=now)
"""


def test_concurrent_writers_lose_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "rackhand.db"
    path.write_bytes(sqlite_template.read_bytes())
    script = SCRIPT.format(writes=WRITES)
    writers = [
        subprocess.Popen([sys.executable, "-c", script, f"sqlite:///{path}", name])
        for name in ("one", "two")
    ]
    assert [writer.wait() for writer in writers] == [0, 0]

    store = Store(f"sqlite:///{path}")
    with store.read() as transaction:
        told = outbox.of_subject(transaction, "PAAAAAAAAAA")
    store.close()

    assert sum(one.kind == "milestone" for one in told) == 2 * WRITES
    assert [one.version for one in told if one.kind == "card"] == [2 * WRITES]


def test_a_reader_does_not_wait_for_a_writer(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "rackhand.db"
    path.write_bytes(sqlite_template.read_bytes())
    store = Store(f"sqlite:///{path}")
    with store.write() as writer:
        claims.first_time(writer, "click", NOW, None)
        with store.read() as reader:
            assert not claims.alive(reader, "bot", NOW)
    store.close()
