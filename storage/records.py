"""The nouns of Rackhand as plain frozen data. Rules about them live in ``engine``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class BuildStatus(StrEnum):
    """Where a build is; ``engine.lifecycle`` says which step may follow which."""

    QUEUED = "queued"
    FETCHING = "fetching"
    BUILDING = "building"
    PUSHING = "pushing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"


class PromotionStatus(StrEnum):
    """Where a promotion is; ``engine.lifecycle`` says which step may follow which."""

    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    PREPARING = "preparing"
    STARTING = "starting"
    VERIFYING = "verifying"
    SHIFTING = "shifting"
    HOLDING = "holding"
    DRAINING = "draining"
    BAKING = "baking"
    RETIRING = "retiring"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    FAILED = "failed"
    ROLLING_BACK = "rolling_back"
    ROLLED_BACK = "rolled_back"
    ROLLBACK_FAILED = "rollback_failed"


class PromotionKind(StrEnum):
    """Why a release is made live: each kind takes the same way through the same steps."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    SCALE = "scale"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asked. Identity is ``team`` and ``user``; ``name`` is only for reading."""

    team: str  # Slack team id, or "terminal"
    user: str  # Slack user id, or the login name at a terminal
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Something with a Git repository and a manifest."""

    name: str
    repo: str  # URL or path that the git CLI understands
    branch: str
    manifest: str | None  # path of the Compose file inside the repository
    channel: str | None  # Slack channel name or id for its cards; None: the default channel
    in_file: bool  # named by rackhand.yml, so read-only in Slack
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """One service's image, pinned by digest so that a tag can move without harm."""

    service: str
    image_id: str  # the config digest, "sha256:…": the identity on every engine
    manifest_digest: str | None = None  # "repository@sha256:…" where a registry gave one
    seconds: float = 0.0  # how long its build took


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """One attempt to turn a commit into images."""

    id: str
    app: str
    rack: str
    ref: str
    no_cache: bool
    status: BuildStatus
    asked_by: Person
    channel: str | None  # where the card goes
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: int = 0
    sha: str | None = None
    subject: str | None = None
    author: str | None = None
    images: tuple[Image, ...] = ()
    manifest: Mapping[str, Any] | None = None  # engine.manifest's plain form
    notices: tuple[str, ...] = ()  # what the reader should know: unsupported keys, fallbacks
    progress: str | None = None  # the step under way, one line
    release_id: str | None = None
    cancel_asked_by: Person | None = None
    reason: str | None = None  # the cause of the end
    log_tail: tuple[str, ...] = ()  # the last lines, kept where the build failed
    for_task: str | None = None  # the key of the workflow's task that it was made for


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A build with an environment and a manifest for one app on one rack; never changes."""

    id: str
    app: str
    rack: str
    build_id: str
    sha: str
    subject: str
    author: str
    images: tuple[Image, ...]
    manifest: Mapping[str, Any]
    environment_id: str | None  # None: nothing was ever set
    description: str
    created_by: Person
    created_at: datetime
    copied_from: str | None = None  # the release on the other rack that it was promoted from
    healthy_at: datetime | None = None  # when a promotion of it first succeeded


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One version of the environment of an app on a rack. Values are sealed."""

    id: str
    app: str
    rack: str
    names: tuple[str, ...]
    sealed: bytes  # engine.environment opens it with RACKHAND_SECRET_KEY
    description: str  # "env add:A change:B remove:C", names only
    created_by: Person
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HookResult:
    """How a one-off process of a promotion ended. Each is run once for a promotion."""

    hook: str  # "before_promote" or "after_promote"
    service: str
    exit_code: int | None  # None: it was stopped at its deadline
    seconds: float
    log: tuple[str, ...] = ()  # its last lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One attempt to make a release live on its rack."""

    id: str
    app: str
    rack: str
    release_id: str
    kind: PromotionKind
    status: PromotionStatus
    asked_by: Person
    channel: str | None
    created_at: datetime
    approved_by: Person | None = None
    started_at: datetime | None = None  # left the queue
    status_since: datetime  # entered its present status
    deadline_at: datetime | None = None  # of its present status
    live_at: datetime | None = None  # its release took all the traffic
    finished_at: datetime | None = None
    previous_release_id: str | None = None  # live when it started: where a revert goes
    previous_promotion_id: str | None = None  # the promotion that had made that one live
    scale: Mapping[str, int] | None = None  # replicas a service, over the manifest's
    canary: tuple[int, ...] = ()  # percent of the traffic at each step; empty: all at once
    canary_step: int = 0  # which of them is being reached, or held
    pause_seconds: float | None = None  # between two of them; None: until somebody moves it on
    moved_on_by: Person | None = None  # who asked for the next step, until it is taken
    hooks: tuple[HookResult, ...] = ()
    receipt: Mapping[str, Any] | None = None  # engine.receipt's plain form, once it is measured
    progress: str | None = None
    cancel_asked_by: Person | None = None
    reason: str | None = None
    evidence: tuple[str, ...] = ()  # the last log lines of what failed
    leftovers: bool = False  # it ended while its rack did not answer: the sweep clears up
    for_task: str | None = None  # the key of the workflow's task that it was made for


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """Which release the traffic of an app on a rack reaches, as recorded, never guessed."""

    app: str
    rack: str
    release_id: str
    promotion_id: str
    since: datetime
    scale: Mapping[str, int]
    healthy: bool = True  # what the health sweep last told
    health_reason: str | None = None
    doubted_since: datetime | None = None  # since when it looks otherwise than was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Nothing may be made live of an app on a rack but what takes it back."""

    app: str
    rack: str
    reason: str
    locked_by: Person | None  # None: by a promotion that was taken back in its bake
    promotion_id: str | None
    locked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The requests that one side, the old processes or the new, answered within a second."""

    requests: int = 0
    failed: int = 0  # answered 5xx, broken off by the process, or refused
    milliseconds: Mapping[int, int] = field(default_factory=dict)  # how long → how many took it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One second of an app's traffic, as its router saw it. Seconds without any have none."""

    second: int  # since 1970, by the router's clock: when the requests ended
    old: Served
    new: Served
    first_ms: int  # within the second: when the first request ended
    last_ms: int  # and the last
    pause_ms: int  # the longest time between two of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The one message of a build, promotion or job that is edited in place."""

    subject: str  # the id of the build, promotion or job
    channel: str  # Slack channel id
    ts: str
    drawn_at: datetime
    digest: str  # of what was drawn last, so that an edit without a change is not sent
    thread_ts: str | None = None  # of the job's card in whose thread it stands; None: in no thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One thing to tell, committed together with the change that it tells of."""

    id: int
    subject: str  # the build, promotion or job whose thread it belongs to
    kind: str  # "card", "milestone" or "file"
    key: str  # unique: the same thing is never told twice
    version: int  # a card's changes counted, so that one made while it was sent is not lost
    body: Mapping[str, Any]
    channel: str | None  # where the card goes when it is first posted
    created_at: datetime
    attempts: int = 0
    tried_at: datetime | None = None  # set before a post leaves: after a crash, look before it
    not_before: datetime | None = None
    told_at: datetime | None = None
    outcome: str | None = None  # the ts it got, or why it was given up
