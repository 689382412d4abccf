"""What the page and the Visitor are shown, as JSON."""

from typing import Any

from bot.workspace.channels import Channel
from bot.workspace.errors import Impossible
from bot.workspace.inputs import current_values, options_of, placed_elements
from bot.workspace.messages import Json, Message
from bot.workspace.people import BOT_USER_ID, SLACKBOT_ID, TEAM_NAME, User
from bot.workspace.reading import Reader
from bot.workspace.views import View
from bot.workspace.workspace import Workspace

_SHOWN = 200


class Presentation:
    """Describes the workspace to one person."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._reader = Reader(workspace.people, workspace.channels)

    def user(self, name: str) -> User:
        """Return whom one acts as. Raises ``Impossible``."""
        user = self._workspace.people.find(name)
        if user is None or user.is_bot:
            raise Impossible(f"There is nobody called {name!r} here.")
        return user

    def channel(self, user: User, name: str) -> Channel:
        """Return a channel that *user* is in; ``@bot`` names the direct message.

        Raises ``Impossible``.
        """
        workspace = self._workspace
        if name.removeprefix("@") in {workspace.people.bot.handle, BOT_USER_ID}:
            return workspace.direct_channel(user.id)
        channel = workspace.channels.find(name)
        if channel is None or not channel.has(user.id):
            raise Impossible(f"{user.name} is in no channel called {name!r}.")
        return channel

    def message(self, user: User, channel: Channel, ts: str) -> Message:
        """Return a message that *user* sees. Raises ``Impossible``."""
        message = channel.find(ts)
        if message is None or message.only_for not in {None, user.id}:
            raise Impossible("That message is not there any more.")
        return message

    def view(self, user: User, view_id: str) -> View:
        """Return a view that is open before *user*. Raises ``Impossible``."""
        view = self._workspace.views.find(view_id)
        if view is None or view.user != user.id:
            raise Impossible("That dialog is not open any more.")
        return view

    def state(self, user: User) -> Json:
        """Return everything but messages."""
        workspace, app = self._workspace, self._workspace.app
        return {
            "team": TEAM_NAME,
            "me": user.id,
            "sequence": workspace.changes.sequence,
            "people": [self._person(one) for one in workspace.people],
            "channels": [
                self._channel(channel, user)
                for channel in workspace.channels
                if channel.has(user.id)
            ],
            "app": {
                "name": app.display_information.name,
                "description": app.display_information.description,
                "user": BOT_USER_ID,
                "handle": workspace.people.bot.handle,
                "has_home": app.features.app_home.home_tab_enabled,
                "has_messages": app.features.app_home.messages_tab_enabled,
                "commands": [c.model_dump() for c in app.features.slash_commands],
                "shortcuts": [s.model_dump() for s in app.features.shortcuts],
            },
        } | self.views(user)

    def views(self, user: User) -> Json:
        """Return the open modal and the Home of one person."""
        stack = self._workspace.views.stack(user.id)
        home = self._workspace.views.home(user.id)
        return {
            "modal": self._view(stack[-1], depth=len(stack)) if stack else None,
            "home": self._view(home, depth=0) if home else None,
        }

    def _person(self, user: User) -> Json:
        return {
            "id": user.id,
            "handle": user.handle,
            "name": user.name,
            "title": user.title,
            "is_bot": user.is_bot and user.id != SLACKBOT_ID,
            "is_guest": user.is_guest,
            "is_stranger": user.is_stranger,
            "is_human": not user.is_bot,
        }

    def _channel(self, channel: Channel, user: User) -> Json:
        latest = next(reversed(channel.messages), "")
        return {
            "id": channel.id,
            "name": channel.name,
            "topic": channel.topic,
            "kind": channel.kind,
            "archived": channel.archived,
            "shared": channel.shared,
            "has_bot": channel.has(BOT_USER_ID),
            "members": len(channel.members),
            "latest": latest,
            "with_bot": channel.kind == "im" and channel.has(user.id),
        }

    def history(self, user: User, channel: Channel) -> list[Json]:
        """Return what the channel shows to *user*, oldest first, the last of it."""
        shown: list[Message] = []
        for message in channel.roots():
            shown.append(message)
            if len(shown) == _SHOWN:
                break
        shown += [
            m for m in channel.ephemerals.values() if not m.thread_ts and m.only_for == user.id
        ]
        shown.sort(key=lambda message: message.ts)
        return [self._message(user, channel, message) for message in shown]

    def thread(self, user: User, channel: Channel, ts: str) -> list[Json]:
        """Return a thread with what only *user* sees of it, its parent first."""
        parent = channel.messages.get(ts)
        if parent is None:
            return []
        private = [
            m for m in channel.ephemerals.values() if m.thread_ts == ts and m.only_for == user.id
        ]
        replies = sorted([*channel.replies(ts), *private], key=lambda message: message.ts)
        return [self._message(user, channel, message) for message in [parent, *replies]]

    def whispers(self, user: User, channel: Channel) -> list[Json]:
        """Return every ephemeral message that *user* sees in a channel and its threads."""
        return [
            self._message(user, channel, message)
            for message in channel.ephemerals.values()
            if message.only_for == user.id
        ]

    def _message(self, user: User, channel: Channel, message: Message) -> Json:
        shown = channel.message_json(message)
        chosen = message.state.get(user.id, {})
        return shown | {
            "channel": channel.id,
            "ephemeral": message.only_for is not None,
            "broadcast": message.broadcast,
            "version": message.version,
            "state": current_values(message.all_blocks, chosen) if chosen else {},
            "plain_text": self._reader.message(shown),
            "controls": _controls(message.all_blocks),
        }

    def _view(self, view: View, *, depth: int) -> Json:
        shown = view.as_json()
        return shown | {
            "depth": depth,
            "errors": view.errors,
            "plain_text": self._reader.view(shown),
            "controls": _controls(view.body["blocks"]),
        }


def _controls(blocks: list[Json]) -> list[dict[str, Any]]:
    return [
        {
            "label": _label(placed.element),
            "kind": placed.element["type"],
            "action_id": placed.element["action_id"],
            "block_id": placed.block["block_id"],
            "value": placed.element.get("value"),
            "style": placed.element.get("style"),
            "url": placed.element.get("url"),
            "confirm": placed.element.get("confirm"),
            "options": [
                {"label": option["text"]["text"], "value": option["value"]}
                for option in options_of(placed.element)
            ],
        }
        for placed in placed_elements(blocks)
    ]


def _label(element: Json) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return str(text.get("text", ""))
