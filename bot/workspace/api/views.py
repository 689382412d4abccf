"""``views.*``: open, change and publish views."""

from typing import Any

from bot.workspace.api.call import Call
from bot.workspace.api.methods import Answer, method
from bot.workspace.blocks.check import check_view
from bot.workspace.errors import SlackError
from bot.workspace.views import View


def _body(call: Call, *, home: bool = False) -> dict[str, Any]:
    call.required("view")
    body = call.json("view", "invalid_arguments")
    check_view(body, home=home)
    return dict(body)


def _show(call: Call, *, push: bool) -> Answer:
    trigger = call.text("trigger_id") or call.text("interactivity_pointer")
    if not trigger:
        call.required("trigger_id")
    body = _body(call)
    user = call.workspace.triggers.use(trigger)
    view = call.workspace.views.open(user, body, push=push)
    call.workspace.changes.touch(user)
    return {"view": view.as_json()}


@method("views.open")
async def views_open(call: Call) -> Answer:
    """Show a modal to whoever just acted."""
    return _show(call, push=False)


@method("views.push")
async def views_push(call: Call) -> Answer:
    """Show a modal on top of the open one."""
    return _show(call, push=True)


def _check_hash(call: Call, view: View) -> None:
    given = call.text("hash")
    if given and given != view.hash:
        raise SlackError("hash_conflict")


@method("views.update")
async def views_update(call: Call) -> Answer:
    """Change an open view; with a ``hash``, only where nobody else did."""
    view_id, external_id = call.text("view_id"), call.text("external_id")
    if not view_id and not external_id:
        call.required("view_id")
    view = call.workspace.views.find(view_id, external_id)
    home = view is not None and view.body["type"] == "home"
    body = _body(call, home=home)
    if view is None:
        raise SlackError("not_found")
    _check_hash(call, view)
    view.replace(body)
    call.workspace.changes.touch(view.user)
    return {"view": view.as_json()}


@method("views.publish")
async def views_publish(call: Call) -> Answer:
    """Show a Home to one person."""
    if not call.workspace.app.features.app_home.home_tab_enabled:
        raise SlackError("not_enabled")
    (user_id,) = call.required("user_id")
    user = call.workspace.people.find(user_id)
    if user is None or user.id != user_id:
        raise SlackError("invalid_arguments", messages=["[ERROR] invalid `user_id`"])
    body = _body(call, home=True)
    if current := call.workspace.views.home(user_id):
        _check_hash(call, current)
    view = call.workspace.views.publish(user_id, body)
    call.workspace.changes.touch(user_id)
    return {"view": view.as_json()}
