"""Socket Mode: several WebSockets an app, each payload to any one of them."""

import asyncio
import itertools
import json
import secrets
import uuid
from collections import OrderedDict
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.workspace.delivery.envelope import Envelope
from bot.workspace.errors import Undelivered
from bot.workspace.people import APP_ID

_MOST_SOCKETS = 10
_KEPT_TICKETS = 100


class _Session:
    """One open socket and the envelopes that it has not acknowledged."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def send(self, message: dict[str, Any]) -> None:
        await self.socket.send_text(json.dumps(message))

    def acknowledge(self, message: dict[str, Any]) -> None:
        future = self.waiting.pop(str(message.get("envelope_id")), None)
        if future and not future.done():
            future.set_result(message.get("payload") or {})

    def lose(self) -> None:
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(Undelivered("connection_failed"))


class Sockets:
    """All sockets of the app."""

    def __init__(self, ack_seconds: float) -> None:
        self._ack_seconds = ack_seconds
        self._sessions: list[_Session] = []
        self._tickets: OrderedDict[str, None] = OrderedDict()
        self._turn = itertools.count()
        self._arrived = asyncio.Event()

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return len(self._sessions)

    def issue_ticket(self) -> str:
        """Return the secret that opens one socket, once."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = None
        while len(self._tickets) > _KEPT_TICKETS:
            self._tickets.popitem(last=False)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Hold one socket for as long as it lives."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(code=4001)
            return
        del self._tickets[ticket]
        await socket.accept()
        session = _Session(socket)
        if len(self._sessions) >= _MOST_SOCKETS:
            await session.send({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        self._sessions.append(session)
        try:
            await session.send(self._hello())
            self._arrived.set()
            while True:
                session.acknowledge(json.loads(await socket.receive_text()))
        except (WebSocketDisconnect, RuntimeError, ValueError):
            return  # it went away, or said what is no acknowledgement
        finally:
            self._sessions.remove(session)
            session.lose()
            if not self._sessions:
                self._arrived.clear()

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self._sessions),
            "debug_info": {
                "host": "local-workspace",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": APP_ID},
        }

    async def send(self, envelope: Envelope) -> dict[str, Any]:
        """Send to one socket and wait for its acknowledgement. Raises ``Undelivered``.

        An event waits for a socket to arrive; a command or click fails at once without one.
        """
        if not self._sessions and envelope.kind == "events_api":
            try:
                await asyncio.wait_for(self._arrived.wait(), self._ack_seconds)
            except TimeoutError:
                raise Undelivered("connection_failed") from None
        if not self._sessions:
            raise Undelivered("dispatch_failed")
        session = self._sessions[next(self._turn) % len(self._sessions)]
        envelope_id = str(uuid.uuid4())
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        session.waiting[envelope_id] = future
        try:
            await session.send(_message(envelope, envelope_id))
            return await asyncio.wait_for(future, self._ack_seconds)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            raise Undelivered("operation_timeout") from None
        finally:
            session.waiting.pop(envelope_id, None)

    async def refresh(self, seconds: float) -> None:
        """Tell every socket that it will close, and close it after *seconds*."""
        sessions = list(self._sessions)
        notice = {"type": "disconnect", "debug_info": {"host": "local-workspace"}}
        for session in sessions:
            await session.send(notice | {"reason": "warning"})
        await asyncio.sleep(seconds)
        for session in sessions:
            if session in self._sessions:
                await session.send(notice | {"reason": "refresh_requested"})
                await session.socket.close()

    async def drop(self) -> None:
        """Close every socket without a word."""
        for session in list(self._sessions):
            await session.socket.close(code=1011)


def _message(envelope: Envelope, envelope_id: str) -> dict[str, Any]:
    message: dict[str, Any] = {
        "envelope_id": envelope_id,
        "type": envelope.kind,
        "payload": envelope.payload,
        "accepts_response_payload": envelope.takes_answer,
    }
    if envelope.kind == "events_api":
        message |= {
            "retry_attempt": envelope.retry_attempt,
            "retry_reason": envelope.retry_reason,
        }
    return message
