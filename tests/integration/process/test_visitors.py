"""The demo's visitors: what they count is what they were answered."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bot.demo.visitors import Tally, visiting

HOST = "shop.localhost"


class Shop(ThreadingHTTPServer):
    """Answers as it is told to, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.asked: list[tuple[str, str, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: Shop

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers["Host"]))
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815  its base looks for this name

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  so its base has it
        """Write nothing."""


@contextmanager
def shop() -> Iterator[Shop]:
    with Shop() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def wait_until_asked(server: Shop, times: int) -> None:
    deadline = time.monotonic() + 30
    while len(server.asked) < times and time.monotonic() < deadline:
        time.sleep(0.02)


def test_visitors_look_and_order_and_count_what_failed() -> None:
    with shop() as server:
        port = server.server_address[1]
        with visiting({"staging": port}, HOST) as visitors:
            wait_until_asked(server, 10)
            before = visitors.tally("staging")
            server.status = 503
            wait_until_asked(server, 30)
        after = visitors.tally("staging")

    assert before.failed == 0
    assert after.requests == len(server.asked)
    assert 0 < after.failed < after.requests
    assert {host for _, _, host in server.asked} == {HOST}
    assert {("GET", "/"), ("POST", "/orders")} <= {(verb, path) for verb, path, _ in server.asked}


def test_where_nobody_listens_every_visit_fails() -> None:
    with shop() as server:
        port = server.server_address[1]
    with visiting({"staging": port}, HOST) as visitors:
        deadline = time.monotonic() + 30
        while visitors.tally("staging").requests < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
    seen = visitors.tally("staging")

    assert seen.requests == seen.failed >= 3


def test_what_was_seen_since_is_what_was_added() -> None:
    earlier, later = Tally(requests=10, failed=1), Tally(requests=25, failed=4)

    assert later.since(earlier) == Tally(requests=15, failed=3)
