"""What one account may still ask of GitHub, as the answers so far have told."""

import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from engine.errors import Limited
from engine.ports.forge import Limits

Headers = Mapping[str, str]  # with names in small letters
UNNAMED_PAUSE = timedelta(minutes=1)  # what GitHub asks for where it names no time; then doubled
LONGEST_UNNAMED_PAUSE = timedelta(minutes=16)
MARGIN = timedelta(seconds=1)  # headers tell whole seconds


class Allowance:
    """The latest limits, and until when GitHub asked to be left alone. Thread-safe."""

    def __init__(self) -> None:
        """Nothing is known yet, so anything may be asked."""
        self._lock = threading.Lock()
        self._limits: Limits | None = None
        self._paused_until: datetime | None = None
        self._unnamed_pauses = 0

    def limits(self) -> Limits | None:
        """Return the latest limits; None before the first answer."""
        return self._limits

    def check(self, host: str, now: datetime) -> None:
        """Raise ``Limited`` where GitHub would only refuse, without asking it."""
        limits = self._limits
        if self._paused_until and now < self._paused_until:
            raise limited(host, self._paused_until)
        if limits and limits.remaining == 0 and now < limits.resets_at:
            raise limited(host, limits.resets_at)

    def note(self, headers: Headers, now: datetime) -> None:
        """Remember what an answer says of the limits, in the time of this machine's clock."""
        try:
            remaining = int(headers["x-ratelimit-remaining"])
            limit = int(headers["x-ratelimit-limit"])
            reset = int(headers["x-ratelimit-reset"])
        except (KeyError, ValueError):
            return
        with self._lock:
            if self._paused_until and self._paused_until <= now:
                self._paused_until = None
            self._limits = Limits(
                remaining=remaining,
                limit=limit,
                resets_at=_by_our_clock(reset, headers, now),
                paused_until=self._paused_until,
            )

    def succeeded(self) -> None:
        """Forget refusals: it answers again."""
        self._unnamed_pauses = 0

    def pause(self, headers: Headers, now: datetime) -> datetime:
        """Record that GitHub refused because of a limit; return when it may be asked again.

        It names the time in ``Retry-After``; where the hour's allowance is used up it is the end
        of the hour; else a minute, and twice as long each time that it refuses again.
        """
        with self._lock:
            until = self._until(headers, now)
            self._paused_until = until
            if limits := self._limits:
                self._limits = Limits(
                    remaining=limits.remaining,
                    limit=limits.limit,
                    resets_at=limits.resets_at,
                    paused_until=until,
                )
            return until

    def _until(self, headers: Headers, now: datetime) -> datetime:
        if (seconds := headers.get("retry-after", "")).isdecimal():
            return now + timedelta(seconds=int(seconds))
        reset = headers.get("x-ratelimit-reset", "")
        if headers.get("x-ratelimit-remaining") == "0" and reset.isdecimal():
            return max(_by_our_clock(int(reset), headers, now), now + MARGIN)
        pause: timedelta = UNNAMED_PAUSE * 2 ** min(self._unnamed_pauses, 8)
        self._unnamed_pauses += 1
        return now + min(pause, LONGEST_UNNAMED_PAUSE)


def limited(host: str, until: datetime) -> Limited:
    """Say that GitHub wants to be left alone."""
    return Limited(
        f"{host} lets Rackhand ask no more until {until:%H:%M:%S} UTC.",
        until=until,
        remedy="What is waiting goes on by itself then.",
    )


def _by_our_clock(reset: int, headers: Headers, now: datetime) -> datetime:
    """Return when the limit is reset; the answer's own date tells how GitHub's clock differs."""
    try:
        theirs = parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        theirs = now.timestamp()
    return now + timedelta(seconds=reset - theirs) + MARGIN
