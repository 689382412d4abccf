"""Where calls of the Web API arrive: token, faults, limits, then the method itself."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.workspace.api import chat, conversations, files, users, views, workspace_methods
from bot.workspace.api.call import Call
from bot.workspace.api.methods import METHODS, Method
from bot.workspace.delivery.events import Events
from bot.workspace.delivery.sockets import Sockets
from bot.workspace.errors import SlackError
from bot.workspace.faults import Fault
from bot.workspace.workspace import Workspace

NOUNS = (chat, conversations, files, users, views, workspace_methods)  # imported to be entered

CutConnection = Callable[[Request], None]


class Api:
    """Serves ``/api/<method>``."""

    def __init__(
        self, workspace: Workspace, events: Events, sockets: Sockets, cut: CutConnection
    ) -> None:
        self._workspace = workspace
        self._events = events
        self._sockets = sockets
        self._cut = cut

    async def __call__(self, request: Request) -> Response:
        """Answer one call."""
        name = request.path_params["method"]
        faults = self._workspace.faults
        if faults.is_down:
            return await self._drop(request)
        try:
            arguments = await _arguments(request)
        except SlackError as error:
            return _refusal(error)
        channel = self._channel_id(str(arguments.get("channel") or ""))
        fault = faults.take(name, channel)
        if fault and (answer := await self._meet(fault, request)):
            return answer
        if wait := self._workspace.limits.retry_after(name, channel):
            return _ratelimited(wait)
        answer = await self._answer(name, request, arguments)
        if fault and fault.kind == "drop_after":
            return await self._drop(request)
        return answer

    def _channel_id(self, channel: str) -> str:
        """Return the id of a channel that may be named: faults and limits go by it."""
        found = self._workspace.channels.find(channel)
        return found.id if found else channel

    async def _meet(self, fault: Fault, request: Request) -> Response | None:
        """Do what a fault orders before the call; None lets the call go on."""
        if fault.kind == "ratelimited":
            return _ratelimited(max(1, round(fault.seconds)))
        if fault.kind == "error":
            return _refusal(SlackError(fault.code))
        if fault.kind == "http_500":
            return PlainTextResponse("Internal Server Error", status_code=500)
        if fault.kind == "drop_before":
            return await self._drop(request)
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        return None

    async def _drop(self, request: Request) -> Response:
        self._cut(request)
        await asyncio.sleep(0)
        return Response(status_code=503)

    async def _answer(self, name: str, request: Request, arguments: Mapping[str, Any]) -> Response:
        call = Call(
            workspace=self._workspace,
            events=self._events,
            sockets=self._sockets,
            arguments=arguments,
        )
        try:
            method = _method(name)
            self._admit(method, _token(request, arguments))
            if method.scope:
                call.need_scope(method.scope)
            answer = await method.run(call)
        except SlackError as error:
            return _refusal(error)
        return JSONResponse({"ok": True} | answer, headers=self._scope_headers(method))

    def _admit(self, method: Method, token: str) -> None:
        """Check the token. Raises ``SlackError``."""
        if method.name == "api.test":
            return
        settings = self._workspace.settings
        if not token:
            raise SlackError("not_authed")
        kinds = {settings.bot_token: "bot", settings.app_token: "app"}
        kind = kinds.get(token)
        if kind is None:
            raise SlackError("invalid_auth")
        if method.token not in {kind, "any"}:
            raise SlackError("not_allowed_token_type")

    def _scope_headers(self, method: Method) -> dict[str, str]:
        scopes = {"x-oauth-scopes": ",".join(sorted(self._workspace.app.scopes))}
        return scopes | ({"x-accepted-oauth-scopes": method.scope} if method.scope else {})


def _method(name: str) -> Method:
    found = METHODS.get(name)
    if found is None:
        raise SlackError("unknown_method", req_method=name)
    return found


def _token(request: Request, arguments: Mapping[str, Any]) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(arguments.get("token") or "")


async def _arguments(request: Request) -> dict[str, Any]:
    """Read the arguments from the query and from a form or JSON body."""
    arguments: dict[str, Any] = dict(request.query_params)
    content_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if content_type == "application/json":
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError as error:
            raise SlackError("invalid_json") from error
        if not isinstance(body, dict):
            raise SlackError("json_not_object")
        return arguments | body
    if request.method == "POST" and content_type:
        if content_type not in {"application/x-www-form-urlencoded", "multipart/form-data"}:
            raise SlackError("invalid_post_type")
        arguments |= dict(await request.form())
    return arguments


def _ratelimited(seconds: int) -> Response:
    return JSONResponse(
        {"ok": False, "error": "ratelimited"},
        status_code=429,
        headers={"retry-after": str(seconds)},
    )


def _refusal(error: SlackError) -> Response:
    answer: dict[str, Any] = {"ok": False, "error": error.code} | error.facts
    if error.messages:
        answer["response_metadata"] = {"messages": list(error.messages)}
    return JSONResponse(answer)
