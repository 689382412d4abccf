"""The port to an isolated place where apps run, named by what a promotion needs.

Every method is idempotent: a repeat finds by its labels what an earlier call made and
completes it. All raise ``Unreachable`` when the rack does not answer, ``NotFound`` for an image
or process that is not there, ``NoSpace`` for a full disk, ``Refused`` for anything the rack
turned down, each with a text that may be shown to people.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from storage.records import Sample


class HealthKind(StrEnum):
    """How it is known that a process does its work."""

    HTTP = "http"  # the router asks for a path; 200–399 is healthy
    CONTAINER = "container"  # the image's or Compose file's own HEALTHCHECK
    TCP = "tcp"  # the router opens a connection to the port
    STAYS_UP = "stays_up"  # started and still running after a while


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """One service's health check."""

    kind: HealthKind
    path: str = "/"  # HTTP only
    interval_seconds: float = 5.0
    timeout_seconds: float = 4.0
    rise: int = 2  # passes in a row that make it healthy
    fall: int = 3  # failures in a row that make it unhealthy
    up_seconds: float = 5.0  # STAYS_UP only
    start_seconds: float = 0.0  # CONTAINER only: failures this early do not count
    command: tuple[str, ...] = ()  # CONTAINER only, in Docker's form; empty: the image's own


class Hook(StrEnum):
    """A command of a service that is run once, by a process of its own."""

    BEFORE_PROMOTE = "before_promote"  # before anything of the release starts
    AFTER_PROMOTE = "after_promote"  # once all the traffic reaches it
    RUN = "run"  # for no promotion: its target has a name of its own in the promotion's place


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSpec:
    """All that a rack needs to run one service of a release."""

    name: str
    image: str  # image id ("sha256:…"), or a reference to pull when it is not a built one
    replicas: int = 1
    command: tuple[str, ...] | None = None  # None: the image's own
    entrypoint: tuple[str, ...] | None = None
    environment: Mapping[str, str]
    port: int | None = None  # None: not routed
    domains: tuple[str, ...] = ()  # hosts that the router sends to this service
    health: HealthCheck
    volumes: tuple[str, ...] = ()  # Docker's "name:/path[:ro]" or "/host:/path[:ro]"
    stop_grace_seconds: float = 30.0
    drain_seconds: float = 30.0
    depends_on: tuple[str, ...] = ()  # services whose processes are healthy before these start
    parallelism: int | None = None  # how many are started at a time; None: all at once
    hooks: Mapping[Hook, tuple[str, ...]] = field(default_factory=dict)  # their commands
    fingerprint: str  # of image, settings and environment: equal means "keep it as it is"

    @property
    def stop_first(self) -> bool:
        """Whether the old process must stop before the new may start: two share a volume badly."""
        return bool(self.volumes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one promotion wants to be true of one app on the rack."""

    app: str
    release: str
    promotion: str
    services: tuple[ServiceSpec, ...]
    replace_all: bool = False  # a restart: even unchanged processes are replaced


class Phase(StrEnum):
    """How far a service of a target has come, in the order that a promotion passes them."""

    ABSENT = "absent"  # not every replica exists yet
    STARTING = "starting"  # all exist, not all have passed their check
    UNHEALTHY = "unhealthy"  # a process exited, crash-loops, or fails its check for good
    HEALTHY = "healthy"  # all pass; none takes traffic yet
    SERVING = "serving"  # traffic reaches the new processes and no old one
    DRAINED = "drained"  # no session is left on an old process
    RETIRED = "retired"  # no old process is left


NOT_SERVING = frozenset({Phase.ABSENT, Phase.STARTING, Phase.HEALTHY})  # not yet, at least


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceObservation:
    """What is seen of one service of a target."""

    service: str
    phase: Phase
    ready: int = 0  # replicas that pass their check
    wanted: int = 0
    in_flight: int = 0  # sessions left on old processes
    share: int | None = None  # percent of the traffic that the new ones get; None: not divided
    kept: bool = False  # unchanged, so its processes stay as they are
    waits_for_shift: bool = False  # stop-first: it starts only in ``shift``
    reason: str = ""  # of UNHEALTHY, or the last failed check: "GET /health answered 500"
    last_log: tuple[str, ...] = ()  # last lines of the process that failed, at most 20
    reverted_by_engine: str = ""  # the rack itself took the service back, and why


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is seen of a target as a whole."""

    services: tuple[ServiceObservation, ...]

    def of(self, service: str) -> ServiceObservation:
        """Return what is seen of *service*; raises ``KeyError`` for one the target lacks."""
        for seen in self.services:
            if seen.service == service:
                return seen
        raise KeyError(service)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookRun:
    """How the one-off process of a hook is doing."""

    running: bool
    exit_code: int | None = None  # once it has ended; None then: it was stopped
    seconds: float = 0.0  # how long it has run, or ran
    last_log: tuple[str, ...] = ()  # its last lines, at most 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What the router saw of an app's requests."""

    until: int  # the last second that was over, by the router's clock: the next time begins there
    samples: tuple[Sample, ...] = ()  # of whole seconds that are over, oldest first
    complete: bool = True  # False: seconds that were asked for have been overwritten since


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One running container of a service."""

    id: str  # the engine's id, shortened to 12
    app: str
    service: str
    release: str
    promotion: str
    status: str  # "starting", "healthy", "unhealthy", "draining", "exited"
    started_at: datetime
    command: str
    restarts: int = 0
    reason: str = ""  # why it is not healthy, as far as the rack knows


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line that a process wrote."""

    service: str
    process: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a rack can do, so that preflight can name what it cannot."""

    shifts: bool = True  # traffic moves at a moment that Rackhand chooses
    weights: bool = False
    drains: bool = True
    reverts: bool = True
    keeps_warm: bool = True
    measures: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RackStatus:
    """How the rack itself is."""

    engine: str  # "Docker 20.10.24"
    router: str  # "haproxy running", "absent"
    router_url: str | None  # where its HTTP entrance is, if known
    free_bytes: int | None = None


class Rack(Protocol):
    """One isolated place where apps run."""

    @property
    def name(self) -> str:
        """The rack's exact name."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this rack can do."""
        ...

    def status(self) -> RackStatus:
        """Ask the engine how it is. Raises ``Unreachable`` when it does not answer."""
        ...

    def has_image(self, image_id: str) -> bool:
        """Whether the engine holds the image with this config digest."""
        ...

    def prepare(self, target: Target) -> None:
        """Make sure of network, router and images (references are pulled). Starts no process."""
        ...

    def start(self, target: Target) -> None:
        """Start what is missing beside the old processes; nothing new takes traffic yet.

        Kept services (equal fingerprint, no ``replace_all``) are left alone except for the
        number of replicas. A stop-first service that has an old process is only checked for its
        image; the first of its kind starts like any other. A service is started once those that
        it depends on are healthy, and ``parallelism`` of its processes at a time, so that several
        calls may be needed while ``observe`` says ABSENT. Returns at once; ``observe`` tells when
        all is healthy.
        """
        ...

    def observe(self, target: Target) -> Observation:
        """Look at every service of the target. Changes nothing."""
        ...

    def shift(self, target: Target, *, percent: int = 100) -> None:
        """Send *percent* of the traffic to the new processes.

        At 100 stop-first services are replaced here, and the old processes finish what they have
        (drain) and stay warm; new ones take traffic before old ones lose it. May need several
        calls before ``observe`` says SERVING. Below 100 old and new share the traffic by weight,
        stop-first services stay as they are, and ``observe`` tells the share; it may go either
        way. Raises ``Refused`` where the traffic cannot be divided.
        """
        ...

    def cut(self, target: Target, *, before: Callable[[int], None] | None = None) -> int:
        """End the sessions left on old processes (their drain time is over); return how many.

        *before* is told how many there are before any of them is ended, and only if there are:
        what it records is not lost where the process dies in between.
        """
        ...

    def retire(self, target: Target) -> None:
        """Stop and remove all processes of the app that the target does not want."""
        ...

    def revert(self, target: Target, *, to: Target | None = None) -> None:
        """Take the promotion back: old processes take all traffic again, then its own go.

        Touches no process that the promotion did not start, but for putting it back to work. *to*
        is what served before it. What that wants and is gone by now is started anew, and until all
        of it may take over the promotion's own processes stay at work: several calls may be needed
        then, and ``observe`` of *to* tells. Its own that *to* wants, as after a restart, stay.
        """
        ...

    def run_hook(self, target: Target, service: str, hook: Hook) -> HookRun:
        """Start the hook's process if the promotion has none yet; tell how it is doing.

        It is of the service's image with its environment, is not routed, and is never restarted.
        It stays until ``retire`` or ``revert`` takes the promotion's hooks away, so that a repeat
        finds it, also after it has ended. ``Hook.RUN`` belongs to no promotion: it stays until
        ``remove_run``, whatever is promoted meanwhile.
        """
        ...

    def remove_run(self, target: Target) -> None:
        """Remove the process of the target's ``Hook.RUN``, also one that runs."""
        ...

    def end_hooks(self, target: Target) -> None:
        """Stop the promotion's hooks that still run."""
        ...

    def measure(self, target: Target, *, since: datetime) -> Measurement:
        """Tell what the router saw of the app's requests in the whole seconds after *since*.

        New are the processes that the target's own promotion started, old are all others. What
        was refused because there was no process to ask counts as failed, on the side that had
        most of the traffic.
        """
        ...

    def repair(self, live: Sequence[Target]) -> tuple[str, ...]:
        """Make the router serve the live targets, as after a restart of engine or router.

        Must not touch processes of promotions under way. Returns one line per thing mended.
        """
        ...

    def processes(self, app: str | None = None) -> tuple[Process, ...]:
        """All processes of an app, or of all apps on this rack."""
        ...

    def logs(
        self, app: str, *, service: str | None, since: datetime | None, tail: int
    ) -> tuple[LogLine, ...]:
        """The last *tail* lines of an app's processes, oldest first."""
        ...

    def prune(self, keep: Sequence[str], *, app: str) -> int:
        """Remove the images of *app* whose ids are not in *keep* and that nothing runs."""
        ...

    def save_image(self, image_id: str) -> Iterator[bytes]:
        """Stream the image as an archive, for another engine's ``load_image``."""
        ...

    def load_image(self, image_id: str, archive: Iterator[bytes]) -> None:
        """Load an archive and verify that it held *image_id*; a cut stream leaves no image."""
        ...


RackFactory = Callable[[str], Rack]
