"""Identifiers and timestamps in the shapes that Slack uses."""

import secrets
import string
import time

_LETTERS = string.ascii_uppercase + string.digits


def slack_id(prefix: str) -> str:
    """Return a new id such as ``C09A8B7C6D5``."""
    return prefix + "0" + "".join(secrets.choice(_LETTERS) for _ in range(9))


def block_id() -> str:
    """Return a new id for a block or action that the app did not name."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))


class Timestamps:
    """Makes message timestamps: seconds of the epoch with microseconds, no two alike."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        """Return a timestamp later than every earlier one."""
        self._last = max(self._last + 1, time.time_ns() // 1000)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
