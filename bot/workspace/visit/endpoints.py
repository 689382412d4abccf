"""The client API under ``/client/``: what the page and the Visitor call."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.workspace.delivery.events import Events
from bot.workspace.errors import Impossible, Undelivered
from bot.workspace.messages import Json
from bot.workspace.settings import ChannelSpec
from bot.workspace.visit.acts import Acts
from bot.workspace.visit.modals import Modals
from bot.workspace.visit.once import Once
from bot.workspace.visit.presentation import Presentation
from bot.workspace.workspace import Workspace

_LONGEST_WAIT_SECONDS = 25.0
_BEAT_SECONDS = 15.0

Handler = Callable[[Json], Awaitable[Json]]


class ClientApi:
    """Answers the page."""

    def __init__(
        self,
        workspace: Workspace,
        presentation: Presentation,
        acts: Acts,
        modals: Modals,
        events: Events,
    ) -> None:
        self._workspace = workspace
        self._presentation = presentation
        self._acts = acts
        self._modals = modals
        self._events = events
        self._once = Once()

    def routes(self) -> list[Route]:
        """Return every route under ``/client/``."""
        handlers: dict[str, Handler] = {
            "state": self._state,
            "history": self._history,
            "thread": self._thread,
            "whispers": self._whispers,
            "views": self._views,
            "wait": self._wait,
            "say": self._say,
            "act": self._act,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "shortcut": self._shortcut,
            "dismiss": self._dismiss,
            "make_channel": self._make_channel,
            "invite": self._invite,
        }
        posts = [
            Route(f"/client/{name}", _answering(handler, self._once), methods=["POST"])
            for name, handler in handlers.items()
        ]
        return [*posts, Route("/client/stream", self._stream)]

    async def _state(self, asked: Json) -> Json:
        return self._presentation.state(self._presentation.user(asked["user"]))

    async def _history(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = self._presentation.channel(user, asked["channel"])
        return {"channel": channel.id, "messages": self._presentation.history(user, channel)}

    async def _thread(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = self._presentation.channel(user, asked["channel"])
        return {"messages": self._presentation.thread(user, channel, asked["ts"])}

    async def _whispers(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = self._presentation.channel(user, asked["channel"])
        return {"messages": self._presentation.whispers(user, channel)}

    async def _views(self, asked: Json) -> Json:
        return self._presentation.views(self._presentation.user(asked["user"]))

    async def _wait(self, asked: Json) -> Json:
        seconds = min(float(asked.get("seconds", 0)), _LONGEST_WAIT_SECONDS)
        return {"sequence": await self._workspace.changes.wait(int(asked["since"]), seconds)}

    async def _say(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = self._presentation.channel(user, asked["channel"])
        return await self._acts.say(user, channel, asked["text"], asked.get("thread_ts"))

    async def _act(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        if view_id := asked.get("view_id"):
            view = self._presentation.view(user, view_id)
            await self._acts.act_on_view(user, view, asked)
        else:
            channel = self._presentation.channel(user, asked["channel"])
            message = self._presentation.message(user, channel, asked["ts"])
            await self._acts.act_on_message(user, channel, message, asked)
        return {}

    async def _submit(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        view = self._presentation.view(user, asked["view_id"])
        return {"errors": await self._modals.submit(user, view, asked.get("values") or {})}

    async def _close(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        view = self._presentation.view(user, asked["view_id"])
        await self._modals.close(user, view, cleared=bool(asked.get("all")))
        return {}

    async def _home(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        self._events.home_opened(user.id, asked.get("tab") or "home")
        channel = self._workspace.direct_channel(user.id)
        return {"channel": channel.id} | self._presentation.views(user)

    async def _shortcut(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = message = None
        if asked.get("ts"):
            channel = self._presentation.channel(user, asked["channel"])
            message = self._presentation.message(user, channel, asked["ts"])
        await self._acts.use_shortcut(user, asked["callback_id"], channel, message)
        return {}

    async def _dismiss(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = self._presentation.channel(user, asked["channel"])
        message = self._presentation.message(user, channel, asked["ts"])
        if message.only_for is None:
            raise Impossible("Only what is visible to you alone can be dismissed.")
        self._workspace.delete(channel, message.ts)
        return {}

    async def _make_channel(self, asked: Json) -> Json:
        name = str(asked["name"]).strip().removeprefix("#").lower().replace(" ", "-")
        if not name or self._workspace.channels.find(name):
            raise Impossible("That channel name is taken or empty.")
        spec = ChannelSpec(name=name, private=bool(asked.get("private")), has_bot=False)
        channel = self._workspace.make_channel(spec)
        self._workspace.changes.touch(channel.id)
        return {"channel": channel.id}

    async def _invite(self, asked: Json) -> Json:
        user = self._presentation.user(asked["user"])
        channel = self._presentation.channel(user, asked["channel"])
        invited = self._workspace.people.find(asked["who"])
        if invited is None:
            raise Impossible(f"There is nobody called {asked['who']!r} here.")
        self._events.join(channel, invited.id)
        return {}

    async def _stream(self, _request: Request) -> Response:
        return StreamingResponse(self._news(), media_type="text/event-stream")

    async def _news(self) -> AsyncIterator[str]:
        changes = self._workspace.changes
        seen = changes.sequence
        yield f"data: {json.dumps({'sequence': seen, 'changed': []})}\n\n"
        while True:
            await changes.wait(seen, _BEAT_SECONDS)
            await asyncio.sleep(0.02)  # gathers what changes together
            changed, seen = changes.since(seen), changes.sequence
            yield f"data: {json.dumps({'sequence': seen, 'changed': changed})}\n\n"


def _answering(handler: Handler, once: Once) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        asked: dict[str, Any] = await request.json()
        return await once.answer(asked.get("key"), lambda: _answer(handler, asked))

    return answer


async def _answer(handler: Handler, asked: Json) -> Response:
    try:
        return JSONResponse({"ok": True} | await handler(asked))
    except Impossible as error:
        return JSONResponse({"ok": False, "error": str(error)}, status_code=400)
    except Undelivered as error:
        return JSONResponse({"ok": False, "error": error.code, "undelivered": True})
    except KeyError as error:
        return JSONResponse({"ok": False, "error": f"{error} is missing"}, status_code=400)
