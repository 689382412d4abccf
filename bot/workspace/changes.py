"""Tells whoever watches that something in the workspace changed."""

import asyncio
import contextlib
from collections import deque


class Changes:
    """A growing number, and for each step the id of the channel or user it concerned."""

    def __init__(self) -> None:
        self.sequence = 0
        self._recent: deque[tuple[int, str]] = deque(maxlen=1000)
        self._changed = asyncio.Event()

    def touch(self, subject: str) -> None:
        """Note a change of *subject* and wake everybody who waits."""
        self.sequence += 1
        self._recent.append((self.sequence, subject))
        self._changed.set()
        self._changed = asyncio.Event()

    def since(self, sequence: int) -> list[str]:
        """Return what changed after *sequence*, each subject once."""
        return sorted({subject for at, subject in self._recent if at > sequence})

    async def wait(self, sequence: int, seconds: float) -> int:
        """Return the present number once it passed *sequence*, or after *seconds* anyway."""
        if self.sequence <= sequence:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), seconds)
        return self.sequence
