"""Slack's rate limits, as buckets that refill steadily."""

import math
import time
from dataclasses import dataclass

_PER_MINUTE = {
    "chat.update": 50,
    "views.open": 100,
    "views.update": 100,
    "views.push": 100,
    "views.publish": 100,
    "conversations.list": 20,
    "conversations.history": 50,
    "conversations.replies": 50,
    "users.info": 100,
    "users.list": 20,
    "files.getUploadURLExternal": 100,
    "files.completeUploadExternal": 100,
}
_POST_BURST = 4


@dataclass(slots=True)
class _Bucket:
    capacity: float
    per_second: float
    left: float
    at: float


class RateLimits:
    """Counts calls a method, and posts a channel. Off until switched on."""

    def __init__(self, *, enabled: bool) -> None:
        self.enabled = enabled
        self._buckets: dict[str, _Bucket] = {}

    def retry_after(self, method: str, channel: str) -> int | None:
        """Count one call. Return None where it may pass, else the whole seconds to wait."""
        if not self.enabled:
            return None
        if method in {"chat.postMessage", "chat.postEphemeral"}:
            return self._take(f"post {channel}", _POST_BURST, 1.0)
        if method in _PER_MINUTE:
            family = "views" if method.startswith("views.") else method
            return self._take(family, _PER_MINUTE[method], _PER_MINUTE[method] / 60)
        return None

    def _take(self, name: str, capacity: float, per_second: float) -> int | None:
        now = time.monotonic()
        bucket = self._buckets.setdefault(name, _Bucket(capacity, per_second, capacity, now))
        bucket.left = min(capacity, bucket.left + (now - bucket.at) * per_second)
        bucket.at = now
        if bucket.left < 1:
            return max(1, math.ceil((1 - bucket.left) / per_second))
        bucket.left -= 1
        return None
