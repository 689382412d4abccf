"""Commits, comparisons, and the pull requests of a commit."""

from datetime import datetime

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.errors import ApiError, no_commit, not_found
from bot.local_github.api.paging import links, listed, page_of
from bot.local_github.records import Pull
from bot.local_github.shapes.commits import changed_file, commit, whole_commit
from bot.local_github.shapes.pulls import pull_request

_REPO = "/repos/{owner}/{repo}"
_MOST_FILES = 300
_USUAL_COMMITS = 250  # of a comparison whose pages were not asked for


def _commits(call: Call) -> Answer:
    if not call.repository.seen:
        raise ApiError(409, "Git Repository is empty.")
    name = call.query.get("sha") or call.repository.default_branch
    start = call.resolve(name)
    if start is None:
        raise not_found()
    narrowed = [start, *_narrowing(call)]
    path = call.query.get("path")
    if path:
        narrowed += ["--", path]
    page = page_of(call)
    git = call.repository.git
    found = git.log(*narrowed, limit=page.size, skip=page.start)
    body = [commit(call.hub, call.repository, one.sha) for one in found]
    return Answer(body=body, headers=links(call, page, git.count(*narrowed)))


def _narrowing(call: Call) -> list[str]:
    narrowed = []
    for name in ("since", "until"):
        if given := call.query.get(name):
            try:
                narrowed.append(f"--{name}={int(datetime.fromisoformat(given).timestamp())}")
            except ValueError as error:
                raise not_found() from error
    if author := call.query.get("author"):
        person = call.hub.people.find(author)
        narrowed += ["--fixed-strings", f"--author={person.email if person else author}"]
    return narrowed


def _commit(call: Call) -> Answer:
    sha = call.commit(call.parameters["ref"])
    return Answer(body=whole_commit(call.hub, call.repository, sha))


def _compare(call: Call) -> Answer:
    base_name, found, head_name = call.parameters["basehead"].partition("...")
    base, head = (call.resolve(_own(call, name)) for name in (base_name, head_name))
    if not found or base is None or head is None:
        raise not_found()
    git = call.repository.git
    distance = git.distance(base, head)
    if distance.merge_base is None:
        raise not_found(f"No common ancestor between {base_name} and {head_name}.")
    page = page_of(call)
    asked = {"page", "per_page"} & call.query.keys()
    size = page.size if asked else _USUAL_COMMITS
    shas = [one.sha for one in reversed(git.log(f"{base}..{head}"))]
    url = call.hub.urls.repo(call.repository.full_name)
    compared = f"{call.hub.urls.page(call.repository.full_name)}/compare/{base_name}...{head_name}"
    start = page.start if asked else 0
    files = git.files(head, distance.merge_base) if page.number == 1 else ()
    body = {
        "url": f"{url}/compare/{base_name}...{head_name}",
        "html_url": compared,
        "permalink_url": compared,
        "diff_url": f"{compared}.diff",
        "patch_url": f"{compared}.patch",
        "base_commit": commit(call.hub, call.repository, base),
        "merge_base_commit": commit(call.hub, call.repository, distance.merge_base),
        "status": distance.status,
        "ahead_by": distance.ahead,
        "behind_by": distance.behind,
        "total_commits": distance.ahead,
        "commits": [commit(call.hub, call.repository, sha) for sha in shas[start : start + size]],
        "files": [
            changed_file(call.hub, call.repository, head, file) for file in files[:_MOST_FILES]
        ],
    }
    return Answer(body=body, headers=links(call, page, len(shas)) if asked else {})


def _own(call: Call, name: str) -> str:
    """Return a ref without the owner that GitHub lets one put before it."""
    return name.removeprefix(f"{call.repository.owner}:")


def _pulls(call: Call) -> Answer:
    sha = call.resolve(call.parameters["commit_sha"])
    if sha is None:
        raise no_commit(call.parameters["commit_sha"])
    found = [pull for pull in call.repository.pulls.values() if _holds(call, pull, sha)]
    return listed(call, found, lambda pull: pull_request(call.hub, call.repository, pull))


def _holds(call: Call, pull: Pull, sha: str) -> bool:
    """Whether a pull request brings, or brought, a commit."""
    git = call.repository.git
    if pull.merge_commit == sha:
        return True
    if pull.state != "open" and pull.merged_at is None:
        return False
    return git.is_ancestor(sha, pull.head_sha) and not git.is_ancestor(sha, pull.base_sha)


ENDPOINTS = (
    Endpoint(method="GET", path=f"{_REPO}/commits", answer=_commits, permission="contents"),
    Endpoint(
        method="GET",
        path=f"{_REPO}/compare/{{basehead}}",
        answer=_compare,
        permission="contents",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/commits/{{commit_sha}}/pulls",
        answer=_pulls,
        permission="pull_requests",
    ),
    Endpoint(method="GET", path=f"{_REPO}/commits/{{ref}}", answer=_commit, permission="contents"),
)
