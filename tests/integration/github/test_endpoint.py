"""The address that GitHub delivers to: who is let in, and what the others are told."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.web import github_webhook as webhook
from storage.store import Store
from tests.integration.github.hub import Hub, as_form, signature


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """What was answered; every refusal says what to do."""
    told = answer.json()
    assert told["status"] == "refused"
    assert told["remedy"]
    return answer.status_code, told["error"]


def test_a_delivery_that_somebody_else_signed_is_refused_and_does_nothing(hub: Hub) -> None:
    push = hub.push("Forged")
    answer = hub.post(push.body, push.headers(**{"X-Hub-Signature-256": signature(b"other")}))
    assert refusal(answer) == (401, "The signature does not fit the delivery.")
    assert "GITHUB_WEBHOOK_SECRET" in answer.json()["remedy"]
    with_other_secret = signature(push.body, "another secret")
    answer = hub.post(push.body, push.headers(**{"X-Hub-Signature-256": with_other_secret}))
    assert answer.status_code == 401
    assert hub.begun() == []


@pytest.mark.parametrize(
    "given", ["", "sha256=", "sha1=0123", "sha256=" + "g" * 64, "sha256=" + "é" * 64]
)
def test_a_delivery_without_a_whole_signature_is_refused(hub: Hub, given: str) -> None:
    push = hub.push("Unsigned")
    headers = {
        name.encode(): value.encode("latin-1")
        for name, value in push.headers(**{"X-Hub-Signature-256": given}).items()
    }
    answer = hub.post(push.body, headers)  # type: ignore[arg-type]
    assert refusal(answer) == (401, "The delivery has no signature.")
    assert hub.begun() == []


def test_a_body_that_was_changed_on_the_way_is_refused(hub: Hub) -> None:
    push = hub.push("Fix cart")
    assert hub.post(push.body + b" ", push.headers()).status_code == 401


def test_a_stranger_is_refused_without_reading_what_they_send(hub: Hub) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(10_000):
            read += 1
            yield b"x" * 65_536

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(hub.application())
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            return await client.post(webhook.PATH, content=endless())

    assert asyncio.run(send()).status_code == 401
    assert read <= 1


def test_without_a_secret_nobody_is_let_in_and_the_answer_says_why(hub: Hub) -> None:
    hub.secret = None
    push = hub.push("Fix cart")
    answer = hub.post(push.body, push.headers(**{"X-Hub-Signature-256": signature(push.body, "")}))
    assert answer.status_code == 503
    assert "GITHUB_WEBHOOK_SECRET" in answer.json()["remedy"]
    assert hub.begun() == []


def test_refusals_are_logged_seldom_and_with_their_count(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    application = hub.application()

    async def knock() -> None:
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            for _ in range(50):
                await client.post(webhook.PATH, content=b"{}")

    with caplog.at_level(logging.WARNING, logger="bot.web.github_webhook"):
        asyncio.run(knock())
    assert [record.message for record in caplog.records] == ["webhook refused"]


def test_a_payload_of_25_mb_is_taken_and_one_byte_more_is_not(hub: Hub) -> None:
    push = hub.push("Large")
    plain = json.loads(push.body)
    plain["filling"] = ""
    plain["filling"] = "x" * (webhook.LARGEST_BODY - len(json.dumps(plain)))
    whole = json.dumps(plain).encode()
    assert len(whole) == webhook.LARGEST_BODY
    headers = push.headers(**{"X-Hub-Signature-256": signature(whole)})
    assert hub.post(whole, headers).json()["outcome"] == "began jobs"
    more = whole + b" "
    headers = push.headers(**{"X-Hub-Signature-256": signature(more)})
    assert refusal(hub.post(more, headers)) == (
        413,
        "The delivery is larger than 25 MB, which GitHub never sends.",
    )


def test_a_body_of_unsaid_length_is_read_no_further_than_25_mb(hub: Hub) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 2**20
            yield b"x" * 2**20

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(hub.application())
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            signed = {"X-Hub-Signature-256": signature(b"")}
            return await client.post(webhook.PATH, content=endless(), headers=signed)

    assert asyncio.run(send()).status_code == 413
    assert read <= webhook.LARGEST_BODY + 2 * 2**20


def test_a_sender_who_is_too_slow_is_not_waited_for(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "READ_SECONDS", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(hub.application())
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            signed = {"X-Hub-Signature-256": signature(b"")}
            return await client.post(webhook.PATH, content=slow(), headers=signed)

    assert asyncio.run(send()).status_code == 408


def test_a_delivery_in_a_form_is_taken_too(hub: Hub) -> None:
    push = as_form(hub.push("Fix cart"))
    headers = push.headers(**{"Content-Type": "application/x-www-form-urlencoded"})
    assert hub.post(push.body, headers).json()["outcome"] == "began jobs"


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"\xff\xfe", b"[" * 200_000, b'{"a": ' + b"9" * 5000 + b"}", b"payload=x"],
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_what_is_no_json_is_refused_with_what_to_choose(hub: Hub, body: bytes, kind: str) -> None:
    push = hub.push("Fix cart")
    headers = push.headers(**{"X-Hub-Signature-256": signature(body), "Content-Type": kind})
    answer = hub.post(body, headers)
    assert refusal(answer)[0] == 400
    assert "application/json" in answer.json()["remedy"]


@pytest.mark.parametrize("name", ["X-GitHub-Event", "X-GitHub-Delivery"])
def test_a_header_that_is_missing_is_named(hub: Hub, name: str) -> None:
    push = hub.push("Fix cart")
    assert refusal(hub.post(push.body, push.headers(**{name: ""}))) == (
        400,
        f"{name} is missing or not GitHub's.",
    )
    assert hub.begun() == []


def test_an_event_that_is_of_no_use_is_ignored_politely(hub: Hub) -> None:
    answer = hub.send(hub.delivery("star", action="created"))[0]
    assert (answer.status_code, answer.json()["status"]) == (202, "ignored")


def test_a_used_event_that_lacks_a_field_is_refused_and_logged_with_that(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    answer = hub.send(hub.delivery("push", ref="refs/heads/main"))[0]
    assert answer.status_code == 422
    (record,) = [one for one in caplog.records if one.message == "webhook malformed"]
    assert record.field == "before"  # type: ignore[attr-defined]


def test_while_the_database_is_away_github_is_told_so(hub: Hub, tmp_path: object) -> None:
    push = hub.push("Fix cart")
    there, hub.scene.world.store._engine = (
        hub.scene.world.store._engine,
        Store(f"sqlite:///{tmp_path}/none/none.db")._engine,
    )
    answer = hub.post(push.body, push.headers())
    hub.scene.world.store._engine = there
    assert refusal(answer) == (503, "The database does not answer.")


def test_only_deliveries_are_posted_there(hub: Hub) -> None:
    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(hub.application())
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            return await client.get(webhook.PATH)

    assert asyncio.run(get()).status_code == 405
