"""The local GitHub as a process of its own, and what is fetched for its tests."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.local_github.client import Client
from scripts import octokit
from tests.integration.local_github.conftest import run_git, signed_in_at
from tests.services.requirement import program

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "bot.local_github"]


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """A local GitHub in another process; yields the line that it printed."""
    options = ["--folder", str(tmp_path / "repositories"), "--repository", "acme/hats"]
    command = [*COMMAND, *options, "--token", "ghp_given", "--print-json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())
    process.terminate()
    assert process.wait(10) == 0
    process.stdout.close()


def test_it_serves_what_it_was_told_to(apart: dict[str, Any], template: Path) -> None:
    url = apart["url"].replace("://", f"://x-access-token:{apart['token']}@")
    run_git(template, "push", "--quiet", f"{url}acme/hats.git", "main")
    sha = run_git(template, "rev-parse", "HEAD")

    repository = signed_in_at(apart["api_url"], "ghp_given").get_repo("acme/hats")
    with Client(apart["url"], "acme/hats", apart["operator_token"]) as ada:
        ada.set_status(sha, "ci/test", "success")

    assert repository.get_branch("main").commit.sha == sha
    assert repository.get_commit(sha).get_combined_status().state == "success"


@pytest.mark.parametrize("name", ["shop", "acme/shop/front", "nobody/shop"])
def test_a_repository_that_cannot_be_is_said_in_one_line(name: str, tmp_path: Path) -> None:
    command = [*COMMAND, "--folder", str(tmp_path), "--repository", name]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert name in ended.stderr


def test_a_package_that_is_not_the_pinned_one_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("npm", "npm")
    monkeypatch.setattr(octokit, "run_directory", lambda _name: tmp_path)

    with pytest.raises(octokit.NotFetched, match="not what it was"):
        octokit.fetched(replace(octokit.SCHEMAS, integrity="another"))

    assert {path.name for path in tmp_path.iterdir()} == {"lock"}
