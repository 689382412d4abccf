"""What GitHub's payloads hint at. Whatever they hold, reading them raises nothing."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.adapters.github.events import hint_of, is_used
from engine.workflows.hints import (
    NO_SHA,
    ChecksChanged,
    Irrelevant,
    Pushed,
    RefsChanged,
    Renamed,
)

SHA, OLD = "4f" * 20, "0a" * 20
REPO = {"full_name": "acme/shop", "pushed_at": 1_700_000_000}
PUSH: dict[str, Any] = {
    "ref": "refs/heads/main",
    "before": OLD,
    "after": SHA,
    "created": False,
    "deleted": False,
    "forced": False,
    "repository": REPO,
    "head_commit": {
        "id": SHA,
        "message": "Fix cart\n\nIt was broken.",
        "url": "https://github.com/acme/shop/commit/4f",
        "author": {"name": "Ada Lovelace", "email": "ada@example.com", "username": "ada"},
    },
}
USED = [
    "push",
    "pull_request",
    "status",
    "check_run",
    "check_suite",
    "workflow_run",
    "create",
    "delete",
    "release",
    "repository",
    "ping",
]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def paths(plain: Any, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All places inside a payload."""
    if not isinstance(plain, dict):
        return [before]
    inner = [path for key in plain for path in paths(plain[key], (*before, key))]
    return [before, *inner] if before else inner


def with_other(plain: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The same payload with something else at one place."""
    changed = copy.deepcopy(plain)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def test_a_push_says_what_moved_and_who_wrote_it() -> None:
    hint = hint_of("push", PUSH)
    assert isinstance(hint, Pushed)
    assert (hint.repo, hint.ref, hint.before, hint.after) == ("acme/shop", PUSH["ref"], OLD, SHA)
    assert (hint.created, hint.deleted, hint.forced) == (False, False, False)
    assert hint.commit
    assert (hint.commit.subject, hint.commit.author) == ("Fix cart", "Ada Lovelace")
    assert (hint.commit.author_email, hint.commit.login) == ("ada@example.com", "ada")


def test_a_push_that_does_not_say_whether_it_was_forced_may_have_been() -> None:
    hint = hint_of("push", {key: PUSH[key] for key in PUSH if key != "forced"})
    assert isinstance(hint, Pushed)
    assert hint.forced


@pytest.mark.parametrize(("field", "flag"), [("before", "created"), ("after", "deleted")])
def test_no_commit_before_is_a_beginning_and_none_after_an_end(field: str, flag: str) -> None:
    hint = hint_of("push", {**PUSH, field: NO_SHA})
    assert isinstance(hint, Pushed)
    assert getattr(hint, flag)


def test_a_tag_with_a_message_is_of_the_commit_that_it_names() -> None:
    hint = hint_of("push", {**PUSH, "ref": "refs/tags/v1", "after": "11" * 20})
    assert isinstance(hint, Pushed)
    assert hint.commit
    assert (hint.after, hint.commit.sha) == ("11" * 20, SHA)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("status", {"sha": SHA, "context": "ci/test"}),
        ("check_run", {"check_run": {"head_sha": SHA}}),
        ("check_suite", {"check_suite": {"head_sha": SHA}}),
        ("workflow_run", {"workflow_run": {"head_sha": SHA}}),
    ],
)
def test_checks_are_of_one_commit(event: str, payload: dict[str, Any]) -> None:
    hint = hint_of(event, {**payload, "repository": REPO})
    assert hint == ChecksChanged(repo="acme/shop", sha=SHA)


def test_our_own_status_tells_us_nothing() -> None:
    payload = {"sha": SHA, "context": "rackhand/delivery", "repository": REPO}
    assert isinstance(hint_of("status", payload), Irrelevant)


def test_a_pull_request_tells_of_its_merge_and_of_branches_of_the_repository_itself() -> None:
    head = {"sha": SHA, "repo": {"full_name": "acme/shop"}}
    request = {"merged": True, "merge_commit_sha": OLD, "head": head}
    payload = {"action": "closed", "repository": REPO, "pull_request": request}
    assert hint_of("pull_request", payload) == RefsChanged(repo="acme/shop", expects=OLD)
    payload["action"] = "synchronize"
    assert hint_of("pull_request", payload) == RefsChanged(repo="acme/shop", expects=SHA)
    head["repo"] = {"full_name": "stranger/shop"}
    assert isinstance(hint_of("pull_request", payload), Irrelevant)


def test_a_repository_that_moved_says_what_it_was_called() -> None:
    renamed = {
        "action": "renamed",
        "repository": REPO,
        "changes": {"repository": {"name": {"from": "store"}}},
    }
    assert hint_of("repository", renamed) == Renamed(old="acme/store", new="acme/shop")
    for owner in ("user", "organization"):
        transferred = {
            "action": "transferred",
            "repository": REPO,
            "changes": {"owner": {"from": {owner: {"login": "ada"}}}},
        }
        assert hint_of("repository", transferred) == Renamed(old="ada/shop", new="acme/shop")


@pytest.mark.parametrize("field", ["ref", "before", "after", "repository", "head_commit.id"])
@pytest.mark.parametrize("value", [None, 7, "", "\x00", {}, "x" * 10_000])
def test_a_push_whose_fields_are_something_else_hints_at_nothing(field: str, value: Any) -> None:
    assert hint_of("push", with_other(PUSH, tuple(field.split(".")), value)) is None


def test_what_people_wrote_is_taken_as_a_database_takes_it() -> None:
    message = "\ud800 Fix\x00cart\u202e " + "x" * 1000
    hint = hint_of("push", with_other(PUSH, ("head_commit", "message"), message))
    assert isinstance(hint, Pushed)
    assert hint.commit
    hint.commit.subject.encode("utf-8")
    assert hint.commit.subject.startswith("? Fix cart")
    assert len(hint.commit.subject) == 300


def test_an_event_that_is_not_used_hints_at_nothing() -> None:
    assert hint_of("star", {"action": "created", "repository": REPO}) is None
    assert [event for event in USED if not is_used(event)] == []


@given(event=st.sampled_from(USED), payload=anything)
def test_any_json_can_be_read(event: str, payload: Any) -> None:
    hint_of(event, payload)


@given(path=st.sampled_from(paths(PUSH)), value=anything)
def test_a_push_with_anything_in_any_place_can_be_read(path: tuple[str, ...], value: Any) -> None:
    hint = hint_of("push", with_other(PUSH, path, value))
    assert hint is None or isinstance(hint, Pushed)
