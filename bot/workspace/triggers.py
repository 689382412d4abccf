"""Trigger ids: a click's short permission to open a view."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

from bot.workspace.errors import SlackError

_KEPT = 5000


@dataclass(slots=True, kw_only=True)
class _Trigger:
    user: str
    until: float
    used: bool = False


class Triggers:
    """Issues trigger ids that work once and for a few seconds only."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._issued: OrderedDict[str, _Trigger] = OrderedDict()

    def issue(self, user: str) -> str:
        """Return a new trigger id for what *user* just did."""
        now = time.monotonic()
        trigger = (
            f"{time.time_ns() // 1_000_000}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        )
        self._issued[trigger] = _Trigger(user=user, until=now + self._seconds)
        while len(self._issued) > _KEPT:
            self._issued.popitem(last=False)
        return trigger

    def use(self, trigger: str) -> str:
        """Return whose trigger it is and spend it. Raises ``SlackError``."""
        found = self._issued.get(trigger)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if time.monotonic() > found.until:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found.user
