"""Doing what the page asks for once, however often it has to send it.

A browser gives up requests under way where the machine's network changes, as it does whenever a
container starts, and cannot know whether they arrived. The page then sends them again.
"""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.responses import Response

KEPT = 200  # answers


class Once:
    """Remembers the latest answers by the key that their request carried."""

    def __init__(self) -> None:
        self._answers: dict[str, asyncio.Task[Response]] = {}

    async def answer(self, key: str | None, work: Callable[[], Awaitable[Response]]) -> Response:
        """Do *work*, or return the answer that it gave the first time."""
        if key is None:
            return await work()
        if key not in self._answers:
            self._answers[key] = asyncio.ensure_future(_done(work))
            for old in list(self._answers)[:-KEPT]:
                del self._answers[old]
        return await asyncio.shield(self._answers[key])


async def _done(work: Callable[[], Awaitable[Response]]) -> Response:
    return await work()
