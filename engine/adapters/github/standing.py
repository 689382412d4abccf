"""Who Rackhand is at GitHub, and what it lacks there: asked by ``rackhand check``."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.adapters.github.client import Client
from engine.adapters.github.refusals import Purpose

# What is asked of a GitHub App or fine-grained token. "checks" reads the runs of GitHub Actions.
PERMISSIONS: Mapping[str, str] = {
    "contents": "read",
    "checks": "read",
    "statuses": "write",
    "deployments": "write",
    "pull_requests": "write",
}
LEVELS = ("read", "write", "admin")
SCOPES = ("repo:status", "repo_deployment", "public_repo")  # together enough where all is public


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who asks, and what it lacks for all that Rackhand does."""

    who: str  # "App rackhand", "rackhand-bot"
    lacks: tuple[str, ...] = ()  # "statuses: write", "repo"
    known: bool = True  # False: GitHub tells no one what a fine-grained token may do


def at_github(client: Client) -> Standing:
    """Look at the token or the App itself. Raises as the port does."""
    if client.is_app:
        purpose = Purpose(doing="see", what="the GitHub App")
        app = client.ask_as_itself("/app", purpose).body
        return Standing(who=f"App {app['name']}", lacks=_lacking(app["permissions"]))
    answer = client.ask_as_itself("/user", Purpose(doing="see", what="whose the token is"))
    scopes = answer.headers.get("x-oauth-scopes")
    who = str(answer.body["login"])
    if scopes is None:
        return Standing(who=who, known=False)
    has = {word.strip() for word in scopes.split(",")}
    enough = "repo" in has or has.issuperset(SCOPES)
    return Standing(who=who, lacks=() if enough else ("repo",))


def in_repository(client: Client, repo: str) -> tuple[str, ...]:
    """Return what is lacking in one repository; an App's new permissions must be accepted there."""
    purpose = Purpose(doing="read", what=f"repository {repo}")
    if client.is_app:
        found = client.ask_as_itself(f"/repos/{repo}/installation", purpose).body
        return _lacking(found["permissions"])
    rights = client.get(repo, "", purpose).get("permissions")  # of some tokens it tells none
    may_push = rights is None or rights.get("push")
    return () if may_push else ("the right to push, which statuses need",)


def _lacking(granted: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        f"{name}: {level}"
        for name, level in PERMISSIONS.items()
        if name not in granted or LEVELS.index(granted[name]) < LEVELS.index(level)
    )
