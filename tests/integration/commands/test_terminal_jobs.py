"""A job that was begun at a terminal is followed there, as a build is."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from bot.scheduler import BOT
from bot.terminal import session as terminal
from storage import claims
from storage.workflow_records import JobStatus
from tests.worlds import Scene

LONG_SECONDS = 1e6


@pytest.fixture
def running(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A scene whose bot does its work whenever the terminal sleeps."""
    with scene.store.write() as transaction:
        claims.beat(transaction, BOT, scene.clock.now(), LONG_SECONDS)
    ticking = SimpleNamespace(sleep=lambda _: scene.tick())
    monkeypatch.setattr(terminal, "time", ticking)
    return scene


def said(scene: Scene, *words: str) -> tuple[int, str]:
    """Say a command at a terminal; return its exit code, and what was printed."""
    screen = io.StringIO()
    code = terminal.session(scene.world, words, Console(file=screen, width=100))
    return code, " ".join(screen.getvalue().split())


def test_where_no_rackhand_runs_it_is_said_that_nothing_happens_yet(scene: Scene) -> None:
    scene.push("Fix cart")
    scene.workflow("hello", {"notify": "On its way"})
    code, text = said(scene, "workflows", "run", "hello")
    assert code == 1
    assert "no Rackhand is running on this database" in text


def test_a_job_is_followed_to_its_good_end(running: Scene) -> None:
    running.push("Fix cart")
    running.workflow("hello", "build", {"promote": "staging"})
    code, text = said(running, "workflows", "run", "hello")
    assert running.all_jobs()[0].status is JobStatus.SUCCEEDED
    assert code == 0
    assert "Begun for" in text
    assert "is live there" in text
    assert "Done:" in text


def test_a_job_that_fails_ends_the_command_with_an_error(running: Scene) -> None:
    running.push("Fix cart")
    running.workflow("gone", "build", {"promote": "nowhere"})
    code, text = said(running, "workflows", "run", "gone")
    assert code == 1
    assert "There is no rack nowhere" in text


def test_a_job_that_waits_for_a_click_lets_the_terminal_go(running: Scene) -> None:
    running.push("Fix cart")
    running.workflow("qa", "build", {"promote": {"rack": "production", "on_click": True}})
    code, text = said(running, "workflows", "run", "qa")
    (job,) = running.all_jobs()
    assert job.status is JobStatus.WAITING
    assert code == 0
    assert f"It waits for a person. See it with: rackhand jobs info {job.id}" in text
