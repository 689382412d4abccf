"""The routes and answers are those that GitHub describes."""

import time
from collections.abc import Mapping
from typing import Any

import httpx
import jwt
import pytest

from bot.local_github.api.endpoints import ENDPOINTS
from bot.local_github.api.routing import Router
from bot.local_github.running import RunningGitHub
from bot.local_github.settings import AppSpec
from tests.integration.local_github.conftest import Checkout
from tests.integration.local_github.description import Description
from tests.integration.local_github.receiver import Receiver

ROUTER = Router(ENDPOINTS)
# PyGithub asks here for what the description has as commits/{ref}/statuses
UNDESCRIBED = {("GET", "/repos/{owner}/{repo}/statuses/{sha}")}


@pytest.fixture(scope="module")
def described(rest_description: dict[str, Any]) -> Description:
    return Description(rest_description)


def test_every_route_is_one_of_github(described: Description) -> None:
    served = {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS} - UNDESCRIBED

    assert [route for route in sorted(served) if not described.has(*route)] == []


class Conversation:
    """Asks, and checks each answer against the description."""

    def __init__(self, local: RunningGitHub, described: Description, token: str) -> None:
        self._described = described
        self._http = httpx.Client(
            base_url=local.api_url, headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )
        self.used: set[tuple[str, str]] = set()
        self.faults: list[str] = []

    def as_operator(self, login: str) -> None:
        self._http.headers["Authorization"] = "token gho_localOperator"
        self._http.headers["X-Act-As"] = login

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        response = self._http.request(method, path, json=body)
        assert response.is_success, f"{method} {path}: {response.text}"
        found = ROUTER.find(method, path.partition("?")[0])
        assert found
        template = found[0].path
        answer = response.json() if response.content else None
        if (method, template) in UNDESCRIBED:
            template = "/repos/{owner}/{repo}/commits/{ref}/statuses"
        else:
            self.used.add((method, template))
        said = self._described.faults_of_answer(method, template, response.status_code, answer)
        self.faults += [f"{method} {template} {fault}" for fault in said]
        return answer


def _signature(app: AppSpec, app_key: str) -> str:
    now = int(time.time())
    return jwt.encode({"iat": now, "exp": now + 60, "iss": str(app.id)}, app_key, "RS256")


def test_every_answer_is_of_the_form_that_github_describes(
    local: RunningGitHub,
    shop: Checkout,
    described: Description,
    receiver: Receiver,
    app: AppSpec,
    app_key: str,
) -> None:
    talk = Conversation(local, described, _signature(app, app_key))
    _apps(talk, shop, app)
    talk.as_operator("ada")
    sha = shop.branch("topic", "Sell hats")
    shop.git("tag", "-a", "v1", "-m", "The first", sha)
    shop.push("v1")
    local.controls.protect(shop.name, "main", ["ci/test"])
    local.controls.require(shop.name, "main", ["ci/test"])
    repo = f"/repos/{shop.name}"
    _reading(talk, repo, sha, shop.git("rev-parse", "v1"))
    number = _pulls(talk, repo)
    _comments(talk, repo, number)
    _statuses(talk, repo, sha)
    _checks(talk, repo, sha)
    _deployments(talk, repo)
    talk.ask("PUT", f"{repo}/pulls/{number}/merge", {})
    talk.ask("GET", f"{repo}/commits/{sha}/pulls")
    _releases(talk, repo)
    _hooks(talk, local, repo, receiver)

    assert not talk.faults, "\n".join(talk.faults)
    assert {(one.method, one.path) for one in ENDPOINTS} - UNDESCRIBED - talk.used == set()


def _apps(talk: Conversation, shop: Checkout, app: AppSpec) -> None:
    for path in ("/app", "/app/installations", f"/app/installations/{app.installation_id}"):
        talk.ask("GET", path)
    # of this one the description asks that the account be a user and an enterprise at once
    talk.faults = [one for one in talk.faults if "/app/installations /0/account" not in one]
    talk.ask("GET", f"/repos/{shop.name}/installation")
    made = talk.ask("POST", f"/app/installations/{app.installation_id}/access_tokens")
    talk._http.headers["Authorization"] = f"token {made['token']}"
    talk.ask("GET", "/installation/repositories")


def _reading(talk: Conversation, repo: str, sha: str, tag: str) -> None:
    for path in ("/user", "/users/grace", "/user/repos", "/rate_limit", "/meta"):
        talk.ask("GET", path)
    for path in (
        "",
        "/branches",
        "/branches/topic",
        "/branches/main/protection",
        "/rules/branches/main",
        "/branches/main/protection/required_status_checks",
        "/git/matching-refs/heads",
        "/git/matching-refs/tags",
        "/git/ref/heads/main",
        f"/git/tags/{tag}",
        "/tags",
        "/commits",
        f"/commits/{sha}",
        f"/compare/main...{sha}",
    ):
        talk.ask("GET", repo + path)


def _pulls(talk: Conversation, repo: str) -> int:
    made = talk.ask("POST", f"{repo}/pulls", {"head": "topic", "base": "main", "title": "Hats"})
    number = int(made["number"])
    talk.ask("GET", f"{repo}/pulls")
    talk.ask("GET", f"{repo}/pulls/{number}")
    talk.ask("PATCH", f"{repo}/pulls/{number}", {"title": "More hats"})
    return number


def _comments(talk: Conversation, repo: str, number: int) -> None:
    made = talk.ask("POST", f"{repo}/issues/{number}/comments", {"body": "Live on staging"})
    talk.ask("PATCH", f"{repo}/issues/comments/{made['id']}", {"body": "Live everywhere"})
    talk.ask("GET", f"{repo}/issues/comments/{made['id']}")
    talk.ask("GET", f"{repo}/issues/{number}/comments")


def _statuses(talk: Conversation, repo: str, sha: str) -> None:
    body = {"state": "success", "context": "ci/test", "target_url": "http://ci.example.com/1"}
    talk.ask("POST", f"{repo}/statuses/{sha}", body)
    talk.ask("GET", f"{repo}/statuses/{sha}")
    talk.ask("GET", f"{repo}/commits/{sha}/statuses")
    talk.ask("GET", f"{repo}/commits/{sha}/status")


def _checks(talk: Conversation, repo: str, sha: str) -> None:
    talk.as_operator("github-actions[bot]")
    made = talk.ask("POST", f"{repo}/check-runs", {"name": "test", "head_sha": sha})
    output = {"title": "All well", "summary": "12 passed"}
    talk.ask(
        "PATCH", f"{repo}/check-runs/{made['id']}", {"conclusion": "success", "output": output}
    )
    talk.ask("GET", f"{repo}/check-runs/{made['id']}")
    talk.ask("GET", f"{repo}/commits/{sha}/check-runs")
    talk.ask("GET", f"{repo}/commits/{sha}/check-suites")
    talk.as_operator("ada")


def _deployments(talk: Conversation, repo: str) -> None:
    body = {"ref": "main", "environment": "staging", "payload": {"job": "J1"}}
    made = talk.ask("POST", f"{repo}/deployments", body)
    talk.ask("GET", f"{repo}/deployments")
    talk.ask("GET", f"{repo}/deployments/{made['id']}")
    state = {"state": "success", "environment_url": "http://shop.example.com"}
    talk.ask("POST", f"{repo}/deployments/{made['id']}/statuses", state)
    talk.ask("GET", f"{repo}/deployments/{made['id']}/statuses")


def _releases(talk: Conversation, repo: str) -> None:
    made = talk.ask("POST", f"{repo}/releases", {"tag_name": "v2", "name": "Two", "body": "Hats"})
    talk.ask("GET", f"{repo}/releases")
    talk.ask("GET", f"{repo}/releases/latest")
    talk.ask("GET", f"{repo}/releases/tags/v2")
    talk.ask("GET", f"{repo}/releases/{made['id']}")


def _hooks(talk: Conversation, local: RunningGitHub, repo: str, receiver: Receiver) -> None:
    config = {"url": receiver.url, "content_type": "json", "secret": "x"}
    hook = talk.ask("POST", f"{repo}/hooks", {"config": config, "events": ["push"]})
    path = f"{repo}/hooks/{hook['id']}"
    local.controls.settle()
    talk.ask("GET", f"{repo}/hooks")
    talk.ask("GET", path)
    talk.ask("PATCH", path, {"events": ["push", "status"]})
    talk.ask("POST", f"{path}/pings")
    local.controls.settle()
    (_, delivery) = talk.ask("GET", f"{path}/deliveries")
    talk.ask("GET", f"{path}/deliveries/{delivery['id']}")
    talk.ask("POST", f"{path}/deliveries/{delivery['id']}/attempts")
    talk.ask("DELETE", path)
