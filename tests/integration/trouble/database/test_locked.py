"""Another process holds SQLite's write lock in mid-promotion: for seconds, or for longer."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.workspace.running import RunningWorkspace
from storage import store
from storage.records import PromotionStatus
from tests.integration.process.conftest import Site
from tests.integration.trouble.database.running import no_tick_broke, running, ticks_met_it
from tests.worlds import text_of

P = PromotionStatus
LOCKED_SECONDS = 3.0
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Let another process hold the write lock for the length of the block."""
    words = [sys.executable, "-c", HOLDER, str(database)]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            holder.communicate("over\n")


def test_a_promotion_waits_for_a_lock_of_some_seconds_while_what_is_asked_is_answered(
    quick: Site, workspace: RunningWorkspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with running(quick, workspace) as bot:
        bot.built()
        promotion = bot.promoted_to(P.VERIFYING)
        with locked(tmp_path / "rackhand.db"):
            shown = text_of(bot.say("status"))
            time.sleep(LOCKED_SECONDS)
        bot.ended_well_and_told_once(promotion)

    assert "shop" in shown
    no_tick_broke(caplog)


def test_a_promotion_goes_on_after_a_lock_that_outlasts_its_patience(
    quick: Site,
    workspace: RunningWorkspace,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(store, "BUSY_SECONDS", 0.2)
    with running(quick, workspace) as bot:
        bot.built()
        promotion = bot.promoted_to(P.VERIFYING)
        with locked(tmp_path / "rackhand.db"):
            refused = text_of(bot.say("cancel", promotion))
            ticks_met_it(caplog)
        bot.ended_well_and_told_once(promotion)

    assert "The database does not answer, so nothing was done." in refused
    no_tick_broke(caplog)
