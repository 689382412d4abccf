"""Commits, in the forms of the REST API and of webhooks."""

from bot.local_github.git.commits import ChangedFile, Commit, Signature
from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, node_id
from bot.local_github.shapes.people import user

_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None}


def commit(hub: Hub, repository: Repository, sha: str) -> Json:
    """Return a commit as lists have it."""
    url = hub.urls.repo(repository.full_name)
    page = hub.urls.page(repository.full_name)
    facts = repository.git.commit(sha)
    return {
        "sha": sha,
        "node_id": node_id("Commit", f"{repository.id}:{sha}"),
        "commit": {
            "author": _signed(facts.author),
            "committer": _signed(facts.committer),
            "message": facts.message,
            "tree": {"sha": facts.tree, "url": f"{url}/git/trees/{facts.tree}"},
            "url": f"{url}/git/commits/{sha}",
            "comment_count": 0,
            "verification": _UNSIGNED | {"verified_at": None},
        },
        "url": f"{url}/commits/{sha}",
        "html_url": f"{page}/commit/{sha}",
        "comments_url": f"{url}/commits/{sha}/comments",
        "author": _account(hub, facts.author),
        "committer": _account(hub, facts.committer),
        "parents": [
            {
                "sha": parent,
                "url": f"{url}/commits/{parent}",
                "html_url": f"{page}/commit/{parent}",
            }
            for parent in facts.parents
        ],
    }


def hinted_commit(hub: Hub, repository: Repository, sha: str) -> Json:
    """Return a commit as a status event carries it."""
    drawn = commit(hub, repository, sha)
    drawn["commit"]["verification"] = dict(_UNSIGNED)
    return drawn


def whole_commit(hub: Hub, repository: Repository, sha: str) -> Json:
    """Return a commit with what it changed, as ``GET …/commits/{ref}`` answers."""
    changed = repository.git.files(sha)
    additions = sum(file.additions for file in changed)
    deletions = sum(file.deletions for file in changed)
    return commit(hub, repository, sha) | {
        "stats": {"total": additions + deletions, "additions": additions, "deletions": deletions},
        "files": [changed_file(hub, repository, sha, file) for file in changed],
    }


def changed_file(hub: Hub, repository: Repository, sha: str, file: ChangedFile) -> Json:
    """Return one file that a commit or a comparison changed."""
    page = hub.urls.page(repository.full_name)
    return {
        "sha": file.blob,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{page}/blob/{sha}/{file.path}",
        "raw_url": f"{page}/raw/{sha}/{file.path}",
        "contents_url": (f"{hub.urls.repo(repository.full_name)}/contents/{file.path}?ref={sha}"),
    }


def simple_commit(facts: Commit) -> Json:
    """Return a commit as check suites carry it."""
    return {
        "id": facts.sha,
        "tree_id": facts.tree,
        "message": facts.message,
        "timestamp": moment(facts.author.at),
        "author": {"name": facts.author.name, "email": facts.author.email},
        "committer": {"name": facts.committer.name, "email": facts.committer.email},
    }


def pushed_commit(hub: Hub, repository: Repository, sha: str, *, distinct: bool) -> Json:
    """Return a commit as a push event carries it."""
    facts = repository.git.commit(sha)
    changed = repository.git.files(sha)
    return simple_commit(facts) | {
        "distinct": distinct,
        "url": f"{hub.urls.page(repository.full_name)}/commit/{sha}",
        "author": _named(hub, facts.author),
        "committer": _named(hub, facts.committer),
        "added": [file.path for file in changed if file.status == "added"],
        "removed": [file.path for file in changed if file.status == "removed"],
        "modified": [file.path for file in changed if file.status == "modified"],
    }


def _signed(signature: Signature) -> Json:
    return {"name": signature.name, "email": signature.email, "date": moment(signature.at)}


def _account(hub: Hub, signature: Signature) -> Json | None:
    person = hub.people.by_email(signature.email)
    return user(hub, person.login) if person else None


def _named(hub: Hub, signature: Signature) -> Json:
    person = hub.people.by_email(signature.email)
    named = {"name": signature.name, "email": signature.email}
    return named | ({"username": person.login} if person else {})
