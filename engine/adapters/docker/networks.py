"""The networks of one rack: one for all, and one for each app whose services talk together."""

import threading

from engine.adapters.docker import labels
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.containers import ignored_repeats


class Networks:
    """Makes sure of networks; they stay for as long as the rack does."""

    def __init__(self, rack: str, connection: Connection) -> None:
        """*rack* is the rack's name."""
        self._rack = rack
        self._connection = connection
        self._lock = threading.Lock()  # the engine would make two networks of one name

    def make_sure(self, app: str | None = None) -> None:
        """Make the rack's network, or that of an app, unless it is there."""
        name = labels.network_name(self._rack, app)
        marks = {labels.RACK: self._rack} | ({labels.APP: app} if app else {})
        with self._lock, self._connection.client() as client:
            if any(row["Name"] == name for row in client.networks(names=[name])):
                return
            with ignored_repeats():
                client.create_network(name, driver="bridge", labels=marks, check_duplicate=True)
