"""The real git, over HTTP."""

import gzip
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from github.Repository import Repository

from bot.local_github.git.command import environment
from bot.local_github.running import RunningGitHub
from tests.integration.local_github.conftest import Checkout


def clone(url: str, folder: Path, *options: str) -> str:
    command = ["git", "clone", "--quiet", *options, url, str(folder)]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    return ended.stderr


def test_what_was_pushed_is_cloned(local: RunningGitHub, shop: Checkout, tmp_path: Path) -> None:
    shop.commit("Sell hats", {"hats": "1"})
    shop.push()

    assert clone(local.git_url(shop.name), tmp_path / "clone") == ""

    assert (tmp_path / "clone" / "hats").read_text() == "1"


def test_a_large_push_and_a_shallow_clone_pass(
    local: RunningGitHub, shop: Checkout, tmp_path: Path
) -> None:
    lines = "".join(f"{number * number % 99991} " for number in range(400_000))
    shop.commit("Bring a lot", {"lot": lines})
    shop.push()  # above http.postBuffer: git sends it in chunks

    clone(local.git_url(shop.name), tmp_path / "clone", "--depth=1")

    assert (tmp_path / "clone" / "lot").read_text() == lines


def test_a_fetch_whose_request_is_compressed_is_understood(
    local: RunningGitHub, shop: Checkout
) -> None:
    sha = shop.git("rev-parse", "main")
    body = f"0032want {sha}\n00000009done\n".encode()
    answer = httpx.post(
        f"{local.git_url(shop.name)}/git-upload-pack",
        content=gzip.compress(body),
        headers={
            "Content-Type": "application/x-git-upload-pack-request",
            "Content-Encoding": "gzip",
        },
    )

    assert answer.status_code == 200
    assert b"PACK" in answer.content


def test_any_commit_may_be_fetched_by_its_sha_even_after_a_forced_push(
    local: RunningGitHub, shop: Checkout
) -> None:
    lost = shop.commit("Sell hats")
    shop.push()
    shop.git("commit", "--quiet", "--amend", "-m", "Sell shoes")
    shop.push("--force", "main")

    bare = shop.folder.parent / "bare"
    subprocess.run(["git", "init", "--quiet", "--bare", str(bare)], env=environment(), check=True)
    command = ["git", "fetch", "--quiet", "--depth=1", local.git_url(shop.name), lost]
    subprocess.run(command, cwd=bare, env=environment(), check=True)


def test_a_branch_is_removed_by_a_push(seen: Repository, shop: Checkout) -> None:
    shop.branch("topic", "Sell hats")
    shop.git("push", "--quiet", "origin", "--delete", "topic")

    assert [branch.name for branch in seen.get_branches()] == ["main"]


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (None, "could not read Username"),
        ("never-given", "Authentication failed"),
        ("ghp_status", "403"),
        ("github_pat_reads", "403"),
    ],
)
def test_who_may_not_write_does_not_push(
    local: RunningGitHub, shop: Checkout, token: str | None, said: str
) -> None:
    shop.commit("Sell hats")

    with pytest.raises(AssertionError, match=said):
        shop.git("push", local.git_url(shop.name, token), "main")


@pytest.mark.parametrize("token", [None, "ghp_public"])
def test_who_may_not_see_a_repository_does_not_clone_it(
    local: RunningGitHub, private_shop: Checkout, token: str | None, tmp_path: Path
) -> None:
    said = clone(local.git_url(private_shop.name, token), tmp_path / "clone")

    assert ("could not read Username" if token is None else "not found") in said


def test_the_token_may_be_name_or_password(local: RunningGitHub, private_shop: Checkout) -> None:
    url = local.git_url(private_shop.name)
    for signed in ("ghp_all@", "ghp_all:x-oauth-basic@", "anybody:ghp_all@"):
        assert private_shop.git("ls-remote", url.replace("://", f"://{signed}"))


def test_git_finds_a_repository_under_the_name_it_had(local: RunningGitHub, shop: Checkout) -> None:
    local.controls.move_repository(shop.name, name=shop.name.removeprefix("acme/") + "-front")

    assert shop.git("ls-remote", local.git_url(shop.name))


def test_pushes_at_once_all_arrive(local: RunningGitHub, shop: Checkout, seen: Repository) -> None:
    for number in range(6):
        shop.git("branch", f"topic-{number}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: shop.push(f"topic-{number}"), range(6)))

    assert {branch.name for branch in seen.get_branches()} == {
        "main",
        *(f"topic-{number}" for number in range(6)),
    }
