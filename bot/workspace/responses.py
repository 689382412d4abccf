"""Response URLs: five answers within half an hour."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass

_KEPT = 5000
_USES = 5
_SECONDS = 30 * 60


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """What one link may still do, and for whom."""

    user: str
    channel: str
    message_ts: str | None = None  # the message that was acted on
    thread_ts: str | None = None
    until: float
    left: int = _USES


class ResponseUrls:
    """Issues links and finds them again."""

    def __init__(self) -> None:
        self._issued: OrderedDict[str, ResponseUrl] = OrderedDict()

    def issue(
        self,
        kind: str,
        *,
        user: str,
        channel: str,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Return the path of a new link, such as ``commands/T01…/8841…/x9…``."""
        number, secret = secrets.randbelow(10**13), secrets.token_urlsafe(18)
        path = f"{kind}/T01RACKHAND/{number}/{secret}"
        self._issued[path] = ResponseUrl(
            user=user,
            channel=channel,
            message_ts=message_ts,
            thread_ts=thread_ts,
            until=time.monotonic() + _SECONDS,
        )
        while len(self._issued) > _KEPT:
            self._issued.popitem(last=False)
        return path

    def use(self, path: str) -> ResponseUrl | str:
        """Return the link with one use spent, or the code of why it does not work."""
        link = self._issued.get(path)
        if link is None:
            return "invalid_url"
        if time.monotonic() > link.until:
            return "expired_url"
        if link.left <= 0:
            return "used_url"
        link.left -= 1
        return link

    def expire(self) -> None:
        """Let every link issued so far be half an hour old."""
        for link in self._issued.values():
            link.until = 0.0
