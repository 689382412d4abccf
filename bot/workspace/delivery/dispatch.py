"""The one door through which payloads leave, where a test may have them leave twice."""

import asyncio
import contextlib
from typing import Any

from bot.workspace.delivery.envelope import Envelope, Transport
from bot.workspace.errors import Undelivered
from bot.workspace.faults import Faults


class Dispatch:
    """Passes envelopes on to Socket Mode or signed HTTP."""

    def __init__(self, transport: Transport, faults: Faults) -> None:
        self._transport = transport
        self._faults = faults
        self._copies: set[asyncio.Task[None]] = set()

    async def send(self, envelope: Envelope) -> dict[str, Any]:
        """Deliver, and return what the acknowledgement carried. Raises ``Undelivered``."""
        if self._faults.take_duplicate(envelope.kind):
            copy = asyncio.get_running_loop().create_task(self._send_copy(envelope))
            self._copies.add(copy)
            copy.add_done_callback(self._copies.discard)
        return await self._transport.send(envelope)

    async def _send_copy(self, envelope: Envelope) -> None:
        with contextlib.suppress(Undelivered):
            await self._transport.send(envelope)
