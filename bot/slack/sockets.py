"""Socket Mode over more than one socket, so that one can be lost or renewed without a gap."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from slack_bolt import App
from slack_bolt.adapter.socket_mode.builtin import SocketModeHandler
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.answer import FAULTS

_PING_SECONDS = 5.0
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30.0
_DRAIN_SECONDS = 3.0  # Slack waits no longer for an acknowledgement
_LOOK_SECONDS = 0.02

log = logging.getLogger(__name__)


class Socket(SocketModeHandler):
    """One socket that counts what it has not acknowledged yet."""

    def __init__(self, app: App, app_token: str) -> None:
        super().__init__(app, app_token, ping_interval=_PING_SECONDS)
        self._lock = threading.Lock()
        self._under_way = 0

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        """Have one delivery acknowledged."""
        with self._lock:
            self._under_way += 1
        try:
            super().handle(client, req)
        finally:
            with self._lock:
                self._under_way -= 1

    @property
    def is_idle(self) -> bool:
        """Whether everything that arrived is acknowledged."""
        return self._under_way == 0 and self.client.message_queue.empty()

    def end(self) -> None:
        """Close the socket and its threads."""
        try:
            self.client.close()
        except AttributeError:  # the SDK does not expect Slack to close it at the same moment
            self.client.close()


class Sockets:
    """Open sockets. Each one connects again by itself when it is lost."""

    def __init__(self, app: App, app_token: str, count: int) -> None:
        self._closing = threading.Event()
        self._sockets = [Socket(app, app_token) for _ in range(count)]
        self._starters = [
            threading.Thread(target=self._connect, args=(socket,), name="slack-connect")
            for socket in self._sockets
        ]

    def start(self) -> None:
        """Begin to connect, and keep trying where Slack does not answer. Returns at once."""
        for starter in self._starters:
            starter.start()

    @property
    def connected(self) -> int:
        """How many sockets are open just now."""
        return sum(bool(socket.client.is_connected()) for socket in self._sockets)

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until all sockets are open; return whether they are."""
        return _until(lambda: self.connected == len(self._sockets), timeout_seconds)

    def close(self) -> None:
        """Acknowledge what has arrived, then close all sockets. A repeat does nothing."""
        if self._closing.is_set():
            return
        self._closing.set()
        for starter in self._starters:
            starter.join()
        _until(lambda: all(socket.is_idle for socket in self._sockets), _DRAIN_SECONDS)
        with ThreadPoolExecutor(len(self._sockets)) as closing:  # each may take three seconds
            list(closing.map(Socket.end, self._sockets))

    def _connect(self, socket: Socket) -> None:
        wait_seconds = _FIRST_WAIT_SECONDS
        while not self._closing.is_set():
            try:
                socket.client.connect_to_new_endpoint()  # an address is good for one try only
            except FAULTS as error:
                log.warning("socket not opened", extra={"error": str(error)[:200]})
                self._closing.wait(wait_seconds)
                wait_seconds = min(_LONGEST_WAIT_SECONDS, wait_seconds * 2)
            else:
                return


def start_socket_mode(app: App, app_token: str, sockets: int = 2) -> Sockets:
    """Open *sockets* sockets to Slack; what Slack sends goes to any one of them."""
    started = Sockets(app, app_token, sockets)
    started.start()
    return started


def _until(holds: Callable[[], bool], timeout_seconds: float) -> bool:
    deadline = time.monotonic() + timeout_seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
