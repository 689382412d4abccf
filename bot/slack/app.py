"""The Bolt app: built from its settings and what answers, ready for sockets or signed HTTP."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from slack_bolt import App
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

from bot.slack.answer import Answers
from bot.slack.boundary import Boundary
from bot.slack.builder.builder import Builder
from bot.slack.command_side import CommandSide
from bot.slack.dialogs import Dialogs
from bot.slack.home import Home
from bot.slack.listeners import Edge, register
from bot.slack.people import People
from bot.slack.reception import Reception

_TIMEOUT_SECONDS = 10
_THREADS = 32
_WAITS = 2  # for a Slack that asks to come back later


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """How to reach Slack, and how Slack proves that it is Slack."""

    bot_token: str = field(repr=False)
    signing_secret: str = field(default="", repr=False)  # needed for signed HTTP only
    api_url: str = "https://slack.com/api/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackApp:
    """The app, with the pools that its work is done in."""

    bolt: App
    boundary: Boundary
    acknowledging: ThreadPoolExecutor
    can_verify: bool  # it has the secret that signed HTTP is checked with

    def close(self) -> None:
        """Finish what was begun. Close what delivers to the app first; a repeat does nothing."""
        self.acknowledging.shutdown(wait=True)
        self.boundary.close()


def build_app(settings: SlackSettings, side: CommandSide) -> SlackApp:
    """Build the app. Does not talk to Slack yet."""
    acknowledging = ThreadPoolExecutor(_THREADS, thread_name_prefix="slack-ack")
    bolt = App(
        name="rackhand",
        token=settings.bot_token,
        signing_secret=settings.signing_secret,
        token_verification_enabled=False,
        listener_executor=acknowledging,
    )
    client = bolt.client
    client.base_url = settings.api_url.rstrip("/") + "/"
    client.timeout = _TIMEOUT_SECONDS
    # After a lost connection nobody knows whether a post arrived, so none is sent again by itself;
    # what Slack asked to send later surely was not taken.
    client.retry_handlers = [RateLimitErrorRetryHandler(max_retry_count=_WAITS)]
    boundary = Boundary(_THREADS)
    reception = Reception(side, People(client))
    answers = Answers(client)
    edge = Edge(
        boundary=boundary,
        reception=reception,
        answers=answers,
        dialogs=Dialogs(client, reception, answers, boundary),
        home=Home(client, reception),
        builder=Builder(client, reception, answers, boundary, side.builder),
    )
    register(bolt, edge)
    return SlackApp(
        bolt=bolt,
        boundary=boundary,
        acknowledging=acknowledging,
        can_verify=bool(settings.signing_secret),
    )
