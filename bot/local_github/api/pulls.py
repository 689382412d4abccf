"""Pull requests: listing, opening, closing and merging them."""

from bot.local_github import pushes
from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import choice, optional_text, switch, text
from bot.local_github.api.errors import ApiError, invalid, not_found
from bot.local_github.api.paging import listed
from bot.local_github.git import writing
from bot.local_github.git.commits import Signature
from bot.local_github.records import Pull
from bot.local_github.shapes.pulls import pull_request, whole_pull_request

_REPO = "/repos/{owner}/{repo}"
_BRANCH = "refs/heads/"


def found_pull(call: Call, name: str = "pull_number") -> Pull:
    """Return the pull request that the path names; raises ``ApiError`` (404)."""
    pull = call.repository.pulls.get(call.number(name))
    if pull is None:
        raise not_found()
    return pull


def _list(call: Call) -> Answer:
    pulls = sorted(call.repository.pulls.values(), key=lambda pull: pull.number, reverse=True)
    state = call.query.get("state", "open")
    if state != "all":
        pulls = [pull for pull in pulls if pull.state == state]
    if base := call.query.get("base"):
        pulls = [pull for pull in pulls if pull.base_ref == base]
    if head := call.query.get("head"):
        owner = call.repository.owner
        pulls = [pull for pull in pulls if f"{owner}:{pull.head_ref}" == head]
    if call.query.get("direction") == "asc":
        pulls.reverse()
    return listed(call, pulls, lambda pull: pull_request(call.hub, call.repository, pull))


def _get(call: Call) -> Answer:
    return Answer(body=whole_pull_request(call.hub, call.repository, found_pull(call)))


def _create(call: Call) -> Answer:
    head = text(call.body, "head").removeprefix(f"{call.repository.owner}:")
    base = text(call.body, "base")
    title = text(call.body, "title")
    tips = call.repository.git.refs(_BRANCH)
    for field, name in (("head", head), ("base", base)):
        if _BRANCH + name not in tips:
            raise invalid("PullRequest", "invalid", field)
    pull = _opened(call, head, base, title)
    _check_new(call, pull)
    call.repository.last_number = pull.number
    call.repository.pulls[pull.number] = pull
    writing.move(call.repository.git, f"refs/pull/{pull.number}/head", pull.head_sha)
    call.events.pull_request(call.repository, pull, "opened", call.login)
    return Answer(body=whole_pull_request(call.hub, call.repository, pull), status=201)


def _opened(call: Call, head: str, base: str, title: str) -> Pull:
    tips = call.repository.git.refs(_BRANCH)
    now = call.hub.now()
    return Pull(
        id=call.hub.next_id(),
        number=call.repository.last_number + 1,
        title=title,
        body=optional_text(call.body, "body"),
        author=call.login,
        head_ref=head,
        head_sha=tips[_BRANCH + head].commit,
        base_ref=base,
        base_sha=tips[_BRANCH + base].commit,
        draft=switch(call.body, "draft", default=False),
        created_at=now,
        updated_at=now,
    )


def _check_new(call: Call, pull: Pull) -> None:
    git = call.repository.git
    if git.is_ancestor(pull.head_sha, pull.base_sha):
        message = f"No commits between {pull.base_ref} and {pull.head_ref}"
        raise invalid("PullRequest", "custom", message=message)
    for other in call.repository.pulls.values():
        ends = (other.head_ref, other.base_ref)
        if other.state == "open" and ends == (pull.head_ref, pull.base_ref):
            label = f"{call.repository.owner}:{pull.head_ref}"
            message = f"A pull request already exists for {label}."
            raise invalid("PullRequest", "custom", message=message)


def _update(call: Call) -> Answer:
    pull = found_pull(call)
    pull.title = optional_text(call.body, "title") or pull.title
    pull.body = optional_text(call.body, "body", pull.body)
    state = choice(call.body, "state", ("open", "closed"), pull.state)
    if state == "closed" and pull.state == "open":
        pushes.close(call.hub, call.events, call.repository, pull, call.login)
    elif state == "open" and pull.state == "closed":
        _reopen(call, pull)
    return Answer(body=whole_pull_request(call.hub, call.repository, pull))


def _reopen(call: Call, pull: Pull) -> None:
    tip = call.repository.git.refs(_BRANCH).get(_BRANCH + pull.head_ref)
    if pull.merged_at or tip is None:
        message = f"The {pull.head_ref} branch has been deleted or merged."
        raise invalid("PullRequest", "invalid", "state", message)
    pull.state, pull.closed_at = "open", None
    pull.head_sha = tip.commit
    call.events.pull_request(call.repository, pull, "reopened", call.login)


def _merge(call: Call) -> Answer:
    pull = found_pull(call)
    method = choice(call.body, "merge_method", ("merge", "squash", "rebase"), "merge")
    wanted = optional_text(call.body, "sha")
    if wanted and wanted != pull.head_sha:
        raise ApiError(409, "Head branch was modified. Review and try the merge again.")
    if pull.state != "open" or pull.draft:
        raise ApiError(405, "Pull Request is not mergeable")
    if method == "rebase":
        raise ApiError(405, "Rebase merges are not allowed on this repository.")
    sha = _merge_commit(call, pull, squash=method == "squash")
    repository = call.repository
    try:
        writing.move(repository.git, _BRANCH + pull.base_ref, sha, pull.base_sha)
    except writing.RefMoved as error:
        raise ApiError(409, "Base branch was modified. Review and try the merge again.") from error
    pushes.merged(call.hub, call.events, repository, pull, call.login, commit=sha)
    pushes.notice(call.hub, call.events, repository, call.login)
    return Answer(body={"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def _merge_commit(call: Call, pull: Pull, *, squash: bool) -> str:
    repository = call.repository
    person = call.hub.people.get(call.login)
    origin = f"{repository.owner}/{pull.head_ref}"
    title = optional_text(call.body, "commit_title") or (
        f"{pull.title} (#{pull.number})"
        if squash
        else f"Merge pull request #{pull.number} from {origin}"
    )
    message = optional_text(call.body, "commit_message")
    if message is None:
        message = (pull.body or "") if squash else pull.title
    by = Signature(name=person.name, email=person.email, at=call.hub.now())
    try:
        return writing.merge(
            repository.git,
            pull.base_sha,
            pull.head_sha,
            message=f"{title}\n\n{message}".strip(),
            by=by,
            squash=squash,
        )
    except writing.Conflict as error:
        raise ApiError(405, "Pull Request is not mergeable") from error


ENDPOINTS = (
    Endpoint(method="GET", path=f"{_REPO}/pulls", answer=_list, permission="pull_requests"),
    Endpoint(
        method="POST",
        path=f"{_REPO}/pulls",
        answer=_create,
        permission="pull_requests",
        level="write",
    ),
    Endpoint(
        method="PUT",
        path=f"{_REPO}/pulls/{{pull_number}}/merge",
        answer=_merge,
        permission="contents",
        level="write",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/pulls/{{pull_number}}",
        answer=_get,
        permission="pull_requests",
    ),
    Endpoint(
        method="PATCH",
        path=f"{_REPO}/pulls/{{pull_number}}",
        answer=_update,
        permission="pull_requests",
        level="write",
    ),
)
