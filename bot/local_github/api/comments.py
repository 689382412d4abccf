"""Comments on pull requests."""

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import text
from bot.local_github.api.errors import ApiError, invalid, not_found
from bot.local_github.api.paging import listed
from bot.local_github.api.pulls import found_pull
from bot.local_github.records import Comment
from bot.local_github.shapes.pulls import comment

_REPO = "/repos/{owner}/{repo}"
_LONGEST = 65_536


def _list(call: Call) -> Answer:
    number = found_pull(call, "issue_number").number
    found = [one for one in call.repository.comments.values() if one.number == number]
    return listed(call, found, lambda one: comment(call.hub, call.repository, one))


def _create(call: Call) -> Answer:
    pull = found_pull(call, "issue_number")
    now = call.hub.now()
    made = Comment(
        id=call.hub.next_id(),
        number=pull.number,
        body=_body(call),
        author=call.login,
        created_at=now,
        updated_at=now,
    )
    call.repository.comments[made.id] = made
    return Answer(body=comment(call.hub, call.repository, made), status=201)


def _body(call: Call) -> str:
    body = text(call.body, "body")
    if not body.strip():
        raise invalid("IssueComment", "missing_field", "body")
    if len(body) > _LONGEST:
        message = f"body is too long (maximum is {_LONGEST} characters)"
        raise invalid("IssueComment", "custom", "body", message)
    return body


def _found(call: Call) -> Comment:
    found = call.repository.comments.get(call.number("comment_id"))
    if found is None:
        raise not_found()
    return found


def _get(call: Call) -> Answer:
    return Answer(body=comment(call.hub, call.repository, _found(call)))


def _update(call: Call) -> Answer:
    found = _found(call)
    if found.author != call.login and not call.hub.people.get(call.login).is_admin:
        raise ApiError(403, "You cannot update this comment.")
    found.body = _body(call)
    found.updated_at = call.hub.now()
    return Answer(body=comment(call.hub, call.repository, found))


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{_REPO}/issues/comments/{{comment_id}}",
        answer=_get,
        permission="issues",
    ),
    Endpoint(
        method="PATCH",
        path=f"{_REPO}/issues/comments/{{comment_id}}",
        answer=_update,
        permission="issues",
        level="write",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/issues/{{issue_number}}/comments",
        answer=_list,
        permission="issues",
    ),
    Endpoint(
        method="POST",
        path=f"{_REPO}/issues/{{issue_number}}/comments",
        answer=_create,
        permission="issues",
        level="write",
    ),
)
