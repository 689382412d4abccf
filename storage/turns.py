"""Taking turns: whoever asks first goes first, and nobody overtakes."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class TooLong(Exception):
    """The turn did not come in time."""


class Turns:
    """A lock that is given on in the order in which it was asked for.

    ``threading.Lock`` lets a thread that asks again at once overtake those that wait.
    """

    def __init__(self) -> None:
        """Nobody has it."""
        self._lock = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._taken = False

    @contextmanager
    def taken(self, seconds: float) -> Iterator[None]:
        """Have it for the length of the block; raises ``TooLong`` after that."""
        self._take(seconds)
        try:
            yield
        finally:
            self._give_on()

    def _take(self, seconds: float) -> None:
        with self._lock:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(seconds):
            return
        with self._lock:
            if not turn.is_set():
                self._waiting.remove(turn)
                raise TooLong
        # It was given to us at the last moment.

    def _give_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._taken = False
