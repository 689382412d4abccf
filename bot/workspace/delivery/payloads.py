"""The payloads of commands, clicks, shortcuts and views, as Slack shapes them."""

import time
from typing import Any

from bot.workspace.channels import Channel
from bot.workspace.inputs import current_values
from bot.workspace.messages import Json, Message
from bot.workspace.people import APP_ID, TEAM_DOMAIN, TEAM_ID, User
from bot.workspace.views import View
from bot.workspace.workspace import Workspace

VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105 - deprecated at Slack, yet always sent


def link_to(workspace: Workspace, path: str) -> str:
    """Return the full address of a response URL."""
    return f"{workspace.base_url}{path}"


def slash_command(
    workspace: Workspace, *, user: User, channel: Channel, command: str, text: str
) -> dict[str, str]:
    """Return the form fields of a slash command."""
    path = workspace.response_urls.issue("commands", user=user.id, channel=channel.id)
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": "directmessage" if channel.kind == "im" else channel.name,
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": link_to(workspace, path),
        "trigger_id": workspace.triggers.issue(user.id),
    }


def _interaction(workspace: Workspace, kind: str, user: User) -> dict[str, Any]:
    return {
        "type": kind,
        "user": {
            "id": user.id,
            "username": user.handle,
            "name": user.handle,
            "team_id": user.team_id,
        },
        "api_app_id": APP_ID,
        "token": VERIFICATION_TOKEN,
        "trigger_id": workspace.triggers.issue(user.id),
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel(channel: Channel) -> Json:
    name = "directmessage" if channel.kind == "im" else channel.name
    return {"id": channel.id, "name": name}


def action_ts() -> str:
    """Return the moment of a click."""
    return f"{time.time():.6f}"


def message_actions(
    workspace: Workspace,
    *,
    user: User,
    channel: Channel,
    message: Message,
    attachment_id: int | None,
    action: Json,
) -> dict[str, Any]:
    """Return ``block_actions`` for an element of a message.

    An ephemeral message is not kept at Slack, so its payload has no ``message``.
    """
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.only_for is not None,
    }
    if attachment_id is not None:
        container |= {
            "type": "message_attachment",
            "attachment_id": attachment_id,
            "is_app_unfurl": False,
        }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    path = workspace.response_urls.issue(
        "actions",
        user=user.id,
        channel=channel.id,
        message_ts=message.ts,
        thread_ts=message.thread_ts,
    )
    payload = _interaction(workspace, "block_actions", user) | {
        "container": container,
        "channel": _channel(channel),
        "state": {"values": current_values(message.all_blocks, message.state.get(user.id, {}))},
        "response_url": link_to(workspace, path),
        "actions": [action],
    }
    if message.only_for is None:
        payload["message"] = channel.message_json(message)
    return payload


def view_actions(workspace: Workspace, *, user: User, view: View, action: Json) -> dict[str, Any]:
    """Return ``block_actions`` for an element of a modal or Home."""
    shown = view.as_json()
    return _interaction(workspace, "block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "view": shown,
        "state": shown["state"],
        "actions": [action],
    }


def view_submission(workspace: Workspace, *, user: User, view: View) -> dict[str, Any]:
    """Return the payload of a sent modal."""
    payload = _interaction(workspace, "view_submission", user)
    return payload | {"view": view.as_json(), "response_urls": []}


def view_closed(workspace: Workspace, *, user: User, view: View, cleared: bool) -> dict[str, Any]:
    """Return the payload of a dismissed modal, which carries no trigger."""
    payload = _interaction(workspace, "view_closed", user)
    del payload["trigger_id"]
    return payload | {"view": view.as_json(), "is_cleared": cleared}


def message_shortcut(
    workspace: Workspace, *, user: User, channel: Channel, message: Message, callback_id: str
) -> dict[str, Any]:
    """Return the payload of a message shortcut."""
    path = workspace.response_urls.issue(
        "app",
        user=user.id,
        channel=channel.id,
        message_ts=message.ts,
        thread_ts=message.thread_ts,
    )
    return _interaction(workspace, "message_action", user) | {
        "action_ts": action_ts(),
        "callback_id": callback_id,
        "channel": _channel(channel),
        "message_ts": message.ts,
        "message": channel.message_json(message),
        "response_url": link_to(workspace, path),
    }


def global_shortcut(workspace: Workspace, *, user: User, callback_id: str) -> dict[str, Any]:
    """Return the payload of a global shortcut."""
    payload = _interaction(workspace, "shortcut", user)
    return payload | {"action_ts": action_ts(), "callback_id": callback_id}
