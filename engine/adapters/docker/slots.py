"""The router's places: backends that stand ready, so that a new service needs no reload.

HAProxy cannot add a backend at run time, and how a backend checks its servers is part of it. So
there are some of each kind of check and each length of patience.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.errors import Refused
from engine.ports.rack import HealthCheck, HealthKind

COUNTS = {1: 24, 2: 24, 4: 96, 8: 24, 15: 24, 30: 24}  # places by seconds that a check may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a place's checks are like."""

    protocol: str  # "http" or "tcp"
    timeout_seconds: int

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all places of this kind."""
        count = COUNTS[self.timeout_seconds]
        return tuple(
            f"{self.protocol}-{self.timeout_seconds}s-{number:02}" for number in range(1, count + 1)
        )


KINDS = tuple(
    Kind(protocol=protocol, timeout_seconds=seconds)
    for protocol in ("http", "tcp")
    for seconds in COUNTS
)


def kind_of(check: HealthCheck) -> Kind:
    """Return the kind of place that suits a health check; all but HTTP ones are a TCP connect."""
    enough = [seconds for seconds in COUNTS if seconds >= check.timeout_seconds]
    return Kind(
        protocol="http" if check.kind is HealthKind.HTTP else "tcp",
        timeout_seconds=min(enough, default=max(COUNTS)),
    )


def free_place(kind: Kind, taken: Iterable[str]) -> str:
    """Return the first place of a kind that is not taken; raises ``Refused`` when all are."""
    used = set(taken)
    for name in kind.names:
        if name not in used:
            return name
    raise Refused(
        f"The router has no place left for a service whose {kind.protocol.upper()} check may take "
        f"{kind.timeout_seconds} s: all {len(kind.names)} are taken.",
        remedy="Give this service's health check another timeout.",
    )
