"""What hooks are told, and how."""

import hmac
import json
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from github.Repository import Repository

from bot.local_github.client import Refused
from bot.local_github.running import RunningGitHub
from tests.integration.local_github.conftest import SECRET, Checkout
from tests.integration.local_github.description import faults_of_payload
from tests.integration.local_github.receiver import Receiver

ABSENT = "0" * 40


@pytest.fixture
def hook(local: RunningGitHub, shop: Checkout, receiver: Receiver) -> int:
    """A hook for all events, whose greeting has arrived and is forgotten."""
    number = shop.client.add_hook(receiver.url, SECRET)
    local.controls.settle()
    assert receiver.events() == ["ping"]
    receiver.received.clear()
    return number


def everything(local: RunningGitHub, shop: Checkout) -> None:
    """Let each event happen at least once."""
    sha = shop.branch("topic", "Sell hats")
    shop.git("tag", "v1")
    shop.push("v1")
    number = shop.client.open_pull_request("topic")["number"]
    shop.git("checkout", "--quiet", "topic")
    sha = shop.commit("Sell more hats")
    shop.push()
    shop.client.set_status(sha, "ci/lint", "success", "No complaints", "http://ci.example.com")
    shop.client.check_run(sha, "test")
    shop.client.check_run(sha, "test", "success")
    local.controls.workflow_run(shop.name, sha)
    local.controls.workflow_run(shop.name, sha, conclusion="success")
    shop.client.merge(number)
    shop.git("push", "--quiet", "origin", "--delete", "topic")
    deployment = shop.client.deploy("main", "staging")
    shop.client.set_deployment(deployment, "success")
    shop.client.release("v2")
    local.controls.settle()


def test_every_payload_is_of_the_form_that_github_publishes(
    local: RunningGitHub,
    shop: Checkout,
    receiver: Receiver,
    hook: int,
    webhook_schema: dict[str, Any],
    webhook_examples: Mapping[str, Sequence[dict[str, Any]]],
) -> None:
    everything(local, shop)
    shop.client.ping(hook)
    local.controls.settle()

    told = [
        f"{one.what} {fault}"
        for one in receiver.received
        for fault in faults_of_payload(webhook_schema, one.event, one.payload)
    ]
    assert not told, "\n".join(told)
    assert {one.event for one in receiver.received} == {
        "check_run",
        "check_suite",
        "create",
        "delete",
        "deployment",
        "deployment_status",
        "ping",
        "pull_request",
        "push",
        "release",
        "status",
        "workflow_run",
    }
    assert {one.event for one in receiver.received} <= webhook_examples.keys()


def test_a_payload_has_every_field_that_all_real_examples_have(
    local: RunningGitHub,
    shop: Checkout,
    receiver: Receiver,
    hook: int,
    webhook_examples: Mapping[str, Sequence[dict[str, Any]]],
) -> None:
    everything(local, shop)

    for one in receiver.received:
        examples = webhook_examples[one.event]
        always = set.intersection(*(set(example) for example in examples))
        assert always <= one.payload.keys() | {"installation", "organization"}, one.what


def test_a_delivery_is_signed_with_both_hashes(
    shop: Checkout, receiver: Receiver, hook: int, local: RunningGitHub
) -> None:
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "success", "Grün ✓")
    local.controls.settle()

    (one,) = receiver.received
    for name, algorithm in (("", "sha1"), ("-256", "sha256")):
        expected = hmac.new(SECRET.encode(), one.body, algorithm).hexdigest()
        assert one.headers[f"X-Hub-Signature{name}"] == f"{algorithm}={expected}"
    assert one.headers["X-GitHub-Event"] == "status"
    assert len(one.headers["X-GitHub-Delivery"]) == 36
    assert one.headers["User-Agent"].startswith("GitHub-Hookshot/")
    assert one.headers["Content-Type"] == "application/json"


def test_a_hook_for_forms_gets_the_payload_as_one_field(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, seen: Repository
) -> None:
    seen.create_hook("web", {"url": receiver.url, "content_type": "form"}, ["push"])
    local.controls.settle()

    (ping,) = receiver.received
    fields = urllib.parse.parse_qs(ping.body.decode())
    assert json.loads(fields["payload"][0])["zen"]
    assert "X-Hub-Signature-256" not in ping.headers


def test_a_push_tells_its_commits_and_where_the_branch_was(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    before = shop.git("rev-parse", "main")
    first = shop.commit("Sell hats", {"hats": "1"})
    second = shop.commit("Sell more hats", {"hats": "2", "shoes": "1"})
    shop.push()
    local.controls.settle()

    push = receiver.last("push")
    assert (push["ref"], push["before"], push["after"]) == ("refs/heads/main", before, second)
    assert (push["created"], push["deleted"], push["forced"]) == (False, False, False)
    assert [commit["id"] for commit in push["commits"]] == [first, second]
    assert push["head_commit"]["id"] == second
    assert push["commits"][1]["added"] == ["shoes"]
    assert push["commits"][1]["modified"] == ["hats"]
    assert push["commits"][0]["author"]["username"] == "ada"
    assert receiver.events() == ["push"]


def test_a_new_a_forced_and_a_removed_branch_are_told_apart(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    shop.git("checkout", "--quiet", "-b", "topic")
    first = shop.commit("Sell hats")
    shop.push()
    shop.git("commit", "--quiet", "--amend", "-m", "Sell shoes")
    second = shop.git("rev-parse", "HEAD")
    shop.push("--force", "topic")
    shop.git("push", "--quiet", "origin", "--delete", "topic")
    local.controls.settle()

    assert receiver.events() == ["create", "push", "push", "delete", "push"]
    created, forced, deleted = (one.payload for one in receiver.received if one.event == "push")
    assert (created["created"], created["before"], created["after"]) == (True, ABSENT, first)
    assert (forced["forced"], forced["before"], forced["after"]) == (True, first, second)
    assert (deleted["deleted"], deleted["before"], deleted["after"]) == (True, second, ABSENT)
    assert deleted["head_commit"] is None


def test_a_pull_request_is_told_of_when_it_opens_grows_and_is_merged(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic")["number"]
    shop.git("checkout", "--quiet", "topic")
    grown = shop.commit("Sell more hats")
    shop.push()
    merge = shop.client.merge(number)
    local.controls.settle()

    told = [one.payload for one in receiver.received if one.event == "pull_request"]
    assert [one["action"] for one in told] == ["opened", "synchronize", "closed"]
    assert told[1]["after"] == grown
    assert (told[2]["pull_request"]["merged"], told[2]["pull_request"]["merge_commit_sha"]) == (
        True,
        merge,
    )
    assert receiver.last("push")["after"] == merge


def test_a_hook_hears_only_what_it_asked_for(
    local: RunningGitHub, shop: Checkout, receiver: Receiver
) -> None:
    shop.client.add_hook(receiver.url, SECRET, ["status"])
    everything(local, shop)

    assert set(receiver.events()) == {"ping", "status"}


def test_what_failed_is_not_sent_again_but_by_hand(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    receiver.status = 500
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "success")
    local.controls.settle()
    failed = shop.client.deliveries(hook)[0]
    assert (failed["status_code"], failed["event"], failed["redelivery"]) == (500, "status", False)
    assert receiver.events() == ["status"]

    receiver.status = 200
    shop.client.redeliver(hook, failed["id"])
    local.controls.settle()

    again = shop.client.deliveries(hook)[0]
    assert (again["status_code"], again["guid"], again["redelivery"]) == (
        200,
        failed["guid"],
        True,
    )
    first, second = receiver.received
    assert first.body == second.body
    assert first.headers["X-GitHub-Delivery"] == second.headers["X-GitHub-Delivery"]


def test_a_receiver_that_hangs_is_given_up(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    receiver.hang.clear()
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "success")
    local.controls.settle()

    given_up = shop.client.deliveries(hook)[0]
    assert (given_up["status"], given_up["status_code"]) == ("timed out", 0)


def test_a_receiver_that_is_gone_costs_only_its_own_deliveries(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    gone = shop.client.add_hook("http://127.0.0.1:9/", SECRET)
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "success")
    local.controls.settle()

    assert shop.client.deliveries(gone)[0]["status"] == "failed to connect to host"
    assert receiver.events() == ["status"]


def test_with_webhooks_off_nobody_is_told(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    local.controls.webhooks(on=False)
    everything(local, shop)
    assert receiver.events() == []

    local.controls.webhooks(on=True)
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "success")
    local.controls.settle()
    assert receiver.events() == ["status"]


def test_a_delivery_may_arrive_twice_and_late_and_in_another_order(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    sha = shop.git("rev-parse", "main")
    local.controls.hold()
    local.controls.duplicate("status")
    for state in ("pending", "success"):
        shop.client.set_status(sha, "ci/test", state)
    local.controls.settle()
    assert receiver.received == []

    local.controls.release(reverse=True)
    local.controls.settle()

    assert [one.payload["state"] for one in receiver.received] == ["success", "pending", "pending"]
    guids = [one.headers["X-GitHub-Delivery"] for one in receiver.received]
    assert (guids[1] == guids[2], guids[0] == guids[1]) == (True, False)


def test_a_hook_that_is_removed_hears_nothing_more(
    local: RunningGitHub, shop: Checkout, receiver: Receiver, hook: int
) -> None:
    shop.client.remove_hook(hook)
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "success")
    local.controls.settle()

    assert receiver.received == []


def test_the_same_hook_twice_is_refused(shop: Checkout, receiver: Receiver, hook: int) -> None:
    with pytest.raises(Refused, match="Hook already exists"):
        shop.client.add_hook(receiver.url, SECRET)


def test_a_secret_is_not_shown_again(seen: Repository, shop: Checkout, hook: int) -> None:
    (shown,) = seen.get_hooks()

    assert shown.config["secret"] == "********"
    assert SECRET not in json.dumps(shown.raw_data)
