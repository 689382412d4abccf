"""A line between Rackhand and an engine that can go dead: it takes all, and nothing arrives."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK_BYTES = 65_536


class Line:
    """Carries bytes both ways. While it is dead, new connections are taken and nothing is passed.

    What was sent meanwhile arrives once it works again, as with a network that was away: also
    what its sender has given up by then.
    """

    def __init__(self, path: Path, engine_url: str) -> None:
        self.url = f"unix://{path}"
        self._engine = engine_url.removeprefix("unix://")
        self._works = threading.Event()
        self._works.set()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(128)

    def die(self) -> None:
        self._works.clear()

    @property
    def is_dead(self) -> bool:
        return not self._works.is_set()

    def recover(self) -> None:
        self._works.set()

    def serve(self) -> None:
        """Take connections until ``close``."""
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def close(self) -> None:
        self.recover()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _connect(self, near: socket.socket) -> None:
        self._works.wait()
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self._engine)
        except OSError:
            near.close()
            return
        back = threading.Thread(target=self._pass_on, args=(far, near), daemon=True)
        back.start()
        self._pass_on(near, far)
        back.join()
        near.close()
        far.close()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK_BYTES):
                self._works.wait()
                sink.sendall(data)
        with contextlib.suppress(OSError):
            self._works.wait()
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def line(path: Path, engine_url: str) -> Iterator[Line]:
    """Lead from a socket at *path* to an engine while the block runs."""
    made = Line(path, engine_url)
    thread = threading.Thread(target=made.serve)
    thread.start()
    try:
        yield made
    finally:
        made.close()
        thread.join()
