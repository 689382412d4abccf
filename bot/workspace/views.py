"""Open modals and published Homes."""

import secrets
import time
from dataclasses import dataclass, field

from bot.workspace.errors import SlackError
from bot.workspace.ids import block_id, slack_id
from bot.workspace.inputs import current_values
from bot.workspace.messages import Json
from bot.workspace.people import APP_ID, BOT_ID, TEAM_ID

_DEEPEST = 3


@dataclass(slots=True, kw_only=True)
class View:
    """One modal or Home as the app described it, with what the person entered so far."""

    id: str
    user: str
    body: Json
    root_id: str
    previous_id: str | None = None
    hash: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """The id that the app gave it, or nothing."""
        return str(self.body.get("external_id") or "")

    def replace(self, body: Json) -> None:
        """Take a new description; entered values stay where block and action still exist."""
        self.body = with_block_ids(body)
        self.hash = f"{int(time.time())}.{secrets.token_urlsafe(6)}"
        self.errors = {}
        kept = {block["block_id"] for block in self.body["blocks"]}
        self.values = {block: value for block, value in self.values.items() if block in kept}

    def as_json(self) -> Json:
        """Return the view object of the Web API."""
        empty = {"private_metadata": "", "callback_id": "", "external_id": ""}
        optional = {"clear_on_close": False, "notify_on_close": False, "close": None}
        return (
            empty
            | optional
            | {"submit": None, "title": {"type": "plain_text", "text": "View Title"}}
            | self.body
            | {
                "id": self.id,
                "team_id": TEAM_ID,
                "app_id": APP_ID,
                "app_installed_team_id": TEAM_ID,
                "bot_id": BOT_ID,
                "hash": self.hash,
                "root_view_id": self.root_id,
                "previous_view_id": self.previous_id,
                "state": {"values": current_values(self.body["blocks"], self.values)},
            }
        )


def with_block_ids(body: Json) -> Json:
    """Return a copy in which every block and interactive element has an id."""
    return body | {"blocks": named_blocks(body["blocks"])}


def named_blocks(blocks: list[Json]) -> list[Json]:
    """Give ids to blocks and interactive elements that the app left unnamed."""
    return [_named(block) for block in blocks]


def _named(block: Json) -> Json:
    named: Json = {"block_id": block_id()} | block
    for key in ("accessory", "element"):
        if isinstance(named.get(key), dict):
            named[key] = _with_action_id(named[key])
    if named["type"] == "actions":
        named["elements"] = [_with_action_id(element) for element in named["elements"]]
    return named


def _with_action_id(element: Json) -> Json:
    return element if element["type"] == "image" else {"action_id": block_id()} | element


class Views:
    """The modal stacks and Homes of everybody."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, user: str) -> list[View]:
        """Return the modals open before *user*, the visible one last."""
        return self._stacks.setdefault(user, [])

    def home(self, user: str) -> View | None:
        """Return what was last published for *user*."""
        return self._homes.get(user)

    def find(self, view_id: str = "", external_id: str = "") -> View | None:
        """Return the open modal or Home with this id."""
        everywhere = [view for stack in self._stacks.values() for view in stack]
        everywhere += self._homes.values()
        for view in everywhere:
            if view.id == view_id or (external_id and view.external_id == external_id):
                return view
        return None

    def open(self, user: str, body: Json, *, push: bool = False) -> View:
        """Show a modal: alone, or on top of what is open. Raises ``SlackError``."""
        external_id = str(body.get("external_id") or "")
        if external_id and self.find(external_id=external_id):
            raise SlackError("duplicate_external_id")
        stack = self.stack(user)
        if push and not stack:
            raise SlackError("not_found")
        if push and len(stack) >= _DEEPEST:
            raise SlackError("push_limit_reached")
        if not push:
            stack.clear()
        view_id = slack_id("V")
        below = stack[-1] if stack else None
        view = View(
            id=view_id,
            user=user,
            body={},
            root_id=stack[0].id if stack else view_id,
            previous_id=below.id if below else None,
        )
        view.replace(body)
        stack.append(view)
        return view

    def publish(self, user: str, body: Json) -> View:
        """Show a Home to *user* in place of the one before."""
        view = self._homes.get(user)
        if view is None:
            view_id = slack_id("V")
            view = self._homes[user] = View(id=view_id, user=user, body={}, root_id=view_id)
        view.replace(body)
        return view

    def close(self, view: View, *, all_of_them: bool = False) -> None:
        """Take a modal away, with everything above it, or the whole stack."""
        stack = self.stack(view.user)
        if all_of_them:
            stack.clear()
        elif view in stack:
            del stack[stack.index(view) :]
