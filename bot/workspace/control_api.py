"""The control API under ``/control/``: troubles and acts that no person in a channel could do."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.workspace.channels import Channel
from bot.workspace.delivery.events import Events
from bot.workspace.delivery.sockets import Sockets
from bot.workspace.errors import Impossible
from bot.workspace.faults import Fault
from bot.workspace.people import BOT_USER_ID
from bot.workspace.workspace import Workspace

Json = dict[str, Any]


class ControlApi:
    """Carries out orders of tests."""

    def __init__(self, workspace: Workspace, events: Events, sockets: Sockets) -> None:
        self._workspace = workspace
        self._events = events
        self._sockets = sockets

    def routes(self) -> list[Route]:
        """Return every route under ``/control/``."""
        orders: dict[str, Callable[[Json], Awaitable[Json]]] = {
            "fault": self._fault,
            "clear_faults": self._clear_faults,
            "down": self._down,
            "duplicate": self._duplicate,
            "rate_limits": self._rate_limits,
            "drop_sockets": self._drop_sockets,
            "refresh_sockets": self._refresh_sockets,
            "sockets": self._count_sockets,
            "archive": self._archive,
            "unarchive": self._unarchive,
            "remove_bot": self._remove_bot,
            "add_bot": self._add_bot,
            "delete_message": self._delete_message,
            "expire_response_urls": self._expire_response_urls,
        }
        return [
            Route(f"/control/{name}", _obeying(order), methods=["POST"])
            for name, order in orders.items()
        ]

    async def _fault(self, asked: Json) -> Json:
        try:
            self._workspace.faults.order(Fault(**asked))
        except TypeError as error:
            raise Impossible(str(error)) from error
        return {}

    async def _clear_faults(self, _asked: Json) -> Json:
        self._workspace.faults.clear()
        return {}

    async def _down(self, asked: Json) -> Json:
        self._workspace.faults.take_down(float(asked["seconds"]))
        if asked.get("sockets", True):
            await self._sockets.drop()
        return {}

    async def _duplicate(self, asked: Json) -> Json:
        self._workspace.faults.duplicate(asked.get("kind", "*"), int(asked.get("times", 1)))
        return {}

    async def _rate_limits(self, asked: Json) -> Json:
        self._workspace.limits.enabled = bool(asked["enabled"])
        return {}

    async def _drop_sockets(self, _asked: Json) -> Json:
        await self._sockets.drop()
        return {}

    async def _refresh_sockets(self, asked: Json) -> Json:
        await self._sockets.refresh(float(asked.get("seconds", 0.0)))
        return {}

    async def _count_sockets(self, _asked: Json) -> Json:
        return {"count": self._sockets.count}

    def _channel(self, asked: Json) -> Channel:
        channel = self._workspace.channels.find(asked["channel"])
        if channel is None:
            raise Impossible(f"There is no channel {asked['channel']!r}.")
        return channel

    async def _archive(self, asked: Json) -> Json:
        self._events.archive(self._channel(asked))
        return {}

    async def _unarchive(self, asked: Json) -> Json:
        channel = self._channel(asked)
        channel.archived = False
        self._workspace.changes.touch(channel.id)
        return {}

    async def _remove_bot(self, asked: Json) -> Json:
        self._events.leave(self._channel(asked), BOT_USER_ID)
        return {}

    async def _add_bot(self, asked: Json) -> Json:
        self._events.join(self._channel(asked), BOT_USER_ID)
        return {}

    async def _delete_message(self, asked: Json) -> Json:
        channel = self._channel(asked)
        message = channel.messages.get(asked["ts"])
        if message is None:
            raise Impossible("There is no such message.")
        self._workspace.delete(channel, message.ts)
        self._events.deleted(channel, message)
        return {}

    async def _expire_response_urls(self, _asked: Json) -> Json:
        self._workspace.response_urls.expire()
        return {}


def _obeying(order: Callable[[Json], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    async def obey(request: Request) -> Response:
        try:
            return JSONResponse({"ok": True} | await order(await request.json()))
        except (Impossible, KeyError) as error:
            return JSONResponse({"ok": False, "error": str(error)}, status_code=400)

    return obey
