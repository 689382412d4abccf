"""Shows people on GitHub what became of a commit: statuses, deployments and comments."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from engine.adapters.github.client import Client
from engine.adapters.github.refusals import Purpose
from engine.ports.forge import DeploymentState, StatusState

DESCRIPTION_LENGTH = 140  # GitHub takes no longer one
KEY = "rackhand"  # of a deployment's payload


def status(
    client: Client,
    repo: str,
    sha: str,
    *,
    context: str,
    state: StatusState,
    description: str,
    url: str | None,
) -> None:
    """Show a commit status; the newest of a context is the one that counts."""
    purpose = Purpose(doing="show a status on", what=f"commit {sha[:7]} of {repo}")
    body = {"state": state.value, "context": context, "description": _short(description)}
    client.send("POST", repo, f"/statuses/{sha}", _with(body, target_url=url), purpose)


def deployment(
    client: Client, repo: str, sha: str, *, environment: str, description: str, key: str
) -> str:
    """Find the deployment that has *key* in its payload, or make it; return its id."""
    purpose = Purpose(doing="show a deployment of", what=f"commit {sha[:7]} of {repo}")
    theirs = {"sha": sha, "environment": environment}
    for page in client.pages(repo, "/deployments", purpose, parameters=theirs):
        for one in page:
            if _key_of(one["payload"]) == key:
                return str(one["id"])
    body = {
        "ref": sha,
        "auto_merge": False,
        "required_contexts": [],  # the workflow waited for what it wants
        "payload": {KEY: key},
        "environment": environment,
        "description": _short(description),
    }
    return str(client.send("POST", repo, "/deployments", body, purpose)["id"])


def deployment_state(
    client: Client,
    repo: str,
    deployment_id: str,
    *,
    state: DeploymentState,
    description: str,
    environment_url: str | None,
    log_url: str | None,
) -> None:
    """Add a state to a deployment; the newest is the one that counts."""
    purpose = Purpose(doing="show the state of", what=f"deployment {deployment_id} of {repo}")
    # Of a repository with several apps GitHub would take those of the others for over as well.
    body = {"state": state.value, "description": _short(description), "auto_inactive": False}
    path = f"/deployments/{deployment_id}/statuses"
    client.send(
        "POST", repo, path, _with(body, environment_url=environment_url, log_url=log_url), purpose
    )


def comment(client: Client, repo: str, number: int, *, text: str, key: str) -> None:
    """Write a comment, or edit the one that begins with the hidden mark of *key*."""
    purpose = Purpose(doing="comment on", what=f"pull request {number} of {repo}")
    mark = f"<!-- {KEY}:{key} -->"
    body = {"body": f"{mark}\n{text}"}
    for one in _comments(client, repo, number, purpose):
        if (one.get("body") or "").startswith(mark):
            if one["body"] != body["body"]:
                client.send("PATCH", repo, f"/issues/comments/{one['id']}", body, purpose)
            return
    client.send("POST", repo, f"/issues/{number}/comments", body, purpose)


def _comments(
    client: Client, repo: str, number: int, purpose: Purpose
) -> Iterator[Mapping[str, Any]]:
    for page in client.pages(repo, f"/issues/{number}/comments", purpose):
        yield from page


def _key_of(payload: Any) -> str | None:
    """Return our key of a payload, which GitHub gives back as text where it was made so."""
    if isinstance(payload, str):
        try:
            payload = json.loads(payload)
        except ValueError:
            return None
    return payload.get(KEY) if isinstance(payload, Mapping) else None


def _short(text: str) -> str:
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return f"{text[: DESCRIPTION_LENGTH - 1].rstrip()}…"


def _with(body: Mapping[str, Any], **more: str | None) -> dict[str, Any]:
    """Add what there is: GitHub takes no null for an address."""
    return {**body, **{name: value for name, value in more.items() if value}}
