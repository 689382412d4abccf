"""Repositories."""

from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, node_id
from bot.local_github.shapes.people import user

_TEMPLATES = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def brief_repository(hub: Hub, repository: Repository) -> Json:
    """Return what other objects carry of it."""
    url = hub.urls.repo(repository.full_name)
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": user(hub, repository.owner),
        "html_url": hub.urls.page(repository.full_name),
        "description": repository.description,
        "fork": False,
        "url": url,
    } | {name: url + rest for name, rest in _TEMPLATES.items()}


def repository(hub: Hub, one: Repository) -> Json:
    """Return all of it, as lists and webhooks have it."""
    page = hub.urls.page(one.full_name)
    host = page.partition("://")[2]
    open_pulls = sum(pull.state == "open" for pull in one.pulls.values())
    return brief_repository(hub, one) | {
        "created_at": moment(one.created_at),
        "updated_at": moment(one.pushed_at),
        "pushed_at": moment(one.pushed_at),
        "git_url": f"git://{host}.git",
        "ssh_url": f"ssh://git@{host}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "size": 1,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": True,
        "has_projects": False,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 0,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": open_pulls,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if one.private else "public",
        "forks": 0,
        "open_issues": open_pulls,
        "watchers": 0,
        "default_branch": one.default_branch,
        "custom_properties": {},
    }


def full_repository(hub: Hub, one: Repository) -> Json:
    """Return all of it, as ``GET /repos/{owner}/{repo}`` answers."""
    return repository(hub, one) | {
        "network_count": 0,
        "subscribers_count": 0,
        "allow_squash_merge": True,
        "allow_merge_commit": True,
        "allow_rebase_merge": False,
        "allow_auto_merge": False,
        "delete_branch_on_merge": False,
    }
