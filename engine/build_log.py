"""Keeping a build's log: bounded, written in pieces, its last lines at hand."""

import threading
from collections import deque

from engine.world import World
from storage import builds

LIMIT_BYTES = 16 * 1024 * 1024
PIECE_BYTES = 64 * 1024
PIECE_SECONDS = 1.0
TAIL_LINES = 20
LINE_LIMIT = 4_000  # characters; a progress bar without line ends must not fill the tail

CUT = f"… the log is cut here: {LIMIT_BYTES // 1024 // 1024} MB of it are kept.\n"


class BuildLog:
    """The log of one attempt at a build. Safe to write from several threads."""

    def __init__(self, world: World, build_id: str, attempt: int) -> None:
        """Pieces go to the database under the build's id and *attempt*."""
        self._world = world
        self._build_id = build_id
        self._attempt = attempt
        self._lock = threading.Lock()
        self._lines: list[str] = []
        self._waiting_bytes = 0
        self._kept_bytes = 0
        self._position = 0
        self._cut = False
        self._saved_at = world.clock.now()
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)

    @property
    def tail(self) -> tuple[str, ...]:
        """The last lines written."""
        with self._lock:
            return tuple(self._tail)

    def write(self, line: str) -> None:
        """Add one line; every second or 64 kB a piece is saved."""
        line = line.rstrip("\n")
        with self._lock:
            self._tail.append(line[:LINE_LIMIT])
            self._keep(line + "\n")
            age_seconds = (self._world.clock.now() - self._saved_at).total_seconds()
            if self._waiting_bytes >= PIECE_BYTES or age_seconds >= PIECE_SECONDS:
                self._save()

    def close(self) -> None:
        """Save what has not been saved yet."""
        with self._lock:
            self._save()

    def _keep(self, text: str) -> None:
        size = len(text.encode("utf-8", "replace"))
        if self._cut:
            return
        if self._kept_bytes + size > LIMIT_BYTES:
            self._cut = True
            text, size = CUT, len(CUT)
        self._kept_bytes += size
        self._waiting_bytes += size
        self._lines.append(text)

    def _save(self) -> None:
        self._saved_at = self._world.clock.now()
        if not self._lines:
            return
        text = "".join(self._lines).replace("\x00", "�")
        with self._world.store.write() as transaction:
            builds.add_log(transaction, self._build_id, self._attempt, self._position, text)
        self._position += 1
        self._lines.clear()
        self._waiting_bytes = 0
