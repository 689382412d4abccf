"""What is known before a promotion: the question, what is on record, and what the rack says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.canary import Canary
from engine.manifest.model import BakeRule
from engine.ports.rack import Capabilities
from storage.records import Live, Lock, Promotion, PromotionKind, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is about to be asked for."""

    kind: PromotionKind
    release: Release  # as it is named: on another rack, a copy of it is what becomes live
    rack: str
    scale: Mapping[str, int] = field(default_factory=dict)  # over the live numbers
    canary: Canary | None = None
    rebase: bool = False  # it takes the live environment instead of its own
    asked: str | None = None  # the id of a promotion that was asked for and waits for approval


class Fate(StrEnum):
    """What becomes of a service's processes."""

    NEW = "new"
    KEPT = "kept"  # unchanged: its processes stay as they are
    REPLACED = "replaced"
    DROPPED = "dropped"  # the release has no such service any more


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceChange:
    """One service, before and after."""

    name: str
    fate: Fate
    before: int = 0  # replicas
    after: int = 0
    health: str = ""  # how it is known to be healthy, in words
    is_checked: bool = True  # by more than that it runs or takes a connection
    is_routed: bool = False
    stop_first: bool = False  # two of its processes cannot share a volume


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentChange:
    """Names of variables against what is live. Never values."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would happen, from what is on record. The same records give the same plan."""

    question: Question
    live: Live | None
    live_release: Release | None
    services: tuple[ServiceChange, ...]  # empty where *unreadable* says why
    unreadable: str = ""  # why the release cannot run on this rack
    environment: EnvironmentChange
    environment_id: str | None  # of what is live
    takes_back: tuple[str, ...] = ()  # of the live environment, where the release is older
    hooks: tuple[tuple[str, str], ...] = ()  # hook and service, in their order
    bake_seconds: float = 0.0
    rule: BakeRule = field(default_factory=BakeRule)
    lock: Lock | None = None
    ahead: tuple[Promotion, ...] = ()  # what comes before it, the running one first
    stops: tuple[Promotion, ...] = ()  # what a rollback ends
    repo: str = ""  # of the app, where that is still known

    @property
    def app(self) -> str:
        """The app that it is about."""
        return self.question.release.app

    @property
    def rack(self) -> str:
        """The rack that it is about."""
        return self.question.rack


class ImageSource(StrEnum):
    """Where an image comes from."""

    THERE = "there"
    OTHER_RACK = "other rack"
    REGISTRY = "registry"
    NOWHERE = "nowhere"
    UNKNOWN = "unknown"  # those who may have it do not answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSight:
    """Where the image of one service is."""

    service: str
    source: ImageSource
    rack: str = ""  # which other one


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What the rack says of itself just now."""

    answers: bool = True
    detail: str = ""  # why it does not
    capabilities: Capabilities = field(default_factory=Capabilities)
    free_bytes: int | None = None
    images: tuple[ImageSight, ...] = ()
