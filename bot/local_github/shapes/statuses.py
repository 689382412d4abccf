"""Commit statuses."""

from bot.local_github.hub import Hub
from bot.local_github.records import Status
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, node_id
from bot.local_github.shapes.people import user
from bot.local_github.shapes.repository import brief_repository


def simple_status(hub: Hub, repository: Repository, one: Status) -> Json:
    """Return a status as the combined status carries it."""
    return {
        "url": f"{hub.urls.repo(repository.full_name)}/statuses/{one.sha}",
        "avatar_url": user(hub, one.creator)["avatar_url"],
        "id": one.id,
        "node_id": node_id("StatusContext", one.id),
        "state": one.state,
        "description": one.description,
        "target_url": one.target_url,
        "context": one.context,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
    }


def status(hub: Hub, repository: Repository, one: Status) -> Json:
    """Return a status with who set it."""
    return simple_status(hub, repository, one) | {"creator": user(hub, one.creator)}


def combined_state(states: list[str]) -> str:
    """Return what GitHub makes of the newest status of each context; none is ``pending``."""
    if {"failure", "error"} & set(states):
        return "failure"
    return "pending" if "pending" in states or not states else "success"


def combined(hub: Hub, repository: Repository, sha: str, shown: list[Status]) -> Json:
    """Return the combined status of a commit, listing the statuses *shown*."""
    url = hub.urls.repo(repository.full_name)
    latest = repository.latest_statuses(sha)
    return {
        "state": combined_state([one.state for one in latest]),
        "statuses": [simple_status(hub, repository, one) for one in shown],
        "sha": sha,
        "total_count": len(latest),
        "repository": brief_repository(hub, repository),
        "commit_url": f"{url}/commits/{sha}",
        "url": f"{url}/commits/{sha}/status",
    }
