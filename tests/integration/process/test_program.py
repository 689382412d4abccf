"""The ``rackhand`` program, run as a person runs it."""

import time
from collections.abc import Iterator

import httpx
import pytest

from bot.process import running_bot
from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace
from tests.integration.process.conftest import Site


@pytest.fixture
def running(site: Site) -> Iterator[Site]:
    with running_bot(site.settings()):
        yield site


def test_check_finds_all_well_where_it_is(site: Site) -> None:
    done = site.rackhand("check")
    assert done.returncode == 0, done.stdout + done.stderr
    for what in ("rackhand.yml", "Slack", "Socket Mode", "database", "rack staging", "app shop"):
        assert what in done.stdout


def test_check_names_what_to_mend(site: Site) -> None:
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(text.replace("/shop", "/nowhere"), encoding="utf-8")
    done = site.rackhand("check")
    assert done.returncode == 1
    assert "mend app shop" in done.stdout


def test_a_fault_in_the_file_is_said_without_a_traceback(site: Site) -> None:
    site.config.write_text("racks: 3\n", encoding="utf-8")
    done = site.rackhand("racks")
    assert done.returncode == 1
    assert "line 1: racks" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_listing_needs_no_running_bot(site: Site) -> None:
    done = site.rackhand("apps")
    assert done.returncode == 0
    assert "shop" in done.stdout


def test_a_wrong_word_ends_with_an_error_and_a_hint(site: Site) -> None:
    done = site.rackhand("promte")
    assert done.returncode != 0
    assert "promote" in done.stdout + done.stderr


def test_a_build_that_nobody_works_on_says_so(site: Site) -> None:
    done = site.rackhand("build", "--rack", "staging")
    assert done.returncode == 1
    assert "no Rackhand is running" in " ".join(done.stdout.split())


def test_a_build_and_its_promotion_are_followed_to_their_end(running: Site) -> None:
    built = running.rackhand("build", "shop", "--rack", "staging")
    assert built.returncode == 0, built.stdout + built.stderr
    assert "release candidate" in built.stdout
    promoted = running.rackhand("promote", "--rack", "staging")
    assert promoted.returncode == 0, promoted.stdout + promoted.stderr
    assert "Live" in promoted.stdout
    assert "Done." in promoted.stdout


def test_what_a_terminal_began_is_told_in_slack(running: Site, workspace: RunningWorkspace) -> None:
    running.rackhand("build", "shop", "--rack", "staging")
    with Visitor(workspace.url) as visitor:
        card = visitor.wait_for_message("build B", timeout_seconds=20)
        assert "staging" in card.plain_text


def test_the_process_says_that_it_lives_and_is_ready(running: Site) -> None:
    url = f"http://127.0.0.1:{running.environment['PORT']}"
    assert httpx.get(f"{url}/healthz", trust_env=False).status_code == 200
    deadline = time.monotonic() + 20
    while (ready := httpx.get(f"{url}/readyz", trust_env=False)).status_code != 200:
        assert time.monotonic() < deadline, ready.text
        time.sleep(0.1)
    assert ready.json() == {"database": "ok", "ticks": "ok", "slack": "ok"}


def test_an_app_in_the_file_that_was_made_in_slack_too_stops_the_start(site: Site) -> None:
    made = site.rackhand("apps", "create", "other", "--repo", "/srv/other.git")
    assert made.returncode == 0, made.stdout
    text = site.config.read_text(encoding="utf-8")
    site.config.write_text(text.replace("apps:\n", "apps:\n  other: {repo: /x}\n"), "utf-8")
    done = site.rackhand("apps")
    assert done.returncode == 1
    assert "other" in done.stderr
