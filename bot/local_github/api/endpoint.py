"""Answers the REST API: who calls, what it costs, which trouble it meets, and the endpoint."""

import asyncio
import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bot.local_github.api.access import check, may_see, needs
from bot.local_github.api.addresses import by_name, moved_to
from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.endpoints import ENDPOINTS
from bot.local_github.api.errors import DOCUMENTATION, ApiError, not_found
from bot.local_github.api.headers import budget_headers, etag_of, matches
from bot.local_github.api.routing import Router
from bot.local_github.authorization import token_of
from bot.local_github.credentials import BadCredentials, Caller
from bot.local_github.faults import Fault
from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.webhooks.events import Events
from bot.local_github.webhooks.lines import Lines

_ROOT = "/api/v3"
_FREE = "/rate_limit"  # asking what is left costs nothing
_EXCEEDED = "API rate limit exceeded for"
_NO_AGENT = (
    "Request forbidden by administrative rules. "
    "Please make sure your request has a User-Agent header"
)
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


class RestApi:
    """The one entrance to every endpoint."""

    def __init__(
        self, hub: Hub, events: Events, lines: Lines, cut: Callable[[Request], None]
    ) -> None:
        self._hub = hub
        self._events = events
        self._lines = lines
        self._cut = cut
        self._router = Router(ENDPOINTS)

    async def __call__(self, request: Request) -> Response:
        """Answer one request."""
        path = request.url.path.removeprefix(_ROOT)
        if not request.headers.get("user-agent"):
            return self._refusal(ApiError(403, _NO_AGENT), {})
        try:
            caller = self._hub.credentials.caller(
                token_of(request.headers), request.headers.get("x-act-as")
            )
        except BadCredentials:
            return self._refusal(ApiError(401, "Bad credentials"), {})
        fault = None
        if not caller.is_operator:
            if self._hub.faults.is_down:
                return self._vanish(request)
            fault = self._hub.faults.take(request.method, path)
        if fault and fault.kind == "drop_before":
            return self._vanish(request)
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and (troubled := self._troubled(fault)):
            return troubled
        response = await self._answer(request, path, caller)
        return self._vanish(request) if fault and fault.kind == "drop_after" else response

    def _vanish(self, request: Request) -> Response:
        self._cut(request)
        return Response(status_code=500)  # reaches nobody

    def _troubled(self, fault: Fault) -> Response | None:
        if fault.kind == "secondary_limit":
            status = fault.status if fault.status in {403, 429} else 403
            headers = {"Retry-After": str(round(fault.seconds))}
            documentation = f"{DOCUMENTATION}/overview/rate-limits-for-the-rest-api"
            error = ApiError(status, _SECONDARY, headers=headers, documentation=documentation)
            return self._refusal(error, {})
        if fault.kind == "http_error":
            return self._refusal(ApiError(fault.status, "Server Error"), {})
        return None

    async def _answer(self, request: Request, path: str, caller: Caller) -> Response:
        body = await request.body()
        try:
            return await run_in_threadpool(self._locked, request, path, caller, body)
        except ApiError as error:
            return self._refusal(error, budget_headers(self._hub.budget.of(caller.key)))

    def _locked(self, request: Request, path: str, caller: Caller, body: bytes) -> Response:
        with self._hub.lock:
            self._spend(caller, path)
            if moved := moved_to(self._hub, caller, path, request.url.query):
                return _redirect(request.method, moved)
            answer, endpoint = self._handled(request, path, caller, body)
            return self._drawn(request, caller, endpoint, answer)

    def _spend(self, caller: Caller, path: str) -> None:
        if caller.is_operator or path == _FREE:
            return
        allowance = self._hub.budget.of(caller.key)
        if not allowance.remaining:
            who = f"user {caller.login}" if caller.login else "your address"
            documentation = f"{DOCUMENTATION}/overview/rate-limits-for-the-rest-api"
            raise ApiError(403, f"{_EXCEEDED} {who}.", documentation=documentation)
        allowance.used += 1

    def _handled(
        self, request: Request, path: str, caller: Caller, body: bytes
    ) -> tuple[Answer, Endpoint]:
        path = by_name(self._hub, path)
        found = self._router.find(request.method, path)
        if found is None:
            raise not_found()
        endpoint, parameters = found
        repository = self._repository(endpoint, parameters, caller)
        check(self._hub, caller, endpoint, repository)
        call = Call(
            hub=self._hub,
            events=self._events,
            lines=self._lines,
            caller=caller,
            path=path,
            parameters=parameters,
            query=dict(request.query_params),
            body=_read(body),
            found=repository,
        )
        try:
            return endpoint.answer(call), endpoint
        finally:
            self._hub.faults.looked_for(call.missed)

    def _repository(
        self, endpoint: Endpoint, parameters: Mapping[str, str], caller: Caller
    ) -> Repository | None:
        if not endpoint.needs_repository:
            return None
        name = f"{parameters['owner']}/{parameters['repo']}"
        repository = self._hub.repositories.find(name)
        if repository is None:
            raise not_found()
        if not may_see(caller, repository) and not set(endpoint.scopes) & set(caller.scopes or ()):
            raise ApiError(404, "Not Found", headers=needs(caller, endpoint))
        return repository

    def _drawn(
        self, request: Request, caller: Caller, endpoint: Endpoint, answer: Answer
    ) -> Response:
        body = b"" if answer.status == 204 else json.dumps(answer.body).encode()
        headers = _common() | needs(caller, endpoint) | dict(answer.headers)
        allowance = self._hub.budget.of(caller.key)
        if request.method in {"GET", "HEAD"}:
            headers["ETag"] = etag = etag_of(body)
            headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
            if matches(request.headers.get("if-none-match"), etag):
                if not caller.is_anonymous and not caller.is_operator:
                    allowance.used -= 1  # what has not changed is not counted
                return Response(status_code=304, headers=headers | budget_headers(allowance))
        headers |= budget_headers(allowance)
        if answer.status == 204:
            return Response(status_code=204, headers=headers)
        return Response(body, answer.status, headers, media_type="application/json; charset=utf-8")

    def _refusal(self, error: ApiError, headers: Mapping[str, str]) -> Response:
        return Response(
            json.dumps(error.body),
            error.status,
            _common() | dict(headers) | error.headers,
            media_type="application/json; charset=utf-8",
        )


def _redirect(method: str, url: str) -> Response:
    body = {"message": "Moved Permanently", "url": url, "documentation_url": DOCUMENTATION}
    status = 301 if method in {"GET", "HEAD"} else 307
    headers = _common() | {"Location": url}
    return Response(json.dumps(body), status, headers, media_type="application/json; charset=utf-8")


def _read(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        read = json.loads(body)
    except ValueError as error:
        raise ApiError(400, "Problems parsing JSON") from error
    if not isinstance(read, dict):
        raise ApiError(400, "Body should be a JSON object")
    return read


def _common() -> dict[str, str]:
    return {
        "Server": "GitHub.com",
        "Vary": "Accept, Authorization, Cookie, X-GitHub-OTP",
        "X-GitHub-Media-Type": "github.v3; format=json",
        "X-GitHub-Request-Id": secrets.token_hex(12).upper(),
    }
