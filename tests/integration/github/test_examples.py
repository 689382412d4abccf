"""The real payloads that GitHub publishes, each sent signed."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import httpx

from bot.web.github_webhook import PATH
from storage import apps
from tests.integration.github.hub import Hub, signature
from tests.services.octokit import Json
from tests.worlds import app_named

USED = (
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
)

Answers = Mapping[str, Sequence[httpx.Response]]


def test_every_example_is_answered_and_each_event_that_is_used_is_understood(
    hub: Hub, webhook_examples: Mapping[str, Sequence[Json]]
) -> None:
    watch_hello_world(hub)
    answers = asyncio.run(all_sent(hub, webhook_examples))
    assert set(USED) <= set(answers)
    for event, given in answers.items():
        expected = "accepted" if event in USED else "ignored"
        assert {(one.status_code, one.json()["status"]) for one in given} == {(202, expected)}
    assert sum(len(given) for given in answers.values()) > 250
    pushes = {one.json()["outcome"] for one in answers["push"]}
    assert pushes == {"the repository is looked at"}
    assert hub.begun() == []


def watch_hello_world(hub: Hub) -> None:
    """Watch the repository that the examples are about."""
    clock = hub.scene.clock
    app = replace(app_named("hello", clock), repo="https://git.example/Codertocat/Hello-World.git")
    with hub.scene.store.write() as transaction:
        apps.add(transaction, app)
    hub.begin_with(name="hello", app="hello", on={"push": "*", "tag": "*", "release": "*"})


async def all_sent(hub: Hub, examples: Mapping[str, Sequence[Json]]) -> Answers:
    transport = httpx.ASGITransport(hub.application())
    answers: dict[str, list[httpx.Response]] = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        for event, payloads in examples.items():
            for number, payload in enumerate(payloads):
                body = json.dumps(payload).encode()
                headers = {
                    "X-GitHub-Event": event,
                    "X-GitHub-Delivery": f"{event.replace('_', '-')}-{number}",
                    "X-Hub-Signature-256": signature(body),
                }
                answer = await client.post(PATH, content=body, headers=headers)
                answers.setdefault(event, []).append(answer)
    return answers
