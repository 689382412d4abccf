"""Lets git clone, fetch and push over HTTP, as far as the token allows."""

import asyncio
from collections.abc import Callable
from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from bot.local_github import pushes
from bot.local_github.api.access import may_see
from bot.local_github.authorization import token_of
from bot.local_github.credentials import BadCredentials, Caller
from bot.local_github.git.backend import serve
from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.webhooks.events import Events

_ASK = {"WWW-Authenticate": 'Basic realm="GitHub"'}


class GitHttp:
    """The addresses that end in ``.git``, and what is below them."""

    def __init__(self, hub: Hub, events: Events, cut: Callable[[Request], None]) -> None:
        self._hub = hub
        self._events = events
        self._cut = cut

    async def __call__(self, request: Request) -> Response:
        """Answer one request of a git client."""
        try:
            caller = self._hub.credentials.caller(token_of(request.headers))
        except BadCredentials:
            message = "Invalid username or token."
            return PlainTextResponse(message, 401, headers=_ASK)
        if not caller.is_operator:
            fault = self._hub.faults.take(request.method, request.url.path)
            if self._hub.faults.is_down or (fault and fault.kind.startswith("drop")):
                self._cut(request)
                return Response(status_code=500)  # reaches nobody
            if fault and fault.kind == "slow":
                await asyncio.sleep(fault.seconds)
            elif fault:
                return PlainTextResponse("Server Error", fault.status)
        full_name = f"{request.path_params['owner']}/{request.path_params['name']}"
        repository = self._hub.repositories.find(full_name)
        if repository is None and (moved := self._hub.repositories.formerly(full_name)):
            return self._lead(request, moved)
        return self._refusal(request, caller, repository) or await self._serve(
            request, caller, repository
        )

    def _lead(self, request: Request, repository: Repository) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        page = self._hub.urls.page(repository.full_name)
        return RedirectResponse(f"{page}.git/{request.path_params['rest']}{query}", 301)

    def _refusal(
        self, request: Request, caller: Caller, repository: Repository | None
    ) -> Response | None:
        writes = "git-receive-pack" in f"{request.path_params['rest']}{request.url.query}"
        if caller.is_anonymous and (writes or repository is None or repository.private):
            return PlainTextResponse("Repository not found.", 401, headers=_ASK)
        if repository is None or not may_see(caller, repository):
            return PlainTextResponse("Repository not found.", 404)
        if not _may(caller, repository, writes=writes):
            return PlainTextResponse("Write access to repository not granted.", 403)
        return None

    async def _serve(
        self, request: Request, caller: Caller, repository: Repository | None
    ) -> Response:
        assert repository is not None
        pusher = caller.login or ""
        notice = partial(self._notice, repository, pusher)
        rest = request.path_params["rest"]
        return await serve(
            request,
            repository.path,
            rest,
            pusher,
            partial(run_in_threadpool, notice) if rest == "git-receive-pack" else _nothing,
        )

    def _notice(self, repository: Repository, pusher: str) -> None:
        with self._hub.lock:
            pushes.notice(self._hub, self._events, repository, pusher)


async def _nothing() -> None:
    """A fetch has no consequences."""


def _may(caller: Caller, repository: Repository, *, writes: bool) -> bool:
    if caller.is_operator or not (writes or repository.private):
        return True
    if caller.permissions is not None:
        granted = caller.permissions.get("contents")
        return granted == "write" or (granted == "read" and not writes)
    scopes = set(caller.scopes or ())
    return "repo" in scopes or (not repository.private and "public_repo" in scopes)
