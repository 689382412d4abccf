"""A web server that keeps what hooks deliver to it."""

import http.server
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Received:
    """One delivery."""

    event: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        read: dict[str, Any] = json.loads(self.body)
        return read

    @property
    def what(self) -> str:
        """Event and action, as ``check_run completed``."""
        return f"{self.event} {self.payload.get('action', '')}".strip()


class Receiver:
    """Answers 200 unless told otherwise."""

    def __init__(self) -> None:
        self.status = 200
        self.received: list[Received] = []
        self.hang = threading.Event()  # set: answer at once
        self.hang.set()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def _handler(self) -> type[http.server.BaseHTTPRequestHandler]:
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = dict(self.headers)
                event = headers["X-GitHub-Event"]
                outer.received.append(Received(event=event, headers=headers, body=body))
                outer.hang.wait()
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(b"seen")

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/github/webhook"

    def events(self) -> list[str]:
        return [one.what for one in self.received]

    def last(self, event: str) -> dict[str, Any]:
        return next(one.payload for one in reversed(self.received) if one.event == event)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hang.set()
        self._server.shutdown()
        self._server.server_close()
