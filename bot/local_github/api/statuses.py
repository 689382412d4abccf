"""Commit statuses."""

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import choice, optional_text
from bot.local_github.api.errors import invalid
from bot.local_github.api.paging import links, listed, page_of
from bot.local_github.records import Status
from bot.local_github.shapes.statuses import combined, status

_REPO = "/repos/{owner}/{repo}"
_STATES = ("error", "failure", "pending", "success")
_LONGEST_DESCRIPTION = 140
_LONGEST_CONTEXT = 255
_MOST = 1000  # of one context on one commit


def _create(call: Call) -> Answer:
    state = choice(call.body, "state", _STATES)
    description = optional_text(call.body, "description")
    context = optional_text(call.body, "context") or "default"
    target = optional_text(call.body, "target_url")
    sha = call.commit(call.parameters["sha"])
    _check(description, context, target)
    repository = call.repository
    if sum(one.context == context for one in repository.statuses[sha]) >= _MOST:
        message = "This SHA and context has reached the maximum number of statuses."
        raise invalid("Status", "custom", message=message)
    made = Status(
        id=call.hub.next_id(),
        sha=sha,
        state=state,
        context=context,
        description=description,
        target_url=target,
        creator=call.login,
        created_at=call.hub.now(),
    )
    repository.statuses[sha].append(made)
    call.events.status(repository, made)
    return Answer(body=status(call.hub, repository, made), status=201)


def _check(description: str | None, context: str, target: str | None) -> None:
    if len(description or "") > _LONGEST_DESCRIPTION:
        message = f"description is too long (maximum is {_LONGEST_DESCRIPTION} characters)"
        raise invalid("Status", "custom", "description", message)
    if len(context) > _LONGEST_CONTEXT:
        message = f"context is too long (maximum is {_LONGEST_CONTEXT} characters)"
        raise invalid("Status", "custom", "context", message)
    if target and not target.startswith(("http://", "https://")):
        message = "target_url must use http(s) scheme"
        raise invalid("Status", "custom", "target_url", message)


def _list(call: Call) -> Answer:
    sha = call.commit(call.parameters.get("ref") or call.parameters["sha"])
    newest_first = list(reversed(call.repository.statuses.get(sha, [])))
    return listed(call, newest_first, lambda one: status(call.hub, call.repository, one))


def _combined(call: Call) -> Answer:
    sha = call.commit(call.parameters["ref"])
    page = page_of(call)
    latest = call.repository.latest_statuses(sha)
    shown = latest[page.start : page.start + page.size]
    body = combined(call.hub, call.repository, sha, shown)
    return Answer(body=body, headers=links(call, page, len(latest)))


_SCOPES = ("repo:status",)
ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{_REPO}/statuses/{{sha}}",
        answer=_create,
        permission="statuses",
        level="write",
        scopes=_SCOPES,
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/commits/{{ref}}/statuses",
        answer=_list,
        permission="statuses",
        scopes=_SCOPES,
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/statuses/{{sha}}",
        answer=_list,
        permission="statuses",
        scopes=_SCOPES,
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/commits/{{ref}}/status",
        answer=_combined,
        permission="statuses",
        scopes=_SCOPES,
    ),
)
