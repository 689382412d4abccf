"""Rate limits, what is unchanged, and trouble that is ordered."""

import time

import httpx
import pytest
from github import GithubException, RateLimitExceededException
from github.Repository import Repository
from requests import ConnectionError as CutConnection

from bot.local_github.running import RunningGitHub
from tests.integration.local_github.conftest import Checkout, signed_in


def ask(local: RunningGitHub, path: str, token: str = "ghp_all", **headers: str) -> httpx.Response:
    signed = {"Authorization": f"token {token}"} if token else {}
    return httpx.get(local.api_url + path, headers=signed | headers)


def remaining(response: httpx.Response) -> int:
    return int(response.headers["X-RateLimit-Remaining"])


def test_each_answer_says_what_is_left(local: RunningGitHub, shop: Checkout) -> None:
    first, second = (ask(local, f"/repos/{shop.name}") for _ in range(2))

    assert first.headers["X-RateLimit-Limit"] == "5000"
    assert remaining(second) == remaining(first) - 1
    used = int(second.headers["X-RateLimit-Used"])
    assert used + remaining(second) == 5000
    left = int(second.headers["X-RateLimit-Reset"]) - time.time()
    assert 0 < left <= 3600
    assert "Date" in first.headers


def test_who_does_not_sign_in_has_sixty_an_hour(local: RunningGitHub, shop: Checkout) -> None:
    assert ask(local, f"/repos/{shop.name}", token="").headers["X-RateLimit-Limit"] == "60"


def test_what_has_not_changed_is_not_counted(local: RunningGitHub, shop: Checkout) -> None:
    path = f"/repos/{shop.name}/git/matching-refs/heads"
    first = ask(local, path)
    again = ask(local, path, **{"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert remaining(again) == remaining(first)

    shop.commit("Sell hats")
    shop.push()
    changed = ask(local, path, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert remaining(changed) == remaining(first) - 1


def test_asking_what_is_left_costs_nothing(local: RunningGitHub) -> None:
    before = ask(local, "/rate_limit").json()["rate"]["remaining"]

    assert ask(local, "/rate_limit").json()["rate"]["remaining"] == before


def test_a_used_up_hour_is_told_with_when_it_ends(local: RunningGitHub, seen: Repository) -> None:
    local.controls.exhaust(120)

    with pytest.raises(RateLimitExceededException) as refused:
        seen.get_branch("main")

    headers = refused.value.headers or {}
    assert refused.value.status == 403
    assert headers["x-ratelimit-remaining"] == "0"
    assert 0 < int(headers["x-ratelimit-reset"]) - time.time() <= 120
    local.controls.clear_faults()
    assert seen.get_branch("main").name == "main"


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_asks_to_be_left_alone(
    local: RunningGitHub, seen: Repository, status: int
) -> None:
    local.controls.fault("secondary_limit", status=status, seconds=7)

    with pytest.raises(GithubException) as refused:
        seen.get_branch("main")

    headers = refused.value.headers or {}
    assert (refused.value.status, headers["retry-after"]) == (status, "7")
    assert "secondary rate limit" in str(refused.value.data)
    assert seen.get_branch("main").name == "main"


def test_a_fault_meets_only_the_paths_and_methods_it_is_ordered_for(
    local: RunningGitHub, seen: Repository, shop: Checkout
) -> None:
    local.controls.fault("http_error", path="*/statuses/*", method="POST", times=2, status=502)
    commit = seen.get_commit("main")

    for _ in range(2):
        with pytest.raises(GithubException) as refused:
            commit.create_status("success")
        assert refused.value.status == 502
    commit.create_status("success")

    assert len(shop.client.statuses(commit.sha)) == 1


def test_a_cut_connection_leaves_open_whether_something_was_done(
    local: RunningGitHub, seen: Repository, shop: Checkout
) -> None:
    commit = seen.get_commit("main")
    local.controls.fault("drop_before", method="POST")
    with pytest.raises(CutConnection):
        commit.create_status("success", context="not done")
    local.controls.fault("drop_after", method="POST")
    with pytest.raises(CutConnection):
        commit.create_status("success", context="done")

    assert [one["context"] for one in shop.client.statuses(commit.sha)] == ["done"]


def test_while_it_is_down_neither_api_nor_git_answers_but_people_go_on(
    local: RunningGitHub, seen: Repository, shop: Checkout
) -> None:
    local.controls.down(60)

    with pytest.raises(CutConnection):
        seen.get_branch("main")
    with pytest.raises(AssertionError):
        shop.git("ls-remote", local.git_url(shop.name, "ghp_all"))
    assert "main" in shop.client.branches()

    local.controls.clear_faults()
    assert seen.get_branch("main").name == "main"
    assert shop.git("ls-remote", local.git_url(shop.name, "ghp_all"))


def test_a_slow_answer_arrives_all_the_same(local: RunningGitHub, seen: Repository) -> None:
    local.controls.fault("slow", seconds=0.05)

    assert seen.get_branch("main").name == "main"


def test_an_order_that_nobody_knows_is_refused(local: RunningGitHub) -> None:
    with pytest.raises(ValueError, match="There is no repository 'acme/nothing'"):
        local.controls.protect("acme/nothing", "main", [])


def test_a_token_that_was_revoked_is_a_bad_credential(local: RunningGitHub, shop: Checkout) -> None:
    assert ask(local, "/user", token="never-given").status_code == 401
    local.controls.revoke("ghp_none")

    refused = ask(local, f"/repos/{shop.name}", token="ghp_none")

    assert (refused.status_code, refused.json()["message"]) == (401, "Bad credentials")
    assert signed_in(local, "ghp_all").get_user().login == "rackhand"


def test_a_request_that_does_not_say_what_sends_it_is_refused(local: RunningGitHub) -> None:
    refused = ask(local, "/meta", **{"User-Agent": ""})

    assert refused.status_code == 403
    assert "User-Agent" in refused.json()["message"]
