"""Troubles that are ordered, the rate limit, and routes."""

import pytest

from bot.local_github.api.endpoints import ENDPOINTS
from bot.local_github.api.headers import etag_of, matches
from bot.local_github.api.routing import Router
from bot.local_github.authorization import token_of
from bot.local_github.budget import ANONYMOUS_KEY, Budget
from bot.local_github.faults import Fault, Faults

ROUTER = Router(ENDPOINTS)


def test_a_fault_is_used_up_by_what_it_is_meant_for_only() -> None:
    faults = Faults()
    faults.order(Fault(kind="http_error", path="/repos/*/statuses/*", method="POST"))

    assert faults.take("GET", "/repos/acme/shop/statuses/1") is None
    assert faults.take("POST", "/repos/acme/shop/pulls") is None
    assert faults.take("POST", "/repos/acme/shop/statuses/1") is not None
    assert faults.take("POST", "/repos/acme/shop/statuses/1") is None


def test_a_hidden_commit_is_seen_once_it_was_missed_often_enough() -> None:
    faults = Faults()
    faults.hide("1" * 40, times=2)
    faults.looked_for({"1" * 40})
    assert faults.is_hidden("1" * 40)
    faults.looked_for({"1" * 40})
    assert not faults.is_hidden("1" * 40)


def test_duplicates_are_counted_by_event() -> None:
    faults = Faults()
    faults.duplicate("push", 1)

    assert [faults.take_duplicate(event) for event in ("status", "push", "push")] == [
        False,
        True,
        False,
    ]


def test_an_allowance_is_never_below_nothing_and_differs_for_strangers() -> None:
    budget = Budget(2)
    allowance = budget.of("token")
    allowance.used = 5

    assert allowance.remaining == 0
    assert budget.of("another").remaining == 2
    assert budget.of(ANONYMOUS_KEY).limit == 60


@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("commits/feature/hats", "commits/{ref}"),
        ("commits/feature/hats/status", "commits/{ref}/status"),
        ("commits/abc/pulls", "commits/{commit_sha}/pulls"),
        ("branches/feature/hats", "branches/{branch}"),
        ("branches/feature/hats/protection", "branches/{branch}/protection"),
        ("compare/main...feature/hats", "compare/{basehead}"),
        ("git/matching-refs/heads/", "git/matching-refs/{ref}"),
        ("releases/latest", "releases/latest"),
        ("releases/tags/v1/rc", "releases/tags/{tag}"),
    ],
)
def test_a_name_with_slashes_leads_to_its_route(path: str, template: str) -> None:
    found = ROUTER.find("GET", f"/repos/acme/shop/{path}")

    assert found is not None
    assert found[0].path == f"/repos/{{owner}}/{{repo}}/{template}"


def test_a_route_is_one_of_its_method() -> None:
    assert ROUTER.find("DELETE", "/repos/acme/shop") is None


def test_a_weak_tag_matches_a_strong_one_and_any_of_a_list() -> None:
    etag = etag_of(b"body")

    assert matches(etag.removeprefix("W/"), etag)
    assert matches(f'"other", {etag}', etag)
    assert not matches(etag_of(b"another"), etag)
    assert not matches(None, etag)


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("token abc", "abc"),
        ("Bearer abc", "abc"),
        ("Basic YWJjOg==", "abc"),  # abc:
        ("Basic YWJjOngtb2F1dGgtYmFzaWM=", "abc"),  # abc:x-oauth-basic
        ("Basic eDphYmM=", "abc"),  # x:abc
        ("Basic ???", ""),
        ("Digest abc", ""),
    ],
)
def test_a_token_is_read_from_each_kind_of_header(header: str, token: str) -> None:
    assert token_of({"authorization": header}) == token


def test_without_a_header_there_is_no_token() -> None:
    assert token_of({}) is None
