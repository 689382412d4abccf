"""Talks that last: a conversation such as WebSocket's, and a download that takes its time."""

import contextlib
import socket
from collections.abc import Iterator

# Answers /talk by switching to another protocol, in which it echoes, and /file by so many bytes
# as the query says, a quarter of them after each knock at the file /tmp/go.
PROGRAM = """
import http.server, os, signal, sys, time, urllib.parse
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/talk":
            self.send_response(101)
            self.send_header("Upgrade", "echo")
            self.send_header("Connection", "Upgrade")
            self.end_headers()
            self.close_connection = True
            while said := self.rfile.readline():
                self.wfile.write(said)
            return
        body = os.environ["VERSION"].encode()
        if url.path == "/file":
            body *= int(url.query)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for part in range(4):
            quarter = len(body) // 4
            self.wfile.write(body[part * quarter : (part + 1) * quarter if part < 3 else None])
            while url.path == "/file" and part == 0 and not os.path.exists("/tmp/go"):
                time.sleep(0.02)
    def log_message(self, *words):
        pass
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


class Talk:
    """A connection that was switched to another protocol."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def echo(self, text: str) -> str:
        """Say something; return what comes back, nothing when the talk was cut."""
        try:
            self._connection.sendall(f"{text}\n".encode())
            return self._connection.recv(1000).decode().strip()
        except OSError:
            return ""


@contextlib.contextmanager
def talk(port: int, host: str) -> Iterator[Talk]:
    """Ask to switch protocols, and be in the talk while the block runs."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        lines = ("GET /talk HTTP/1.1", f"Host: {host}", "Upgrade: echo", "Connection: Upgrade")
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += connection.recv(1)
        assert head.startswith(b"HTTP/1.1 101"), head
        yield Talk(connection)
