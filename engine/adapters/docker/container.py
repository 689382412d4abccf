"""One container of a rack, as the engine lists it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.adapters.docker import labels
from engine.adapters.docker.labels import Terms

RUNNING = "running"
CREATED = "created"
RESTARTING = "restarting"
PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A process of a service; a ``placement.Member``."""

    id: str
    name: str
    app: str
    service: str
    release: str
    promotion: str
    fingerprint: str
    number: int
    state: str  # Docker's own word: created, running, paused, restarting, exited, dead
    uptime: str  # for people, with the state of the HEALTHCHECK: "Up 3 minutes (healthy)"
    ip: str | None  # on the rack's network, while it runs
    networks: frozenset[str]
    image: str
    command: str
    terms: Terms

    @property
    def created(self) -> float:
        """When it was made: the eldest are kept first."""
        return self.terms.made_at

    @property
    def address(self) -> str | None:
        """Where the router reaches it; None for one that is unrouted or does not run."""
        if self.ip is None or self.terms.port is None:
            return None
        return f"{self.ip}:{self.terms.port}"

    @property
    def is_running(self) -> bool:
        """Whether its process is there, or will be in a moment."""
        return self.state in {RUNNING, RESTARTING, PAUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOff:
    """The process of a hook, as the engine lists it."""

    id: str
    name: str
    service: str
    promotion: str
    hook: str
    state: str  # Docker's own word
    created: float  # seconds since 1970


def from_listing(row: Mapping[str, Any], network: str) -> Container:
    """Read a row of the engine's list; *network* is the rack's."""
    marks: Mapping[str, str] = row["Labels"]
    joined: Mapping[str, Mapping[str, Any]] = row["NetworkSettings"]["Networks"] or {}
    return Container(
        id=row["Id"],
        name=row["Names"][0].removeprefix("/"),
        app=marks[labels.APP],
        service=marks[labels.SERVICE],
        release=marks[labels.RELEASE],
        promotion=marks[labels.PROMOTION],
        fingerprint=marks[labels.FINGERPRINT],
        number=int(marks[labels.REPLICA]),
        state=row["State"],
        uptime=row["Status"],
        ip=joined.get(network, {}).get("IPAddress") or None,
        networks=frozenset(joined),
        image=row["ImageID"],
        command=row["Command"],
        terms=labels.read_terms(marks),
    )


def one_off_from_listing(row: Mapping[str, Any]) -> OneOff:
    """Read the row of a hook's process in the engine's list."""
    marks: Mapping[str, str] = row["Labels"]
    return OneOff(
        id=row["Id"],
        name=row["Names"][0].removeprefix("/"),
        service=marks[labels.SERVICE],
        promotion=marks[labels.PROMOTION],
        hook=marks[labels.HOOK],
        state=row["State"],
        created=float(marks[labels.MADE_AT]),
    )
