"""``users.*``: who people are."""

from bot.workspace.api.call import Call, page
from bot.workspace.api.methods import Answer, method
from bot.workspace.errors import SlackError


def _with_email(call: Call) -> bool:
    return "users:read.email" in call.workspace.app.scopes


@method("users.info", scope="users:read")
async def users_info(call: Call) -> Answer:
    """Tell about one person."""
    (user_id,) = call.required("user")
    user = call.workspace.people.find(user_id)
    if user is None or user.id != user_id:
        raise SlackError("user_not_found")
    return {"user": user.as_json(with_email=_with_email(call))}


@method("users.list", scope="users:read")
async def users_list(call: Call) -> Answer:
    """Tell about everybody, page by page."""
    limit = call.whole("limit", 1000, most=1000)
    found, cursor = page(list(call.workspace.people), limit=limit, cursor=call.text("cursor"))
    members = [user.as_json(with_email=_with_email(call)) for user in found]
    return {"members": members, "response_metadata": {"next_cursor": cursor}}


@method("users.lookupByEmail", scope="users:read.email")
async def users_lookup_by_email(call: Call) -> Answer:
    """Find a person by address."""
    (email,) = call.required("email")
    user = call.workspace.people.by_email(email)
    if user is None:
        raise SlackError("users_not_found")
    return {"user": user.as_json(with_email=True)}
