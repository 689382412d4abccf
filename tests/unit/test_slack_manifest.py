"""The Slack app's manifest against the code: neither may name what the other does not know."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

from bot.slack.app import SlackSettings, build_app
from bot.slack.command_side import CommandSide
from bot.slack.inbound import SHORTCUTS
from bot.slack.listeners import COMMAND
from commands.reply import Reply
from tests.integration.slack.scripted import nothing_to_build

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())

# Scopes that the methods we call need, as Slack's method reference names them.
SCOPES: dict[str, set[str]] = {
    "apps.connections.open": set(),  # the app-level token's own scope
    "auth.test": set(),
    "chat.delete": {"chat:write"},
    "chat.getPermalink": set(),
    "chat.postEphemeral": {"chat:write"},
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history"},
    "conversations.info": {"channels:read", "groups:read"},
    "conversations.join": {"channels:join"},
    "conversations.list": {"channels:read", "groups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "files.upload.v2": {"files:write"},
    "users.info": {"users:read"},
    "users.lookupByEmail": {"users:read.email"},
    "views.open": set(),
    "views.publish": set(),
    "views.push": set(),
    "views.update": set(),
}
EVENT_SCOPES: dict[str, set[str]] = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "message.im": {"im:history"},
}


def sources() -> dict[Path, ast.Module]:
    """Read the bot's own code, without the stand-in for Slack."""
    files = [path for path in (ROOT / "bot").rglob("*.py") if "workspace" not in path.parts]
    return {path: ast.parse(path.read_text()) for path in files}


def called_methods() -> set[str]:
    """Find the Web API methods that are called: by the SDK's functions, or by their names."""
    by_function = {re.sub(r"[._]", "", name): name for name in SCOPES}
    family = re.compile(r"(?:auth|chat|conversations|files|users|views|reactions|team|bots|apps)_")
    found: set[str] = set()
    for tree in sources().values():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr=name)) if family.match(name):
                    found.add(by_function.get(name.replace("_", ""), name))
                case ast.Constant(value=str(text)) if text in SCOPES:
                    found.add(text)
    return found


def granted() -> set[str]:
    return set(MANIFEST["oauth_config"]["scopes"]["bot"])


def test_the_command_is_the_one_that_is_listened_to() -> None:
    assert [one["command"] for one in MANIFEST["features"]["slash_commands"]] == [COMMAND]


def test_every_shortcut_is_listened_to_and_no_other() -> None:
    declared = {one["callback_id"] for one in MANIFEST["features"]["shortcuts"]}
    assert declared == set(SHORTCUTS)


def test_every_event_is_listened_to_and_no_other() -> None:
    side = CommandSide(
        dispatch=lambda request: Reply(),
        home=lambda person, standing: Reply(),
        subject_of_thread=lambda channel, ts: None,
        builder=nothing_to_build,
    )
    app = build_app(SlackSettings(bot_token="xoxb-1"), side)
    listened = {
        node.args[0].value
        for node in ast.walk(ast.parse((ROOT / "bot/slack/listeners.py").read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "event"
        and isinstance(node.args[0], ast.Constant)
    }
    app.close()
    subscribed = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])
    assert {event.split(".")[0] for event in subscribed} == listened
    assert subscribed <= set(EVENT_SCOPES)


def test_scopes_are_those_that_are_needed_and_no_more() -> None:
    called = called_methods()
    unknown = called - set(SCOPES)
    assert not unknown, f"say which scopes {unknown} need"
    needed = set().union(*(SCOPES[method] for method in called), *EVENT_SCOPES.values())
    assert granted() == needed | {"commands"}


def test_buttons_dialogs_home_and_sockets_are_switched_on() -> None:
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    home = MANIFEST["features"]["app_home"]
    assert home["home_tab_enabled"]
    assert home["messages_tab_enabled"]
    assert not home["messages_tab_read_only_enabled"]
