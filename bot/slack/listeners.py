"""What Slack may send, one listener each: acknowledge first, then have the work done elsewhere."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App, BoltContext

from bot.slack import modals
from bot.slack.answer import Answers
from bot.slack.boundary import Boundary, contained, guarded
from bot.slack.builder.builder import Builder
from bot.slack.builder.drawing import TASK, WORKFLOW
from bot.slack.dialogs import Dialogs, Shown
from bot.slack.entered import pairs_of
from bot.slack.home import Home
from bot.slack.inbound import (
    SHORTCUTS,
    Arrival,
    Press,
    is_from_a_person,
    of_command,
    of_direct_message,
    of_home,
    of_mention,
    of_press,
    of_shortcut,
    of_unknown_press,
)
from bot.slack.reception import Reception
from commands.reply import Reply
from commands.run import failure
from engine.errors import UserError

COMMAND = "/rack"

_OUTDATED = failure(
    "That button is from another version of the bot.",
    "",
    "`/rack status` shows what can be done now.",
)

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """All that listeners work with."""

    boundary: Boundary
    reception: Reception
    answers: Answers
    dialogs: Dialogs
    home: Home
    builder: Builder

    def answer(
        self, arrival: Arrival, home_team: str, tell: Callable[[Arrival, Reply], object]
    ) -> None:
        """Have the arrival answered, and *tell* the answer."""
        contained(
            lambda: self.reception.answer(arrival, home_team), lambda reply: tell(arrival, reply)
        )


def register(app: App, edge: Edge) -> None:
    """Make *app* listen to everything that its manifest names."""
    _listen_to_words(app, edge)
    _listen_to_builder(app, edge)
    _listen_to_buttons(app, edge)
    _listen_to_dialogs(app, edge)
    _listen_to_shortcuts(app, edge)
    _listen_to_home(app, edge)


def _listen_to_words(app: App, edge: Edge) -> None:
    later, whisper, say = edge.boundary.later, edge.answers.whisper, edge.answers.say

    @app.command(COMMAND)
    def on_command(ack: Ack, body: Body, context: BoltContext) -> None:
        ack()
        later(lambda: edge.answer(of_command(body), _home_team(context), whisper))

    @app.event("app_mention")
    def on_mention(body: Body, event: Body, context: BoltContext) -> None:
        if is_from_a_person(event):
            bot_user = str(context.bot_user_id)
            later(lambda: edge.answer(of_mention(body, bot_user), _home_team(context), say))

    @app.event("message")
    def on_message(body: Body, event: Body, context: BoltContext) -> None:
        if event.get("channel_type") == "im" and is_from_a_person(event):
            bot_user = str(context.bot_user_id)
            later(lambda: edge.answer(of_direct_message(body, bot_user), _home_team(context), say))


def _listen_to_builder(app: App, edge: Edge) -> None:
    @app.action(re.compile(r"^wf:"))
    def on_built(ack: Ack, body: Body) -> None:
        ack()
        guarded(lambda: edge.builder.act(body))

    @app.view(TASK)
    def on_task(ack: Ack, body: Body) -> None:
        edge.builder.task_entered(ack, body)

    @app.view(WORKFLOW)
    def on_saved(ack: Ack, body: Body, context: BoltContext) -> None:
        edge.builder.saved(ack, body, _home_team(context))


def _listen_to_buttons(app: App, edge: Edge) -> None:
    @app.action(re.compile(""))  # every one: a button is never pressed into silence
    def on_press(ack: Ack, body: Body, context: BoltContext) -> None:
        ack()
        guarded(lambda: _pressed(edge, body, _home_team(context)))


def _pressed(edge: Edge, body: Body, home_team: str) -> None:
    press = of_press(body)
    if press is None:
        edge.boundary.later(lambda: edge.answers.whisper(of_unknown_press(body), _OUTDATED))
    elif press.opens == WORKFLOW:
        edge.builder.open(press)
    elif press.opens in {modals.CONFIRM, modals.ENVIRONMENT, modals.REASON}:
        edge.dialogs.open(press, home_team)
    else:
        edge.boundary.later(lambda: _press_answered(edge, press, home_team))


def _press_answered(edge: Edge, press: Press, home_team: str) -> None:
    """Answer a press where it was made. Of what only began, its card tells enough."""

    def tell(arrival: Arrival, reply: Reply) -> None:
        if press.in_home:
            edge.dialogs.pop_up(arrival, reply)
        elif press.view_id:
            edge.dialogs.show_result(Shown(view_id=press.view_id), arrival, reply)
        elif reply.failed or (not reply.follow and (reply.title or reply.parts or reply.file)):
            edge.answers.whisper(arrival, reply)

    edge.answer(press.arrival, home_team, tell)
    if press.in_home:
        edge.home.publish(press.arrival, home_team)


def _listen_to_dialogs(app: App, edge: Edge) -> None:
    @app.view(modals.CONFIRM)
    def on_agreed(ack: Ack, body: Body, context: BoltContext) -> None:
        ack()
        edge.boundary.later(lambda: edge.dialogs.agreed(body, _home_team(context)))

    @app.view(modals.REASON)
    def on_reasoned(ack: Ack, body: Body, context: BoltContext) -> None:
        ack()
        edge.boundary.later(lambda: edge.dialogs.reasoned(body, _home_team(context)))

    @app.view(modals.ENVIRONMENT)
    def on_entered(ack: Ack, body: Body, context: BoltContext) -> None:
        try:  # what is wrong with the lines can only be said in the acknowledgement
            pairs = pairs_of(modals.entered(body["view"]))
        except UserError as error:
            ack(response_action="errors", errors={modals.VALUES: str(error)})
            return
        ack()
        edge.boundary.later(lambda: edge.dialogs.entered(body, pairs, _home_team(context)))


def _listen_to_shortcuts(app: App, edge: Edge) -> None:
    def on_shortcut(ack: Ack, body: Body, context: BoltContext) -> None:
        ack()
        guarded(lambda: _shortcut_used(edge, of_shortcut(body), _home_team(context)))

    for callback_id in SHORTCUTS:
        app.shortcut(callback_id)(on_shortcut)


def _shortcut_used(edge: Edge, arrival: Arrival, home_team: str) -> None:
    if arrival.channel is None:
        edge.dialogs.open_answer(arrival, home_team)
    else:
        edge.boundary.later(lambda: edge.answer(arrival, home_team, edge.answers.whisper))


def _listen_to_home(app: App, edge: Edge) -> None:
    @app.event("app_home_opened")
    def on_home(body: Body, event: Body, context: BoltContext) -> None:
        if event.get("tab") == "home":
            edge.boundary.later(lambda: edge.home.publish(of_home(body), _home_team(context)))


def _home_team(context: BoltContext) -> str:
    """Return the workspace that the bot is installed in."""
    found = context.authorize_result
    return str(found.team_id) if found else str(context.team_id)
