"""Webhooks of a repository, and what was delivered to them."""

from typing import Any

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import mapping, optional_text, switch, text, texts
from bot.local_github.api.errors import ApiError, invalid, malformed, not_found
from bot.local_github.api.paging import listed
from bot.local_github.records import Hook
from bot.local_github.shapes.basics import Json, moment
from bot.local_github.shapes.hooks import hook
from bot.local_github.webhooks.delivery import Delivery

_REPO = "/repos/{owner}/{repo}"
_MOST = 20  # of a repository


def _list(call: Call) -> Answer:
    found = list(call.repository.hooks.values())
    return listed(call, found, lambda one: hook(call.hub, call.repository, one))


def _found(call: Call) -> Hook:
    found = call.repository.hooks.get(call.number("hook_id"))
    if found is None:
        raise not_found()
    return found


def _get(call: Call) -> Answer:
    return Answer(body=hook(call.hub, call.repository, _found(call)))


def _create(call: Call) -> Answer:
    if optional_text(call.body, "name") not in {None, "web"}:
        raise invalid("Hook", "invalid", "name")
    config = mapping(call.body, "config")
    now = call.hub.now()
    made = Hook(
        id=call.hub.next_id(),
        url=text(config, "url"),
        secret=optional_text(config, "secret"),
        content_type=_content_type(config),
        events=tuple(texts(call.body, "events") or ["push"]),
        active=switch(call.body, "active", default=True),
        created_at=now,
        updated_at=now,
    )
    _check(call, made)
    call.repository.hooks[made.id] = made
    call.events.ping(call.repository, made, call.login)
    return Answer(body=hook(call.hub, call.repository, made), status=201)


def _content_type(config: Json) -> str:
    given = optional_text(config, "content_type") or "form"
    if given not in {"json", "form"}:
        raise malformed(f'For \'properties/content_type\', "{given}" is not "json" or "form".')
    return given


def _check(call: Call, made: Hook) -> None:
    if not made.url.startswith(("http://", "https://")):
        raise invalid("Hook", "custom", "url", "url is not a valid URL")
    others = call.repository.hooks.values()
    if any((one.url, set(one.events)) == (made.url, set(made.events)) for one in others):
        message = "Hook already exists on this repository"
        raise invalid("Hook", "custom", message=message)
    if len(others) >= _MOST:
        raise invalid("Hook", "custom", message=f"The limit of {_MOST} hooks is reached")


def _update(call: Call) -> Answer:
    found = _found(call)
    config = mapping(call.body, "config")
    found.url = optional_text(config, "url") or found.url
    found.secret = optional_text(config, "secret", found.secret)
    found.content_type = _content_type({"content_type": found.content_type} | config)
    found.events = tuple(texts(call.body, "events") or found.events)
    found.active = switch(call.body, "active", default=found.active)
    found.updated_at = call.hub.now()
    return Answer(body=hook(call.hub, call.repository, found))


def _delete(call: Call) -> Answer:
    del call.repository.hooks[_found(call).id]
    return Answer(status=204)


def _ping(call: Call) -> Answer:
    call.events.ping(call.repository, _found(call), call.login)
    return Answer(status=204)


def _deliveries(call: Call) -> Answer:
    return listed(call, call.lines.deliveries(_found(call)), _draw)


def _draw(delivery: Delivery) -> Json:
    at = delivery.delivered_at
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": moment(at) if at else "",
        "redelivery": delivery.redelivery,
        "duration": delivery.duration_seconds,
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": delivery.hook.installation,
        "repository_id": delivery.repository,
    }


def _delivery(call: Call) -> Delivery:
    wanted = call.number("delivery_id")
    for delivery in call.lines.deliveries(_found(call)):
        if delivery.id == wanted:
            return delivery
    raise not_found()


def _one_delivery(call: Call) -> Answer:
    delivery = _delivery(call)
    sent: dict[str, Any] = {"headers": delivery.request_headers, "payload": delivery.payload}
    answered = {"headers": delivery.response_headers, "payload": delivery.response_body}
    return Answer(body=_draw(delivery) | {"request": sent, "response": answered})


def _again(call: Call) -> Answer:
    delivery = _delivery(call)
    if delivery.delivered_at is None:
        raise ApiError(422, "The delivery is still under way.")
    call.lines.again(delivery)
    return Answer(body={}, status=202)


_HOOK = f"{_REPO}/hooks/{{hook_id}}"


def _endpoint(method: str, path: str, answer: Any) -> Endpoint:
    reads = method == "GET"
    scopes = ("admin:repo_hook", "write:repo_hook")
    return Endpoint(
        method=method,
        path=path,
        answer=answer,
        permission="repository_hooks",
        level="read" if reads else "write",
        scopes=(*scopes, "read:repo_hook") if reads else scopes,
        for_admins=True,
    )


ENDPOINTS = (
    _endpoint("GET", f"{_REPO}/hooks", _list),
    _endpoint("POST", f"{_REPO}/hooks", _create),
    _endpoint("GET", _HOOK, _get),
    _endpoint("PATCH", _HOOK, _update),
    _endpoint("DELETE", _HOOK, _delete),
    _endpoint("POST", f"{_HOOK}/pings", _ping),
    _endpoint("GET", f"{_HOOK}/deliveries", _deliveries),
    _endpoint("GET", f"{_HOOK}/deliveries/{{delivery_id}}", _one_delivery),
    _endpoint("POST", f"{_HOOK}/deliveries/{{delivery_id}}/attempts", _again),
)
