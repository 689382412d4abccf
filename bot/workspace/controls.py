"""Orders troubles from a running workspace, in this process or another."""

from types import TracebackType
from typing import Any, Self

import httpx

from bot.workspace.faults import FaultKind

_TIMEOUT_SECONDS = 30.0


class Controls:
    """One method for each trouble; all take effect before they return."""

    def __init__(self, url: str) -> None:
        """*url* is that of the page."""
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close kept connections."""
        self._client.close()

    def _order(self, name: str, **facts: Any) -> dict[str, Any]:
        response = self._client.post(f"control/{name}", json=facts)
        answer: dict[str, Any] = response.json()
        if not answer.pop("ok"):
            raise ValueError(answer["error"])
        return answer

    def fault(
        self,
        method: str,
        kind: FaultKind,
        *,
        times: int = 1,
        code: str = "internal_error",
        seconds: float = 1.0,
        channel: str | None = None,
    ) -> None:
        """Let the next *times* calls of *method* (wildcards work) go wrong.

        Kinds: ``ratelimited`` (429, Retry-After *seconds*), ``delay`` (by *seconds*), ``error``
        (*code*), ``http_500``, ``drop_before`` (the connection is cut, nothing done) and
        ``drop_after`` (done, then cut, so that the caller cannot know). *channel* is a channel id.
        """
        self._order(
            "fault",
            method=method,
            kind=kind,
            times=times,
            code=code,
            seconds=seconds,
            channel=channel,
        )

    def clear_faults(self) -> None:
        """Withdraw every order."""
        self._order("clear_faults")

    def down(self, seconds: float, *, sockets: bool = True) -> None:
        """Take the whole Web API (and the sockets) down for a while."""
        self._order("down", seconds=seconds, sockets=sockets)

    def duplicate(self, kind: str = "*", times: int = 1) -> None:
        """Deliver the next payloads twice: ``slash_commands``, ``interactive``, ``events_api``."""
        self._order("duplicate", kind=kind, times=times)

    def rate_limits(self, *, enabled: bool) -> None:
        """Switch Slack's rate limits on or off."""
        self._order("rate_limits", enabled=enabled)

    def drop_sockets(self) -> None:
        """Close every socket without a word."""
        self._order("drop_sockets")

    def refresh_sockets(self, seconds: float = 0.0) -> None:
        """Warn every socket, and close it after *seconds*, as Slack does every few hours."""
        self._order("refresh_sockets", seconds=seconds)

    def socket_count(self) -> int:
        """Return how many sockets the bot holds."""
        return int(self._order("sockets")["count"])

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self._order("archive", channel=channel)

    def unarchive(self, channel: str) -> None:
        """Bring an archived channel back."""
        self._order("unarchive", channel=channel)

    def remove_bot(self, channel: str) -> None:
        """Take the bot out of a channel."""
        self._order("remove_bot", channel=channel)

    def add_bot(self, channel: str) -> None:
        """Put the bot into a channel."""
        self._order("add_bot", channel=channel)

    def delete_message(self, channel: str, ts: str) -> None:
        """Delete anybody's message, as an admin can."""
        self._order("delete_message", channel=channel, ts=ts)

    def expire_response_urls(self) -> None:
        """Let every response URL issued so far be too old."""
        self._order("expire_response_urls")
