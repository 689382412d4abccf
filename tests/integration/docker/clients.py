"""HTTP clients that never try again: each failure is one that a visitor would see."""

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


def ask(
    port: int,
    host: str,
    path: str = "/",
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, str]:
    """One request on a connection of its own; return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, {"Host": host, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


class Load:
    """Counts the answers of clients that ask without a pause."""

    def __init__(self, port: int, host: str) -> None:
        self._port = port
        self._host = host
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self.answers: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return sum(self.answers.values())

    def end(self) -> None:
        self._ended.set()

    def keep_alive(self, method: str) -> None:
        connection: http.client.HTTPConnection | None = None
        while not self._ended.is_set():
            connection = connection or self._connection()
            if not self._one(connection, method):
                connection.close()
                connection = None
        if connection:
            connection.close()

    def fresh(self, method: str) -> None:
        while not self._ended.is_set():
            connection = self._connection()
            self._one(connection, method)
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)

    def _one(self, connection: http.client.HTTPConnection, method: str) -> bool:
        """Ask once; return whether the connection can be used again."""
        body = b"an order" if method == "POST" else None
        try:
            connection.request(method, "/", body, {"Host": self._host})
            response = connection.getresponse()
            text = response.read().decode()
            told = text if response.status == 200 else str(response.status)
            usable = not response.will_close
        except (OSError, http.client.HTTPException) as error:
            told, usable = repr(error), False
        with self._lock:
            self.answers[told] += 1
        return usable


@contextmanager
def load(port: int, host: str) -> Iterator[Load]:
    """Ask by GET and POST, on kept and on fresh connections, while the block runs."""
    made = Load(port, host)
    threads = [
        threading.Thread(target=work, args=(method,))
        for work in (made.keep_alive, made.fresh)
        for method in ("GET", "POST")
    ]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        made.end()
        for thread in threads:
            thread.join()
