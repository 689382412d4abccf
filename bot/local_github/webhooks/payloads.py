"""Payloads of the events that git and commit statuses cause, without repository and sender."""

from bot.local_github.git.changes import Change
from bot.local_github.hub import Hub
from bot.local_github.records import Status
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment
from bot.local_github.shapes.commits import hinted_commit, pushed_commit
from bot.local_github.shapes.people import user
from bot.local_github.shapes.repository import repository as draw_repository

_MOST_BRANCHES = 10
_MOST_COMMITS = 2048  # that a push event names
_ABSENT = "0" * 40
_SHORT = 12


def push(hub: Hub, repository: Repository, change: Change, pusher: str) -> Json:
    """A branch or tag was moved, made or removed."""
    git = repository.git
    page = hub.urls.page(repository.full_name)
    person = hub.people.get(pusher)
    commits: list[Json] = []
    head: Json | None = None
    if change.after:
        head = pushed_commit(hub, repository, change.after.commit, distinct=True)
        if change.is_branch:
            commits = _new_commits(hub, repository, change)
    return {
        "ref": change.ref,
        "before": change.before.sha if change.before else _ABSENT,
        "after": change.after.sha if change.after else _ABSENT,
        "created": change.before is None,
        "deleted": change.after is None,
        "forced": bool(
            change.before
            and change.after
            and not git.is_ancestor(change.before.commit, change.after.commit)
        ),
        "base_ref": None,
        "compare": _compare(page, change),
        "commits": commits,
        "head_commit": head,
        "pusher": {"name": person.login, "email": person.email},
        "repository": _pushed_repository(hub, repository),
    }


def _new_commits(hub: Hub, repository: Repository, change: Change) -> list[Json]:
    assert change.after is not None
    git = repository.git
    known = [tip.commit for name, tip in change.others.items() if name.startswith("refs/heads/")]
    without = [change.before.commit] if change.before else known
    revisions = [change.after.commit, *(f"^{sha}" for sha in without)]
    news = git.log(*revisions, limit=_MOST_COMMITS)
    distinct = {one.sha for one in news}
    if change.before and known:
        fresh = git.log(*revisions, *(f"^{sha}" for sha in known), limit=_MOST_COMMITS)
        distinct = {one.sha for one in fresh}
    return [
        pushed_commit(hub, repository, one.sha, distinct=one.sha in distinct)
        for one in reversed(news)
    ]


def _compare(page: str, change: Change) -> str:
    if change.before and change.after:
        return f"{page}/compare/{change.before.sha[:_SHORT]}...{change.after.sha[:_SHORT]}"
    if change.after and change.is_branch:
        return f"{page}/commit/{change.after.sha[:_SHORT]}"
    return f"{page}/compare/{change.name}"


def _pushed_repository(hub: Hub, repository: Repository) -> Json:
    """Return the repository as push events have it: times as seconds, the owner's e-mail."""
    owner = hub.people.get(repository.owner)
    return draw_repository(hub, repository) | {
        "created_at": int(repository.created_at.timestamp()),
        "pushed_at": int(repository.pushed_at.timestamp()),
        "owner": user(hub, repository.owner) | {"name": owner.login, "email": owner.email},
        "stargazers": 0,
        "master_branch": repository.default_branch,
    }


def created(repository: Repository, change: Change) -> Json:
    """A branch or tag was made."""
    return {
        "ref": change.name,
        "ref_type": "branch" if change.is_branch else "tag",
        "master_branch": repository.default_branch,
        "description": repository.description,
        "pusher_type": "user",
    }


def deleted(change: Change) -> Json:
    """A branch or tag was removed."""
    return {
        "ref": change.name,
        "ref_type": "branch" if change.is_branch else "tag",
        "pusher_type": "user",
    }


def status(hub: Hub, repository: Repository, one: Status) -> Json:
    """A commit status was set."""
    git = repository.git
    url = hub.urls.repo(repository.full_name)
    branches = [
        {
            "name": name.removeprefix("refs/heads/"),
            "commit": {"sha": tip.sha, "url": f"{url}/commits/{tip.sha}"},
            "protected": name.removeprefix("refs/heads/") in repository.protections,
        }
        for name, tip in git.refs("refs/heads/").items()
        if git.is_ancestor(one.sha, tip.sha)
    ]
    return {
        "id": one.id,
        "sha": one.sha,
        "name": repository.full_name,
        "avatar_url": user(hub, one.creator)["avatar_url"],
        "target_url": one.target_url,
        "context": one.context,
        "description": one.description,
        "state": one.state,
        "commit": hinted_commit(hub, repository, one.sha),
        "branches": branches[:_MOST_BRANCHES],
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
    }
