"""GitHub's webhooks: proven to be GitHub's, understood, and taken in one short transaction.

What they say is a hint. GitHub delivers once and late or not at all, so that looks find out the
same; the forge is asked nothing here, and an answer takes milliseconds.
"""

import asyncio
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.web.seldom import Seldom
from engine.adapters.github.events import hint_of, is_used
from engine.workflows.hints import HEARD_AGAIN, Outcome, hear, take
from engine.world import World
from storage.store import Unavailable

PATH = "/github/webhook"
LARGEST_BODY = 25 * 2**20  # bytes; GitHub sends no more
LARGE_BODY = 2**20
LARGE_AT_ONCE = 2  # bodies larger than that are read by turns: memory has an end too
READ_SECONDS = 30.0

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_DELIVERY = re.compile(r"[A-Za-z0-9-]{1,100}")
_EVENT = re.compile(r"[a-z0-9_]{1,100}")
_FORM = "application/x-www-form-urlencoded"

log = logging.getLogger(__name__)


class Refused(Exception):
    """The delivery is not taken: why, and what to do."""

    def __init__(self, status: int, what: str, remedy: str) -> None:
        """*status* is HTTP's."""
        super().__init__(what)
        self.status = status
        self.answer = {"status": "refused", "error": what, "remedy": remedy}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A delivery that GitHub has signed, not read yet."""

    id: str
    event: str
    body: bytes
    is_form: bool


def github_webhook(world: World, secret: str | None) -> Route:
    """Return the route that takes deliveries signed with *secret*; without one it refuses all."""
    return Route(PATH, Webhook(world, secret or "").deliver, methods=["POST"])


class Webhook:
    """Takes deliveries."""

    def __init__(self, world: World, secret: str) -> None:
        """An empty *secret* is none: anybody could sign with that."""
        self._world = world
        self._secret = secret.encode()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._seldom = Seldom(log)
        self._heard_at: datetime | None = None  # only saves looking it up for each delivery

    async def deliver(self, request: Request) -> Response:
        """Answer one delivery: 202 and what came of it, or why it is refused."""
        async with AsyncExitStack() as stack:
            try:
                delivery = await self._proven(request, stack)
                status, answer = await run_in_threadpool(self._take, delivery)
            except Refused as refused:
                sender = request.client.host if request.client else ""
                self._seldom.warn("webhook refused", why=str(refused), sender=sender)
                return JSONResponse(refused.answer, status_code=refused.status)
            except ClientDisconnect:
                return Response(status_code=400)
        return JSONResponse(answer, status_code=status)

    async def _proven(self, request: Request, stack: AsyncExitStack) -> Delivery:
        """Read a delivery; raises ``Refused`` unless it was signed with the secret."""
        if not self._secret:
            raise Refused(
                503,
                "No webhook secret is set here, so nobody's deliveries can be told from GitHub's.",
                "Set GITHUB_WEBHOOK_SECRET to the secret of the webhook, and restart Rackhand.",
            )
        given = request.headers.get("x-hub-signature-256", "")
        if not _SIGNATURE.fullmatch(given):
            raise _forged("The delivery has no signature.")
        mac = hmac.new(self._secret, digestmod=hashlib.sha256)
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await self._body(request, mac, stack)
        except TimeoutError as error:
            raise Refused(
                408, f"The delivery did not arrive in {READ_SECONDS:.0f} s.", "Redeliver it."
            ) from error
        if not hmac.compare_digest(f"sha256={mac.hexdigest()}", given):
            raise _forged("The signature does not fit the delivery.")
        return Delivery(
            id=_header(request, "X-GitHub-Delivery", _DELIVERY),
            event=_header(request, "X-GitHub-Event", _EVENT),
            body=body,
            is_form=request.headers.get("content-type", "").lower().startswith(_FORM),
        )

    async def _body(self, request: Request, mac: hmac.HMAC, stack: AsyncExitStack) -> bytes:
        """Read the body and sign it on the way, no more of it than GitHub may send."""
        declared = request.headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > LARGEST_BODY:
            raise _too_large()
        body, is_large = bytearray(), False
        async for chunk in request.stream():
            if not is_large and len(body) + len(chunk) > LARGE_BODY:
                is_large = True
                await stack.enter_async_context(self._large)
            body += chunk
            mac.update(chunk)
            if len(body) > LARGEST_BODY:
                raise _too_large()
        return bytes(body)

    def _take(self, delivery: Delivery) -> tuple[int, Mapping[str, Any]]:
        """Understand a delivery and do what follows; a repeat does nothing."""
        payload = _payload(delivery)
        hint = hint_of(delivery.event, payload)
        try:
            self._hear()
            if hint is None:
                return _not_understood(delivery)
            taken = take(self._world, hint, delivery=delivery.id)
        except Unavailable as error:
            raise Refused(
                503,
                "The database does not answer.",
                "Nothing is lost: what was pushed is found by the next look.",
            ) from error
        facts = {"event": delivery.event, "hint": type(hint).__name__, "outcome": taken.outcome}
        log.info("webhook", extra={**facts, "delivery": delivery.id, "jobs": len(taken.jobs)})
        if taken.outcome is Outcome.REPEATED:
            return 200, {"status": "repeated"}
        return 202, {"status": "accepted", **facts, "jobs": list(taken.jobs)}

    def _hear(self) -> None:
        now = self._world.clock.now()
        if self._heard_at is None or now - self._heard_at >= HEARD_AGAIN:
            hear(self._world)
            self._heard_at = now


def _payload(delivery: Delivery) -> object:
    try:
        text = delivery.body.decode("utf-8")
        if delivery.is_form:
            text = parse_qs(text, max_num_fields=10)["payload"][0]
        return json.loads(text)
    except (ValueError, KeyError, RecursionError) as error:
        raise Refused(
            400,
            "The body is neither JSON nor a form with a `payload` of JSON.",
            "Choose the content type application/json in the webhook's settings.",
        ) from error


def _not_understood(delivery: Delivery) -> tuple[int, Mapping[str, Any]]:
    if is_used(delivery.event):
        raise Refused(
            422,
            f"This is no `{delivery.event}` as GitHub sends it; the log says which field it lacks.",
            "Nothing is lost: what happened is found by the next look.",
        )
    why = f"Rackhand does nothing with `{delivery.event}`."
    return 202, {"status": "ignored", "event": delivery.event, "why": why}


def _header(request: Request, name: str, pattern: re.Pattern[str]) -> str:
    value = request.headers.get(name, "")
    if not pattern.fullmatch(value):
        raise Refused(400, f"{name} is missing or not GitHub's.", "Send what GitHub sends, whole.")
    return value


def _forged(what: str) -> Refused:
    return Refused(
        401,
        what,
        "Give the webhook on GitHub the same secret that Rackhand has in GITHUB_WEBHOOK_SECRET, "
        "and let nothing between the two change the body or the header X-Hub-Signature-256.",
    )


def _too_large() -> Refused:
    return Refused(
        413,
        f"The delivery is larger than {LARGEST_BODY // 2**20} MB, which GitHub never sends.",
        "If a proxy in between changes deliveries, let it pass them on as they are.",
    )
