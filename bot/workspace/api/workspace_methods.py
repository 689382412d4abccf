"""``auth.*``, ``api.*``, ``apps.*``, ``team.*``, ``bots.*`` and ``reactions.*``."""

from bot.workspace.api.call import Call
from bot.workspace.api.methods import Answer, method
from bot.workspace.errors import SlackError
from bot.workspace.people import (
    APP_ID,
    BOT_ID,
    BOT_USER_ID,
    TEAM_DOMAIN,
    TEAM_ID,
    TEAM_NAME,
)


@method("api.test", caller="any")
async def api_test(call: Call) -> Answer:
    """Answer with what was sent."""
    if error := call.text("error"):
        raise SlackError(error, args=dict(call.arguments))
    return {"args": {k: v for k, v in call.arguments.items() if k != "token"}}


@method("auth.test", caller="any")
async def auth_test(call: Call) -> Answer:
    """Tell whose token it is."""
    return {
        "url": call.workspace.base_url,
        "team": TEAM_NAME,
        "user": call.workspace.people.bot.handle,
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("apps.connections.open", caller="app")
async def apps_connections_open(call: Call) -> Answer:
    """Issue the address of one WebSocket."""
    if not call.workspace.app.settings.socket_mode_enabled:
        raise SlackError("forbidden_for_app")
    ticket = call.sockets.issue_ticket()
    base = call.workspace.base_url.replace("http", "ws", 1)
    return {"url": f"{base}link/?ticket={ticket}&app_id={APP_ID}"}


@method("team.info", scope="team:read")
async def team_info(_call: Call) -> Answer:
    """Tell about the workspace."""
    return {"team": {"id": TEAM_ID, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "icon": {}}}


@method("bots.info", scope="users:read")
async def bots_info(call: Call) -> Answer:
    """Tell about the app's bot."""
    if call.text("bot", BOT_ID) != BOT_ID:
        raise SlackError("bot_not_found")
    name = call.workspace.people.bot.name
    bot = {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER_ID, "name": name, "deleted": False}
    return {"bot": bot}


@method("reactions.add", scope="reactions:write")
async def reactions_add(call: Call) -> Answer:
    """Put an emoji under a message."""
    name, _, timestamp = call.required("name", "channel", "timestamp")
    channel = call.joined_channel()
    message = channel.messages.get(timestamp)
    if message is None:
        raise SlackError("message_not_found")
    users = message.reactions.setdefault(name.strip(":"), [])
    if BOT_USER_ID in users:
        raise SlackError("already_reacted")
    users.append(BOT_USER_ID)
    call.workspace.edit(channel, message)
    return {}
