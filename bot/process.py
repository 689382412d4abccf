"""The running bot: Slack on one side, the ticks on the other, ended by a signal."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import uvicorn
from slack_sdk import WebClient
from starlette.applications import Starlette

from bot.relay.poster import Poster
from bot.relay.relay import Relay
from bot.scheduler import BOT, Ticks
from bot.settings import Settings
from bot.slack.app import SlackSettings, build_app
from bot.slack.builder.side import BuilderSide
from bot.slack.command_side import CommandSide
from bot.slack.sockets import Sockets, start_socket_mode
from bot.web.app import Check, web_app
from bot.web.github_webhook import github_webhook
from bot.wiring import forget_dead, wire
from commands import building
from commands.home import home
from commands.run import dispatcher
from engine.world import World
from storage import claims, outbox

CALL_SECONDS = 15  # of one call of the relay to Slack

log = logging.getLogger(__name__)


def serve(settings: Settings, *, http: bool) -> None:
    """Run until SIGTERM or SIGINT; then finish the steps under way and hand over the rest."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with running_bot(settings, http=http):
        stopped.wait()
        log.info("stopping")


@contextmanager
def running_bot(settings: Settings, *, http: bool = False) -> Iterator[World]:
    """Run the bot for the length of the block. Raises ``UserError`` for what is not set."""
    bot_token = settings.require("slack_bot_token", "is what the bot posts with")
    with ExitStack() as stack:
        wired = wire(settings)
        stack.callback(wired.close)
        world = wired.world
        taken = forget_dead(world)
        log.info("starting", extra={"owner": world.owner, "leases_taken": taken})
        slack = build_app(_slack_settings(settings, bot_token), _command_side(world))
        ticks = Ticks(world, Relay(world, Poster(_client(settings, bot_token))))
        ticks.start()
        stack.callback(ticks.stop)
        stack.callback(slack.close)
        sockets = None
        if not http:
            token = settings.require("slack_app_token", "opens Socket Mode")
            sockets = start_socket_mode(slack.bolt, token)
            stack.callback(sockets.close)
        checks = _checks(world, sockets)
        application = web_app(
            checks, slack=slack if http else None, more=[github_webhook(world, _secret(settings))]
        )
        stack.enter_context(_web(settings.secrets.port, application))
        yield world


def _command_side(world: World) -> CommandSide:
    def subject_of_thread(channel: str, ts: str) -> str | None:
        with world.store.read() as transaction:
            card = outbox.card_at(transaction, channel=channel, ts=ts)
        return card.subject if card else None

    return CommandSide(
        dispatch=dispatcher(world),
        home=lambda person, standing: home(world, person, standing),
        subject_of_thread=subject_of_thread,
        builder=BuilderSide(
            offers=partial(building.offers, world),
            on_record=partial(building.on_record, world),
            template=partial(building.template, world),
            look=partial(building.findings, world),
            check=partial(building.faults, world),
        ),
    )


def _slack_settings(settings: Settings, bot_token: str) -> SlackSettings:
    secret = settings.secrets.slack_signing_secret
    return SlackSettings(
        bot_token=bot_token,
        signing_secret=secret.get_secret_value() if secret else "",
        api_url=settings.secrets.slack_api_url,
    )


def _secret(settings: Settings) -> str | None:
    """Return what GitHub signs its webhooks with."""
    secret = settings.secrets.github_webhook_secret
    return secret.get_secret_value() if secret else None


def _client(settings: Settings, token: str) -> WebClient:
    """Return the relay's own client. It never tries again by itself: the relay looks first."""
    url = settings.secrets.slack_api_url
    return WebClient(token=token, base_url=url, timeout=CALL_SECONDS, retry_handlers=[])


def _checks(world: World, sockets: Sockets | None) -> dict[str, Check]:
    def ticking() -> str | None:
        with world.store.read() as transaction:
            alive = claims.alive(transaction, BOT, world.clock.now())
        return None if alive else "the ticks stand still"

    def connected() -> str | None:
        return None if sockets is None or sockets.connected else "no socket to Slack is open"

    return {"database": lambda: world.store.ping(), "ticks": ticking, "slack": connected}


@contextmanager
def _web(port: int, application: Starlette) -> Iterator[None]:
    """Serve health, GitHub's webhooks, and Slack's requests where it calls in, from a thread."""
    config = uvicorn.Config(
        application,
        host="0.0.0.0",  # noqa: S104  load balancers and Slack come from outside
        port=port,
        log_config=None,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="web", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()
