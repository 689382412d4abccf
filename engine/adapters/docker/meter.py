"""Measures an app's requests by the log that the router keeps of them in its memory."""

from collections.abc import Sequence
from datetime import datetime

from engine.adapters.docker import labels, requests_log
from engine.adapters.docker.configuration import REQUESTS_BYTES
from engine.adapters.docker.container import Container
from engine.adapters.docker.log_reader import LogEnd, LogReader
from engine.adapters.docker.requests_log import Side
from engine.adapters.docker.runtime_api import RouterAway
from engine.adapters.docker.snapshot import Snapshot
from engine.adapters.docker.table import hosts_of_spec
from engine.adapters.placement import Traffic
from engine.errors import Refused, Unreachable
from engine.ports.rack import Measurement, Target

NOBODY = "<NOSRV>"
NO_LOG = "No such event sink"
RECENT_BYTES = 256 * 1024  # enough for the last seconds of a busy router
FULL = 0.9  # of the ring: it holds a little less than its size, and forgets its oldest lines then


class Meter:
    """Talks to the router by a conversation of its own, so that no change waits for a long log."""

    def __init__(self, rack: str, log: LogReader) -> None:
        """*rack* is the rack's name, *log* its router's."""
        self._rack = rack
        self._log = log

    def close(self) -> None:
        """End the conversation; a later question begins another."""
        self._log.close()

    def measure(
        self, target: Target, members: Sequence[Container], snapshot: Snapshot, since: datetime
    ) -> Measurement:
        """Return the seconds that began after *since* and are over by the router's clock.

        *members* are the app's processes, *snapshot* is what the router serves. Raises
        ``Unreachable`` when the router does not run.
        """
        first = int(since.timestamp()) + 1
        try:
            log = self._read(first)
        except RouterAway as error:
            raise Unreachable(f"The router of {self._rack} does not run.") from error
        return Measurement(
            until=max(log.now - 1, first - 1),
            samples=requests_log.samples(
                log.text,
                first=first,
                last=log.now - 1,
                attribute=Attribution(self._rack, target, members, snapshot).side_of,
                mostly_new=_is_mostly_new(target, members, snapshot),
            ),
            complete=_is_complete(log, first, members),
        )

    def _read(self, first: int) -> LogEnd:
        """Read as little of the log as goes back to the second *first*."""
        log = self._log.read(RECENT_BYTES)
        if not log.is_whole and not _reaches(log, first):
            log = self._log.read(2 * REQUESTS_BYTES)
        if log.text.startswith(NO_LOG):
            router = labels.router_name(self._rack)
            raise Refused(
                f"The router of {self._rack} keeps no log of requests: it runs since before "
                "Rackhand was updated.",
                remedy=f"Restart it at a quiet time: `docker restart {router}`.",
            )
        return log


class Attribution:
    """Tells of each place and server of the log whose it was."""

    def __init__(
        self, rack: str, target: Target, members: Sequence[Container], snapshot: Snapshot
    ) -> None:
        """*members* are the app's processes that are still there."""
        self._promotion = target.promotion
        self._known = {member.name: member for member in members}
        self._services = {spec.name for spec in target.services}
        self._services |= {member.service for member in members}
        self._prefix = labels.plain(f"{rack}-{target.app}-")
        hosts = {host for spec in target.services for host in hosts_of_spec(spec)}
        self._places = {snapshot.hosts.get(host) for host in hosts} | {
            server.place for name, server in snapshot.servers.items() if name in self._known
        }

    def side_of(self, place: str, server: str) -> Side | None:
        """Return who was asked; None for what is another app's."""
        if server == NOBODY:
            return Side.NOBODY if place in self._places else None
        known = self._known.get(server)
        promotion = known.promotion if known else self._promotion_of(server)
        if promotion is None:
            return None
        return Side.NEW if promotion == self._promotion else Side.OLD

    def _promotion_of(self, server: str) -> str | None:
        """Read it from the name of a process that is gone; None for another app's."""
        if not server.startswith(self._prefix):
            return None
        service, _, promotion = server.rpartition("-")[0].rpartition("-")
        is_ours = service.removeprefix(self._prefix) in map(labels.plain, self._services)
        return promotion if is_ours else None


def _is_complete(log: LogEnd, first: int, members: Sequence[Container]) -> bool:
    """Whether the log still has, or ever had, all that was asked for."""
    if log.started_at > first:
        # It forgets all when it restarts; what came after it cannot have served before.
        return not any(
            member.terms.port is not None and member.created < log.started_at for member in members
        )
    has_wrapped = len(log.text) > FULL * REQUESTS_BYTES
    return not has_wrapped or _reaches(log, first)


def _reaches(log: LogEnd, first: int) -> bool:
    """Whether it begins before the second *first*."""
    oldest = requests_log.oldest_second(log.text)
    return oldest is not None and oldest < first


def _is_mostly_new(target: Target, members: Sequence[Container], snapshot: Snapshot) -> bool:
    """Whether the promotion's own processes have most of the traffic at the moment."""
    weights = {True: 0, False: 0}
    for member in members:
        seen = snapshot.servers.get(member.name)
        if seen is not None and seen.traffic is Traffic.READY:
            weights[member.promotion == target.promotion] += seen.weight
    return weights[True] > weights[False]
