"""Slack's rates, kept by ourselves so that Slack never has to refuse us."""

from datetime import datetime, timedelta


class Budget:
    """So many calls in a time, for each key apart; and none while Slack said to wait."""

    def __init__(self, calls: int, seconds: float) -> None:
        """Allow *calls* within any *seconds*."""
        self._calls = calls
        self._span = timedelta(seconds=seconds)
        self._made: dict[str, list[datetime]] = {}
        self._closed_until: dict[str, datetime] = {}

    def allows(self, key: str, now: datetime) -> bool:
        """Whether a call for *key* may leave now."""
        closed_until = self._closed_until.get(key)
        if closed_until and now < closed_until:
            return False
        return len(self._recent(key, now)) < self._calls

    def spend(self, key: str, now: datetime) -> None:
        """Count a call."""
        self._made[key] = [*self._recent(key, now), now]

    def close(self, key: str, until: datetime) -> None:
        """Slack asked to wait: let nothing leave for *key* before *until*."""
        self._closed_until[key] = until

    def _recent(self, key: str, now: datetime) -> list[datetime]:
        return [at for at in self._made.get(key, ()) if now - at < self._span]
