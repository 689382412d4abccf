"""What the bot serves: Slack's signed requests, whether it lives, and whether it is ready."""

import logging
from collections.abc import Callable, Mapping, Sequence

from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.slack.app import SlackApp

Check = Callable[[], str | None]  # returns what is wrong, or None; may block

_LARGEST_BODY = 2_000_000  # bytes; Slack's are far smaller

log = logging.getLogger(__name__)


def web_app(
    checks: Mapping[str, Check],
    *,
    slack: SlackApp | None = None,
    more: Sequence[BaseRoute] = (),
) -> Starlette:
    """Return the application. *checks* decide on ``/readyz``; with *slack* it takes its requests.

    *more* are routes of other parts, such as webhooks. Raises ``ValueError`` for a Slack app
    without a signing secret: anybody could sign with an empty one.
    """
    if slack and not slack.can_verify:
        raise ValueError("Signed HTTP needs SLACK_SIGNING_SECRET.")
    routes: list[BaseRoute] = [
        Route("/healthz", _alive, methods=["GET"]),
        Route("/readyz", _readiness(checks), methods=["GET"]),
        *more,
    ]
    if slack:
        routes.append(Route("/slack/events", _slack(slack), methods=["POST"]))
    return Starlette(routes=routes)


async def _alive(_: Request) -> Response:
    """Answer that the process runs."""
    return JSONResponse({"status": "ok"})


def _readiness(checks: Mapping[str, Check]) -> Callable[[Request], object]:
    def ask() -> dict[str, str]:
        return {name: _asked(name, check) for name, check in checks.items()}

    async def ready(_: Request) -> Response:
        found = await run_in_threadpool(ask)
        is_ready = all(answer == "ok" for answer in found.values())
        return JSONResponse(found, status_code=200 if is_ready else 503)

    return ready


def _asked(name: str, check: Check) -> str:
    try:
        return check() or "ok"
    except Exception:  # a check that breaks is a check that fails
        log.exception("readiness check broke", extra={"check": name})
        return "broke"


def _slack(slack: SlackApp) -> Callable[[Request], object]:
    async def events(request: Request) -> Response:
        try:
            body = await _body(request)
        except _TooLarge:
            return Response(status_code=413)
        try:
            asked = to_bolt_request(request, body)
        except UnicodeDecodeError:
            return Response(status_code=400)
        # The app waits for its listener, so it must not hold up the event loop.
        return to_starlette_response(await run_in_threadpool(slack.bolt.dispatch, asked))

    return events


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST_BODY:
            raise _TooLarge
    return body


class _TooLarge(Exception):
    """More than Slack ever sends."""
