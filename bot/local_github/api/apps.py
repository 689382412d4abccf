"""GitHub Apps: signing in, installations and their tokens."""

from datetime import UTC, datetime

from bot.local_github.api.access import installed_on, may_see
from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import mapping
from bot.local_github.api.errors import ApiError, not_found
from bot.local_github.api.paging import listed
from bot.local_github.settings import AppSpec
from bot.local_github.shapes.basics import Json, moment
from bot.local_github.shapes.people import app, user
from bot.local_github.shapes.repository import repository as draw_repository


def _spec(call: Call) -> AppSpec:
    assert call.caller.app is not None
    return call.caller.app


def _app(call: Call) -> Answer:
    return Answer(body=app(call.hub, _spec(call)))


def _installation(call: Call, spec: AppSpec) -> Json:
    api = call.hub.urls.api
    since = moment(call.hub.since)
    account = user(call.hub, spec.owner)
    return {
        "id": spec.installation_id,
        "account": account,
        "repository_selection": "all",
        "access_tokens_url": f"{api}/app/installations/{spec.installation_id}/access_tokens",
        "repositories_url": f"{api}/installation/repositories",
        "html_url": (
            f"{call.hub.urls.html}/organizations/{spec.owner}"
            f"/settings/installations/{spec.installation_id}"
        ),
        "app_id": spec.id,
        "app_slug": spec.slug,
        "target_id": account["id"],
        "target_type": account["type"],
        "permissions": dict(spec.permissions),
        "events": [event for event in spec.events if event != "*"],
        "created_at": since,
        "updated_at": since,
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": None,
    }


def _installations(call: Call) -> Answer:
    return listed(call, [_spec(call)], lambda spec: _installation(call, spec))


def _own_installation(call: Call) -> AppSpec:
    spec = _spec(call)
    if call.number("installation_id") != spec.installation_id:
        raise not_found()
    return spec


def _one_installation(call: Call) -> Answer:
    return Answer(body=_installation(call, _own_installation(call)))


def _of_repository(call: Call) -> Answer:
    spec = _spec(call)
    if not installed_on(spec, call.repository):
        raise not_found()
    return Answer(body=_installation(call, spec))


def _token(call: Call) -> Answer:
    spec = _own_installation(call)
    wanted = mapping(call.body, "permissions") or dict(spec.permissions)
    for name, level in wanted.items():
        granted = spec.permissions.get(name)
        if granted is None or (level == "write" and granted == "read"):
            message = "The permissions requested are not granted to this installation."
            raise ApiError(422, message)
    token, expires = call.hub.credentials.install(spec, wanted)
    body = {
        "token": token,
        "expires_at": moment(datetime.fromtimestamp(expires, UTC)),
        "permissions": wanted,
        "repository_selection": "all",
    }
    return Answer(body=body, status=201)


def _repositories(call: Call) -> Answer:
    if call.caller.permissions is None or call.caller.app is None:
        message = "You must authenticate with an installation access token"
        raise ApiError(403, f"{message} in order to list repositories for an installation.")
    seen = [
        one
        for one in call.hub.repositories
        if installed_on(call.caller.app, one) and may_see(call.caller, one)
    ]
    return listed(call, seen, lambda one: draw_repository(call.hub, one), under="repositories")


_ONE = "/app/installations/{installation_id}"
ENDPOINTS = (
    Endpoint(method="GET", path="/app", answer=_app, only_app=True),
    Endpoint(method="GET", path="/app/installations", answer=_installations, only_app=True),
    Endpoint(method="POST", path=f"{_ONE}/access_tokens", answer=_token, only_app=True),
    Endpoint(method="GET", path=_ONE, answer=_one_installation, only_app=True),
    Endpoint(
        method="GET",
        path="/repos/{owner}/{repo}/installation",
        answer=_of_repository,
        only_app=True,
    ),
    Endpoint(
        method="GET", path="/installation/repositories", answer=_repositories, permission=None
    ),
)
