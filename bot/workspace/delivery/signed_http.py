"""Signed HTTP: each payload as a POST to the address that the app gave."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.workspace.delivery.envelope import Envelope
from bot.workspace.errors import Undelivered


class SignedHttp:
    """Posts payloads and reads the answers."""

    def __init__(self, url: str, signing_secret: str, ack_seconds: float) -> None:
        self._url = url
        self._secret = signing_secret.encode()
        self._client = httpx.AsyncClient(timeout=ack_seconds, trust_env=False)

    async def send(self, envelope: Envelope) -> dict[str, Any]:
        """Post one payload. Raises ``Undelivered`` unless the answer is a 200 in time."""
        body, content_type = _body(envelope)
        headers = {"content-type": content_type, **self._signature(body)}
        if envelope.retry_attempt:
            headers["x-slack-retry-num"] = str(envelope.retry_attempt)
            headers["x-slack-retry-reason"] = f"http_{envelope.retry_reason or 'error'}"
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.TimeoutException:
            raise Undelivered("operation_timeout") from None
        except httpx.TransportError:
            raise Undelivered("dispatch_failed") from None
        if response.status_code != httpx.codes.OK:
            raise Undelivered("dispatch_failed")
        return _answer(response)

    def _signature(self, body: bytes) -> dict[str, str]:
        timestamp = str(int(time.time()))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self._secret, base, hashlib.sha256).hexdigest()
        return {"x-slack-request-timestamp": timestamp, "x-slack-signature": f"v0={digest}"}

    async def close(self) -> None:
        """Close kept connections."""
        await self._client.aclose()


def _body(envelope: Envelope) -> tuple[bytes, str]:
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    if envelope.kind == "slash_commands":
        return urlencode(envelope.payload).encode(), form
    return urlencode({"payload": json.dumps(envelope.payload)}).encode(), form


def _answer(response: httpx.Response) -> dict[str, Any]:
    if not response.content:
        return {}
    try:
        answer = response.json()
    except ValueError:
        return {"text": response.text}
    return answer if isinstance(answer, dict) else {}
