"""Whether the process lives, and whether it is ready."""

import asyncio
from collections.abc import Mapping

import httpx

from bot.web.app import Check, web_app


def ask(method: str, path: str, checks: Mapping[str, Check]) -> httpx.Response:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(web_app(checks))
        async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
            return await client.request(method, path)

    return asyncio.run(call())


def broken() -> str | None:
    raise ZeroDivisionError


def test_a_process_that_answers_is_alive_though_its_database_is_not() -> None:
    assert ask("GET", "/healthz", {"database": lambda: "does not answer"}).status_code == 200


def test_it_is_ready_when_every_check_is_content() -> None:
    answer = ask("GET", "/readyz", {"database": lambda: None, "slack": lambda: None})
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "slack": "ok"})


def test_it_is_not_ready_while_a_check_complains_or_breaks() -> None:
    answer = ask("GET", "/readyz", {"slack": lambda: "no socket", "ticks": broken})
    assert (answer.status_code, answer.json()) == (503, {"slack": "no socket", "ticks": "broke"})


def test_without_signed_http_there_is_no_such_address() -> None:
    assert ask("POST", "/slack/events", {}).status_code == 404
