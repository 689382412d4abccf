"""What the page shows of one repository, all at once."""

from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment
from bot.local_github.webhooks.lines import Lines

_COMMITS = 6  # of a branch
_NEWEST = 10  # of deployments, releases and deliveries
_GREEN = {"success", "neutral", "skipped"}


def repositories(hub: Hub) -> list[Json]:
    """Return every repository, by name."""
    found = sorted(hub.repositories, key=lambda one: one.full_name)
    return [{"name": one.full_name, "private": one.private} for one in found]


def sight(hub: Hub, lines: Lines, repository: Repository) -> Json:
    """Return branches with their commits and checks, pull requests, deployments and so on."""
    return {
        "name": repository.full_name,
        "description": repository.description,
        "default_branch": repository.default_branch,
        "clone_url": f"{hub.urls.page(repository.full_name)}.git",
        "branches": _branches(repository),
        "pulls": _pulls(repository),
        "deployments": _deployments(repository),
        "releases": _releases(repository),
        "deliveries": _deliveries(lines, repository),
    }


def checks_of(repository: Repository, sha: str) -> list[Json]:
    """Return the newest status and check run of each name, in the order they first came."""
    found = {
        status.context: _check("status", status.context, status.state, status.target_url)
        for status in repository.statuses.get(sha, [])
    }
    for run in repository.runs_of(sha):
        found[run.name] = _check("run", run.name, run.conclusion or "pending", run.details_url)
    return list(found.values())


def _check(kind: str, name: str, said: str, url: str | None) -> Json:
    state = "green" if said in _GREEN else "waiting" if said == "pending" else "red"
    return {"kind": kind, "name": name, "state": state, "said": said, "url": url}


def _branches(repository: Repository) -> list[Json]:
    git = repository.git
    tips = git.refs("refs/heads/")
    names = sorted(name.removeprefix("refs/heads/") for name in tips)
    names.sort(key=lambda name: name != repository.default_branch)
    base = tips.get(f"refs/heads/{repository.default_branch}")
    return [
        {
            "name": name,
            "ahead": git.count(f"{base.commit}..refs/heads/{name}") if base else 0,
            "required": _required(repository, name),
            "commits": [
                {
                    "sha": one.sha,
                    "subject": one.message.partition("\n")[0],
                    "author": one.author.name,
                    "at": moment(one.author.at),
                    "checks": checks_of(repository, one.sha),
                }
                for one in git.log(f"refs/heads/{name}", limit=_COMMITS)
            ],
        }
        for name in names
    ]


def _required(repository: Repository, branch: str) -> list[str]:
    both = (repository.protections.get(branch), repository.rules.get(branch))
    return [context for one in both if one for context in one.contexts]


def _pulls(repository: Repository) -> list[Json]:
    newest = sorted(repository.pulls.values(), key=lambda pull: pull.number, reverse=True)
    return [
        {
            "number": pull.number,
            "title": pull.title,
            "author": pull.author,
            "state": "merged" if pull.merged_at else pull.state,
            "head": pull.head_ref,
            "base": pull.base_ref,
            "checks": checks_of(repository, pull.head_sha),
            "comments": [
                {"author": one.author, "body": one.body, "at": moment(one.updated_at)}
                for one in repository.comments.values()
                if one.number == pull.number
            ],
        }
        for pull in newest
    ]


def _deployments(repository: Repository) -> list[Json]:
    newest = sorted(repository.deployments.values(), key=lambda one: one.id, reverse=True)
    return [
        {
            "id": one.id,
            "environment": one.environment,
            "sha": one.sha,
            "ref": one.ref,
            "state": one.statuses[-1].state if one.statuses else "queued",
            "description": one.statuses[-1].description if one.statuses else one.description,
            "url": one.statuses[-1].environment_url if one.statuses else None,
            "log": one.statuses[-1].log_url if one.statuses else None,
            "at": moment(one.updated_at),
        }
        for one in newest[:_NEWEST]
    ]


def _releases(repository: Repository) -> list[Json]:
    newest = sorted(repository.releases.values(), key=lambda one: one.id, reverse=True)
    return [
        {"tag": one.tag, "name": one.name, "draft": one.draft, "at": moment(one.created_at)}
        for one in newest[:_NEWEST]
    ]


def _deliveries(lines: Lines, repository: Repository) -> list[Json]:
    own = [one for one in lines.deliveries() if one.repository == repository.id]
    return [
        {
            "id": one.id,
            "hook": one.hook.id,
            "event": f"{one.event} {one.action or ''}".strip(),
            "status": one.status,
            "code": one.status_code,
            "at": moment(one.delivered_at) if one.delivered_at else None,
        }
        for one in own[:_NEWEST]
    ]
