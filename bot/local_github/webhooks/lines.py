"""Sends deliveries in the background: one line a hook, in order, each tried once."""

import queue
import threading
import time
import uuid
from collections import deque
from datetime import UTC, datetime

import httpx

from bot.local_github.faults import Faults
from bot.local_github.records import Hook
from bot.local_github.webhooks.delivery import Delivery, Json, body_of, headers_of

_KEPT = 1000
_STOP_SECONDS = 5.0
_SHOWN_CHARACTERS = 10_000  # of the receiver's answer


class Lines:
    """Takes events, and sends each to the hook that wants it. Nothing is sent again by itself."""

    def __init__(self, faults: Faults, timeout_seconds: float) -> None:
        self.is_on = True
        self._faults = faults
        self._client = httpx.Client(timeout=timeout_seconds, trust_env=False)
        self._lines: dict[int, queue.SimpleQueue[Delivery | None]] = {}
        self._threads: list[threading.Thread] = []
        self._kept: deque[Delivery] = deque(maxlen=_KEPT)
        self._held: list[Delivery] | None = None
        self._left = 0
        self._changed = threading.Condition()
        self._last_id = 0

    def send(self, hook: Hook, event: str, payload: Json, repository: int) -> None:
        """Let *hook* be told, as soon as what is before it in its line is sent."""
        if not self.is_on:
            return
        delivery = self._delivery(hook, event, payload, repository, str(uuid.uuid4()))
        for _ in range(2 if self._faults.take_duplicate(event) else 1):
            if self._held is not None:
                self._held.append(delivery)
            else:
                self._enqueue(delivery)

    def again(self, delivery: Delivery) -> Delivery:
        """Send what was sent before once more, under the same guid."""
        repeated = self._delivery(
            delivery.hook, delivery.event, delivery.payload, delivery.repository, delivery.guid
        )
        repeated.redelivery = True
        self._enqueue(repeated)
        return repeated

    def hold(self) -> None:
        """Keep back what is to be sent from now on."""
        self._held = self._held or []

    def release(self, *, reverse: bool = False) -> None:
        """Send what was kept back, the newest first where *reverse*."""
        held, self._held = self._held or [], None
        for delivery in reversed(held) if reverse else held:
            self._enqueue(delivery)

    def _delivery(
        self, hook: Hook, event: str, payload: Json, repository: int, guid: str
    ) -> Delivery:
        with self._changed:
            self._last_id += 1
            delivery = Delivery(
                id=self._last_id,
                guid=guid,
                hook=hook,
                event=event,
                payload=payload,
                repository=repository,
            )
            self._kept.append(delivery)
        return delivery

    def deliveries(self, hook: Hook | None = None) -> list[Delivery]:
        """Return what was sent or is to be, newest first."""
        with self._changed:
            return [one for one in reversed(self._kept) if hook is None or one.hook is hook]

    def wait(self, seconds: float) -> bool:
        """Wait until all that is not held back was sent; False where it was not in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._left == 0, seconds)

    def _enqueue(self, delivery: Delivery) -> None:
        with self._changed:
            self._left += 1
        line = self._lines.get(delivery.hook.id)
        if line is None:
            line = self._lines[delivery.hook.id] = queue.SimpleQueue()
            thread = threading.Thread(
                target=self._work, args=(line,), name=f"hook-{delivery.hook.id}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        line.put(delivery)

    def _work(self, line: queue.SimpleQueue[Delivery | None]) -> None:
        while (delivery := line.get()) is not None:
            try:
                self._deliver(delivery)
            finally:
                with self._changed:
                    self._left -= 1
                    self._changed.notify_all()

    def _deliver(self, delivery: Delivery) -> None:
        hook = delivery.hook
        body = body_of(delivery)
        delivery.request_headers = headers = headers_of(delivery, body)
        delivery.delivered_at = datetime.now(UTC)
        began = time.monotonic()
        try:
            response = self._client.post(hook.url, content=body, headers=headers)
        except httpx.TimeoutException:
            delivery.status = "timed out"
        except (httpx.HTTPError, httpx.InvalidURL, RuntimeError):  # the last: we are closing
            delivery.status = "failed to connect to host"
        else:
            delivery.status_code = response.status_code
            delivery.status = "OK" if response.is_success else "Invalid HTTP Response"
            delivery.response_headers = dict(response.headers)
            delivery.response_body = response.text[:_SHOWN_CHARACTERS]
        delivery.duration_seconds = round(time.monotonic() - began, 2)
        hook.last_code = delivery.status_code or None
        hook.last_status = "active" if delivery.status == "OK" else "unused"
        hook.last_message = delivery.status

    def close(self) -> None:
        """End every line; what waits in one is not sent."""
        for line in self._lines.values():
            line.put(None)
        self._client.close()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)
