"""A person in a repository, for tests and the played demo: does what the page does."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import httpx

_TIMEOUT_SECONDS = 30.0
_MOST = 100  # of a list
_CI = "github-actions[bot]"

Json = dict[str, Any]


class Refused(Exception):
    """GitHub did not do it; the text says why."""


class Client:
    """Acts as one person in one repository, and meets no trouble that was ordered.

    Pushing is done with git. Answers are the JSON objects of GitHub's REST API.
    """

    def __init__(
        self, url: str, repository: str, operator_token: str, *, login: str = "ada"
    ) -> None:
        """*url* is that of the page; *repository* such as ``acme/shop``."""
        self.repository = repository
        self._login = login
        self._client = httpx.Client(
            base_url=f"{url}api/v3/",
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,
            follow_redirects=True,
            headers={"Authorization": f"token {operator_token}"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close kept connections."""
        self._client.close()

    def _ask(self, method: str, path: str, *, login: str | None = None, **facts: Any) -> Any:
        given = {name: value for name, value in facts.items() if value is not None}
        response = self._client.request(
            method,
            f"repos/{self.repository}/{path}".rstrip("/"),
            headers={"X-Act-As": login or self._login},
            params={**given, "per_page": _MOST} if method == "GET" else None,
            json=None if method == "GET" else given,
        )
        if response.is_error:
            body = response.json()
            raise Refused(f"{body['message']} {body.get('errors', '')}".strip())
        return response.json() if response.content else None

    def branches(self) -> dict[str, str]:
        """Return where each branch points."""
        return {one["name"]: one["commit"]["sha"] for one in self._ask("GET", "branches")}

    def commits(self, ref: str | None = None) -> list[Json]:
        """Return the newest commits of a branch, newest first."""
        found: list[Json] = self._ask("GET", "commits", sha=ref)
        return found

    def set_status(
        self,
        sha: str,
        context: str,
        state: str,
        description: str | None = None,
        target_url: str | None = None,
        *,
        login: str = _CI,
    ) -> Json:
        """Set a commit status: ``pending``, ``success``, ``failure`` or ``error``."""
        made: Json = self._ask(
            "POST",
            f"statuses/{sha}",
            login=login,
            state=state,
            context=context,
            description=description,
            target_url=target_url,
        )
        return made

    def statuses(self, sha: str) -> list[Json]:
        """Return all statuses of a commit, newest first."""
        found: list[Json] = self._ask("GET", f"commits/{sha}/statuses")
        return found

    def check_run(
        self,
        sha: str,
        name: str,
        conclusion: str | None = None,
        *,
        status: str = "in_progress",
        details_url: str | None = None,
    ) -> Json:
        """Make a check run of GitHub Actions; a *conclusion* completes it.

        One of that name that is still open on the commit is brought on instead.
        """
        facts = {"status": "completed" if conclusion else status, "conclusion": conclusion}
        for run in self.check_runs(sha):
            if run["name"] == name and run["status"] != "completed":
                path = f"check-runs/{run['id']}"
                brought: Json = self._ask("PATCH", path, login=_CI, **facts)
                return brought
        made: Json = self._ask(
            "POST",
            "check-runs",
            login=_CI,
            head_sha=sha,
            name=name,
            details_url=details_url,
            **facts,
        )
        return made

    def check_runs(self, sha: str) -> list[Json]:
        """Return the newest check run of each name on a commit."""
        found: list[Json] = self._ask("GET", f"commits/{sha}/check-runs")["check_runs"]
        return found

    def open_pull_request(
        self, head: str, base: str = "main", title: str | None = None, body: str | None = None
    ) -> Json:
        """Ask for a branch to be merged."""
        made: Json = self._ask(
            "POST", "pulls", head=head, base=base, title=title or f"Merge {head}", body=body
        )
        return made

    def pull_requests(self, state: str = "all") -> list[Json]:
        """Return pull requests, newest first."""
        found: list[Json] = self._ask("GET", "pulls", state=state)
        return found

    def merge(self, number: int, method: str = "merge") -> str:
        """Merge a pull request (``merge`` or ``squash``) and return the sha that came of it."""
        return str(self._ask("PUT", f"pulls/{number}/merge", merge_method=method)["sha"])

    def close_pull_request(self, number: int) -> None:
        """Close a pull request without merging it."""
        self._ask("PATCH", f"pulls/{number}", state="closed")

    def comment(self, number: int, body: str) -> Json:
        """Say something under a pull request."""
        made: Json = self._ask("POST", f"issues/{number}/comments", body=body)
        return made

    def comments(self, number: int) -> list[Json]:
        """Return what was said under a pull request, oldest first."""
        found: list[Json] = self._ask("GET", f"issues/{number}/comments")
        return found

    def deployments(self, environment: str | None = None) -> list[Json]:
        """Return deployments, newest first."""
        found: list[Json] = self._ask("GET", "deployments", environment=environment)
        return found

    def deployment_statuses(self, deployment_id: int) -> list[Json]:
        """Return the statuses of a deployment, newest first."""
        found: list[Json] = self._ask("GET", f"deployments/{deployment_id}/statuses")
        return found

    def deploy(self, ref: str, environment: str) -> int:
        """Ask for a deployment, whatever its checks say, and return its id."""
        made = self._ask(
            "POST",
            "deployments",
            ref=ref,
            environment=environment,
            auto_merge=False,
            required_contexts=[],
        )
        return int(made["id"])

    def set_deployment(self, deployment_id: int, state: str) -> None:
        """Show how a deployment stands."""
        self._ask("POST", f"deployments/{deployment_id}/statuses", state=state)

    def release(self, tag: str, target: str | None = None, **facts: Any) -> Json:
        """Publish a release; its tag is made where it is missing. *facts* as for GitHub."""
        made: Json = self._ask("POST", "releases", tag_name=tag, target_commitish=target, **facts)
        return made

    def add_hook(self, url: str, secret: str, events: Sequence[str] = ("*",)) -> int:
        """Let events be sent to *url*, signed with *secret*, and return the hook's id."""
        config = {"url": url, "content_type": "json", "secret": secret}
        return int(self._ask("POST", "hooks", config=config, events=list(events))["id"])

    def ping(self, hook_id: int) -> None:
        """Greet a hook once more."""
        self._ask("POST", f"hooks/{hook_id}/pings")

    def remove_hook(self, hook_id: int) -> None:
        """Send nothing to a hook any more."""
        self._ask("DELETE", f"hooks/{hook_id}")

    def deliveries(self, hook_id: int) -> list[Json]:
        """Return what was delivered to a hook, newest first."""
        found: list[Json] = self._ask("GET", f"hooks/{hook_id}/deliveries")
        return found

    def redeliver(self, hook_id: int, delivery_id: int) -> None:
        """Send one delivery again, under the same guid."""
        self._ask("POST", f"hooks/{hook_id}/deliveries/{delivery_id}/attempts")
