"""Who one is, what is left of the rate limit, and what this server is."""

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.errors import ApiError, not_found
from bot.local_github.shapes.basics import Json
from bot.local_github.shapes.people import profile


def _me(call: Call) -> Answer:
    if call.caller.is_anonymous:
        raise ApiError(401, "Requires authentication")
    if call.caller.app and not call.caller.is_operator:
        raise ApiError(403, "Resource not accessible by integration")
    return Answer(body=profile(call.hub, call.login))


def _user(call: Call) -> Answer:
    found = call.hub.people.find(call.parameters["username"])
    if found is None:
        raise not_found()
    return Answer(body=profile(call.hub, found.login))


def _rate_limit(call: Call) -> Answer:
    allowance = call.hub.budget.of(call.caller.key)
    core: Json = {
        "limit": allowance.limit,
        "used": allowance.used,
        "remaining": allowance.remaining,
        "reset": int(allowance.reset),
    }
    search = {"limit": 30, "used": 0, "remaining": 30, "reset": int(allowance.reset)}
    return Answer(body={"resources": {"core": core, "search": search}, "rate": core})


def _meta(_call: Call) -> Answer:
    return Answer(body={"verifiable_password_authentication": False})


ENDPOINTS = (
    Endpoint(method="GET", path="/user", answer=_me, permission=None),
    Endpoint(method="GET", path="/users/{username}", answer=_user, permission=None),
    Endpoint(method="GET", path="/rate_limit", answer=_rate_limit, permission=None),
    Endpoint(method="GET", path="/meta", answer=_meta, permission=None),
)
