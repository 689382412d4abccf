"""The shop's web server."""

import itertools
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

from cart import Item, total
from facts import facts, page
from payment import Client, Refused
from pool import Exhausted, Pool

PORT = 8000
SLOWEST_SECONDS = 30.0
LARGEST_ORDER = 100_000  # bytes

Request = socket.socket | tuple[bytes, socket.socket]  # as socketserver has it

log = logging.getLogger("web")


class Server(ThreadingHTTPServer):
    """Serves each connection in a thread, and answers what it has before it stops."""

    daemon_threads = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int]) -> None:
        """Listen at *address*."""
        super().__init__(address, Handler)
        self.pool = Pool()
        self.payment = Client()
        self.order_numbers = itertools.count(1)
        self.stopping = False
        self._connections: set[socket.socket] = set()

    def process_request(self, request: Request, client_address: object) -> None:
        """Remember the connection and serve it."""
        self._connections.add(cast(socket.socket, request))
        super().process_request(request, client_address)

    def shutdown_request(self, request: Request) -> None:
        """Forget the connection once it is served."""
        self._connections.discard(cast(socket.socket, request))
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Tell what went wrong, unless it is only that the other side left, as probes do."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def stop(self) -> None:
        """Take no new connections. Blocks, so not for the thread that serves."""
        self.stopping = True
        self.shutdown()

    def finish(self) -> None:
        """Wait until all that was asked is answered; whoever asks nothing is let go."""
        for connection in tuple(self._connections):
            with suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RD)
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answer a page, facts, health, or slowly."""
        url = urlsplit(self.path)
        if url.path == "/health":
            self._health()
        elif url.path == "/slow":
            seconds = _seconds(url.query)
            log.info("an answer takes its time: %s s", seconds)
            time.sleep(seconds)
            self._json(HTTPStatus.OK, facts())
        elif url.path == "/api" or self._wants_json():
            self._json(HTTPStatus.OK, facts())
        elif url.path == "/":
            self._page()
        else:
            self._json(HTTPStatus.NOT_FOUND, {"error": "There is no such page."})

    def do_POST(self) -> None:
        """Take an order."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, LARGEST_ORDER))
        if urlsplit(self.path).path != "/orders":
            self._json(HTTPStatus.NOT_FOUND, {"error": "Orders go to /orders."})
            return
        try:
            items = [
                Item(price=int(item["price"]), quantity=int(item.get("quantity", 1)))
                for item in json.loads(body)["items"]
            ]
        except (ValueError, KeyError, TypeError, AttributeError):
            answer = {"error": 'An order is {"items": [{"price": 450, "quantity": 2}]}.'}
            self._json(HTTPStatus.BAD_REQUEST, answer)
            return
        number = next(self.server.order_numbers)
        self._json(HTTPStatus.CREATED, {**facts(), "order": number, "total": total(items)})

    def _page(self) -> None:
        try:
            ways = self.server.payment.ways()
        except Refused as error:
            log.warning("no page: %s", error)
            self._json(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": str(error)})
        else:
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page(ways))

    def _health(self) -> None:
        trouble = self._trouble()
        if trouble:
            log.error("health: %s", trouble)
            self._json(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": trouble})
        else:
            self._json(HTTPStatus.OK, {"healthy": True})

    def _trouble(self) -> str | None:
        if os.environ.get("FAIL_HEALTH"):
            return "FAIL_HEALTH is set"
        try:
            self.server.pool.check()
        except Exhausted as error:
            return str(error)
        return None

    def _wants_json(self) -> bool:
        return "application/json" in self.headers.get("Accept", "")

    def _json(self, status: HTTPStatus, content: object) -> None:
        self._answer(status, "application/json", json.dumps(content) + "\n")

    def _answer(self, status: HTTPStatus, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.server.stopping:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log requests as the rest is logged, but for the health checks."""
        if self.path != "/health":
            log.info(format, *args)


def _seconds(query: str) -> float:
    try:
        asked = float(parse_qs(query).get("seconds", ["1"])[0])
    except ValueError:
        asked = 1.0
    return min(max(asked, 0.0), SLOWEST_SECONDS)


def main() -> None:
    """Serve until asked to stop."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    server = Server(("", PORT))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.stop).start())
    log.info("version %s listens on port %s", facts()["version"], PORT)
    server.serve_forever(poll_interval=0.1)
    server.finish()
    log.info("all requests are answered, bye")


if __name__ == "__main__":
    main()
