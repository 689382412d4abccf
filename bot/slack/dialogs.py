"""Opening dialogs before their trigger runs out, filling them, and doing what was agreed to."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from slack_sdk import WebClient

from bot.slack import modals
from bot.slack.answer import FAULTS, Answers, code_of
from bot.slack.boundary import Boundary, contained
from bot.slack.inbound import Arrival, Press
from bot.slack.limits import Block
from bot.slack.reception import Reception
from commands.reply import Actions, Button, Reply
from commands.run import failure

_TOO_LATE = failure(
    "Slack did not open the dialog.", "It gives three seconds for that.", "Press once more."
)
_NOT_FILLED = failure(
    "Slack did not show what would happen, so nothing was done.", "", "Close it and press again."
)
_CLOSED = frozenset({"not_found", "hash_conflict"})  # by the person, meanwhile
_DELIVERED_TWICE = "exchanged_trigger"  # the first delivery has opened it

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A view as Slack shows it. The hash makes sure that only this state of it is replaced."""

    view_id: str
    hash: str | None = None


class Dialogs:
    """Shows dialogs to people."""

    def __init__(
        self, client: WebClient, reception: Reception, answers: Answers, boundary: Boundary
    ) -> None:
        self._client = client
        self._reception = reception
        self._answers = answers
        self._boundary = boundary

    def open(self, press: Press, home_team: str) -> None:
        """Open the dialog of a button: at once, for its trigger lives three seconds."""
        if press.opens == modals.ENVIRONMENT:
            self._show(press.arrival, modals.environment(press.arrival), press)
            return
        if press.opens == modals.REASON:
            self._show(press.arrival, modals.reason(press.arrival, press.label), press)
            return
        shown = self._show(press.arrival, modals.waiting(), press)
        if shown:
            self._boundary.later(lambda: self._fill(shown, press, home_team))

    def open_answer(self, arrival: Arrival, home_team: str) -> None:
        """Open a dialog that shows what *arrival* is answered, for what has no channel."""
        shown = self._show(arrival, modals.waiting())
        if shown:
            self._boundary.later(
                lambda: contained(
                    lambda: self._reception.answer(arrival, home_team),
                    lambda reply: self.show_result(shown, arrival, reply),
                )
            )

    def show_result(self, shown: Shown, arrival: Arrival, reply: Reply) -> None:
        """Put an answer into an open dialog, or tell it where that was closed meanwhile."""
        if self._update(shown, modals.result(reply)):
            self._answers.whisper(arrival, reply)
        elif reply.file:
            self._answers.send_directly(arrival, reply.file)

    def pop_up(self, arrival: Arrival, reply: Reply) -> None:
        """Show an answer as a new dialog, or tell it directly where its trigger has run out."""
        try:
            self._client.views_open(trigger_id=arrival.trigger_id, view=modals.result(reply))
        except FAULTS as error:
            log.info("dialog not opened", extra={"code": code_of(error)})
            self._answers.whisper(arrival, reply)
            return
        if reply.file:
            self._answers.send_directly(arrival, reply.file)

    def agreed(self, body: Mapping[str, Any], home_team: str) -> None:
        """Do what a dialog asked about; where things have changed since, ask again."""
        arrival, label = modals.of_submission(body), modals.label_of(body)

        def tell(reply: Reply) -> None:
            if reply.ask_again:
                self._ask_again(replace(arrival, words=reply.ask_again), label, reply)
            else:
                self._answers.whisper(arrival, reply)

        agreed = replace(arrival, words=(*arrival.words, "--yes"))
        contained(lambda: self._reception.answer(agreed, home_team), tell)

    def reasoned(self, body: Mapping[str, Any], home_team: str) -> None:
        """Do what needed a reason, with the one that was written."""
        arrival = modals.of_submission(body)
        words = (*arrival.words, "--reason", modals.entered(body["view"]))
        self._do(replace(arrival, words=words), home_team)

    def entered(self, body: Mapping[str, Any], pairs: tuple[str, ...], home_team: str) -> None:
        """Set the environment values that were entered."""
        self._do(replace(modals.of_submission(body), secret_words=pairs), home_team)

    def _do(self, arrival: Arrival, home_team: str) -> None:
        contained(
            lambda: self._reception.answer(arrival, home_team),
            lambda reply: self._answers.whisper(arrival, reply),
        )

    def _ask_again(self, arrival: Arrival, label: str, reply: Reply) -> None:
        """Open the dialog anew with what changed, or whisper it with a button that does."""
        view = modals.confirm(arrival, label, replace(reply, failed=False))
        try:
            self._client.views_open(trigger_id=arrival.trigger_id, view=view)
        except FAULTS as error:
            log.info("dialog not opened", extra={"code": code_of(error)})
            again = Button(label=label, words=arrival.words, opens=modals.CONFIRM)
            parts = (*reply.parts, Actions(buttons=(again,)))
            self._answers.whisper(arrival, replace(reply, parts=parts))

    def _fill(self, shown: Shown, press: Press, home_team: str) -> None:
        arrival = press.arrival

        def tell(preview: Reply) -> None:
            code = self._update(shown, modals.confirm(arrival, press.label, preview))
            if code and code not in _CLOSED:
                self._answers.whisper(arrival, _NOT_FILLED)

        contained(lambda: self._reception.preview(arrival, home_team), tell)

    def _show(self, arrival: Arrival, view: Block, press: Press | None = None) -> Shown | None:
        """Open the view, or let it take the place of the dialog that the button stands in."""
        try:
            if press and press.view_id and not press.in_home:
                answer = self._client.views_update(view_id=press.view_id, view=view)
            else:
                answer = self._client.views_open(trigger_id=arrival.trigger_id, view=view)
        except FAULTS as error:
            log.warning("dialog not opened", extra={"code": code_of(error)})
            if code_of(error) != _DELIVERED_TWICE:
                self._boundary.later(lambda: self._answers.whisper(arrival, _TOO_LATE))
            return None
        return Shown(view_id=answer["view"]["id"], hash=answer["view"]["hash"])

    def _update(self, shown: Shown, view: Block) -> str | None:
        """Change an open dialog; return None, or Slack's code where it could not be changed."""
        try:
            self._client.views_update(view_id=shown.view_id, hash=shown.hash, view=view)
        except FAULTS as error:
            log.info("dialog not changed", extra={"code": code_of(error)})
            return code_of(error)
        return None
