"""What a workflow says, as records: when it begins, and which tasks it does in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storage.workflow_records import TaskKind, TriggerKind

CHECKS_TIMEOUT_SECONDS = 3600.0
SETTLE_SECONDS = 60.0  # how long a commit without any check may stay so before that is told
RUN_TIMEOUT_SECONDS = 600.0
OFFER_SECONDS = 7 * 24 * 3600.0  # how long a promotion on click is offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What begins a job."""

    kind: TriggerKind  # PUSH, TAG or RELEASE
    pattern: str = "*"  # of the branch or tag, as in "main" or "release/*"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitForChecks:
    """Wait until the checks of the exact commit are green."""

    timeout_seconds: float = CHECKS_TIMEOUT_SECONDS
    required: tuple[str, ...] = ()  # empty: what the branch's protection says, else all there are
    settle_seconds: float = SETTLE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildImages:
    """Build the commit once; its images serve all racks."""

    no_cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promote:
    """Make the release of the build live on a rack."""

    rack: str
    on_click: bool = False
    offer_seconds: float = OFFER_SECONDS
    canary: str | None = None  # "10,50,100", as ``engine.canary.read_canary`` takes it
    pause_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCommand:
    """Run a command once in a service of the release, with its environment on a rack."""

    rack: str
    service: str
    command: tuple[str, ...]
    timeout_seconds: float = RUN_TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """Say something in a channel, by a message of its own."""

    text: str
    channel: str | None = None  # None: where the job's card is


Settings = WaitForChecks | BuildImages | Promote | RunCommand | Wait | Notify

KINDS: Mapping[TaskKind, type[Settings]] = {
    TaskKind.WAIT_FOR_CHECKS: WaitForChecks,
    TaskKind.BUILD: BuildImages,
    TaskKind.PROMOTE: Promote,
    TaskKind.RUN: RunCommand,
    TaskKind.WAIT: Wait,
    TaskKind.NOTIFY: Notify,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """One task."""

    kind: TaskKind
    step: int  # tasks with the same number go side by side
    settings: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """All that a workflow says."""

    app: str
    triggers: tuple[Trigger, ...] = ()  # none: it is begun by hand only
    tasks: tuple[TaskSpec, ...] = ()
    channel: str | None = None  # None: the app's
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a definition, and where."""

    path: str  # "tasks[1].promote.rack"
    text: str  # what, and what to do
    line: int | None = None  # of the YAML it was read from


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A definition as far as it could be read."""

    definition: Definition | None
    faults: tuple[Fault, ...] = field(default=())


Plain = Mapping[str, Any]  # what JSON and YAML have: the form that is stored and typed
