"""One delivery: its body, its signatures, and what the receiver answered."""

import hashlib
import hmac
import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.local_github.records import Hook

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Delivery:
    """What was, or is to be, sent to one hook. A redelivery is another with the same guid."""

    id: int
    guid: str
    hook: Hook
    event: str
    payload: Json
    repository: int  # id
    redelivery: bool = False
    delivered_at: datetime | None = None
    duration_seconds: float = 0.0
    status_code: int = 0
    status: str = "pending"
    request_headers: Mapping[str, str] | None = None
    response_headers: Mapping[str, str] | None = None
    response_body: str | None = None

    @property
    def action(self) -> str | None:
        """What happened, where the event has more than one kind."""
        action: str | None = self.payload.get("action")
        return action


def body_of(delivery: Delivery) -> bytes:
    """Return the bytes that are sent, in the form that the hook asks for."""
    text = json.dumps(delivery.payload, ensure_ascii=False, separators=(",", ":"))
    if delivery.hook.content_type == "form":
        return urllib.parse.urlencode({"payload": text}).encode()
    return text.encode()


def headers_of(delivery: Delivery, body: bytes) -> dict[str, str]:
    """Return the headers that go with *body*, signed where the hook has a secret."""
    hook = delivery.hook
    form = hook.content_type == "form"
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "User-Agent": "GitHub-Hookshot/10ca1b5",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(delivery.repository),
        "X-GitHub-Hook-Installation-Target-Type": "integration"
        if hook.installation
        else "repository",
    }
    if hook.secret:
        key = hook.secret.encode()
        headers["X-Hub-Signature"] = f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}"
        headers["X-Hub-Signature-256"] = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    return headers
