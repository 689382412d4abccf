"""What a person does with an open modal: fill it in and send it, or close it."""

from typing import Any

from bot.workspace.blocks.check import check_view
from bot.workspace.delivery import payloads
from bot.workspace.delivery.dispatch import Dispatch
from bot.workspace.delivery.envelope import Envelope
from bot.workspace.errors import Impossible, SlackError, Undelivered
from bot.workspace.inputs import complaint, current_values, entered_value
from bot.workspace.messages import Json
from bot.workspace.people import User
from bot.workspace.views import View
from bot.workspace.workspace import Workspace


class Modals:
    """Sends and closes modals."""

    def __init__(self, workspace: Workspace, dispatch: Dispatch) -> None:
        self._workspace = workspace
        self._dispatch = dispatch

    async def submit(self, user: User, view: View, given: Json) -> dict[str, str]:
        """Fill in *given*, send, and return the errors by block id (none: it was taken).

        A value is named by its block id, its action id or its label. Raises ``Undelivered``.
        """
        if not view.body.get("submit"):
            raise Impossible("This dialog has nothing to send.")
        for name, value in given.items():
            self._fill(view, name, value)
        view.errors = _own_complaints(view)
        self._workspace.changes.touch(user.id)
        if view.errors:
            return view.errors
        payload = payloads.view_submission(self._workspace, user=user, view=view)
        answer = await self._dispatch.send(
            Envelope(kind="interactive", payload=payload, takes_answer=True)
        )
        try:
            self._follow(user, view, answer)
        except SlackError as error:
            raise Undelivered(error.code) from error
        finally:
            self._workspace.changes.touch(user.id)
        return view.errors

    def _fill(self, view: View, name: str, value: Any) -> None:
        for block in view.body["blocks"]:
            if block["type"] != "input":
                continue
            element = block["element"]
            if name in {block["block_id"], element["action_id"], block["label"]["text"]}:
                entered = entered_value(element, value)
                view.values.setdefault(block["block_id"], {})[element["action_id"]] = entered
                return
        raise Impossible(f"There is no input {name!r} in this dialog.")

    def _follow(self, user: User, view: View, answer: Json) -> None:
        """Do what the acknowledgement asks. Raises ``SlackError`` for a view Slack would refuse."""
        action = answer.get("response_action")
        if action == "errors":
            view.errors = _known_errors(view, answer.get("errors") or {})
        elif action in {"update", "push"}:
            body = answer.get("view")
            check_view(body, home=False)
            if action == "update":
                view.replace(dict(body or {}))
            else:
                self._workspace.views.open(user.id, dict(body or {}), push=True)
        else:
            clears = action == "clear" or bool(view.body.get("clear_on_close"))
            self._workspace.views.close(view, all_of_them=clears)

    async def close(self, user: User, view: View, *, cleared: bool = False) -> None:
        """Dismiss a modal, and tell the app where it wants to know."""
        closing = [view]
        if cleared:
            closing = list(self._workspace.views.stack(user.id))
        self._workspace.views.close(view, all_of_them=cleared)
        self._workspace.changes.touch(user.id)
        for one in closing:
            if one.body.get("notify_on_close"):
                payload = payloads.view_closed(
                    self._workspace, user=user, view=one, cleared=cleared
                )
                await self._dispatch.send(Envelope(kind="interactive", payload=payload))


def _own_complaints(view: View) -> dict[str, str]:
    values = current_values(view.body["blocks"], view.values)
    found = {}
    for block in view.body["blocks"]:
        if block["type"] == "input":
            value = values[block["block_id"]][block["element"]["action_id"]]
            if wrong := complaint(block, value):
                found[block["block_id"]] = wrong
    return found


def _known_errors(view: View, errors: dict[str, str]) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.body["blocks"] if block["type"] == "input"}
    if not errors or not set(errors) <= inputs:
        raise SlackError("invalid_response_errors")
    return dict(errors)
