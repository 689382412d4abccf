"""Stories of jobs: each begins with a push, and ends on the racks and on the forge."""

from collections.abc import Mapping
from typing import Any

from engine.adapters.memory import Behaviour
from engine.ports.forge import CheckState
from storage import jobs, promotions
from storage.workflow_records import JobStatus, TaskKind, TaskStatus
from tests.crash.story import NEVER, At, Play, Step, Story, newest, says
from tests.fakes import BROKEN_DOCKERFILE, Files
from tests.worlds import BOB, Scene, compose

J = JobStatus
QUICK = compose("web", bake_seconds="0", drain_seconds="0")
STAGING: tuple[Any, ...] = ("build", {"promote": "staging"})
DELIVERY = ("wait_for_checks", *STAGING, {"notify": "{commit} is on staging"})
RUN = {"run": {"rack": "staging", "service": "web", "command": "bin/smoke"}}
OFFER = {"promote": {"rack": "production", "on_click": True}}


def workflow(*tasks: Any) -> Any:
    """There is a workflow of these tasks, which has not begun a job yet."""

    def begin(scene: Scene) -> Mapping[str, str]:
        base = scene.built("Base", QUICK)
        scene.workflow("delivery", *tasks)
        return {"base": base}

    return begin


DELIVERED = workflow(*DELIVERY)
QA = workflow(*STAGING, RUN, OFFER)
SIDE_BY_SIDE = workflow("build", {"together": [{"promote": "staging"}, {"wait": "5s"}]})


def pushes(subject: str, check: CheckState | None = None, files: Files = QUICK) -> Step:
    """Somebody pushes a commit, for which a check has reported already, and its job begins."""

    def step(play: Play, key: str) -> None:
        scene = play.scene
        known = [sha for sha, (one, _) in scene.source.commits.items() if one.subject == subject]
        sha = known[0] if known else scene.push(subject, files)
        if check:
            scene.forge.check("web", sha, "ci/test", check)
        with scene.store.read() as transaction:
            has_begun = any(one.sha == sha for one in jobs.latest(transaction))
        if not has_begun:
            scene.job_for("delivery", sha)

    return step


def checks(state: CheckState) -> Step:
    """The check of the newest commit reports."""

    def step(play: Play, key: str) -> None:
        job = newest(play.scene)
        play.scene.forge.check("web", str(job.sha), "ci/test", state)  # type: ignore[union-attr]

    return step


def job_is(*statuses: JobStatus) -> Step:
    """The newest job comes to one of *statuses*."""

    def step(play: Play, key: str) -> None:
        for _ in range(NEVER):
            if newest(play.scene).status in statuses:
                return
            play.tick()
        raise AssertionError(f"{newest(play.scene).status}, never {statuses}")

    return step


def begins(kind: TaskKind) -> Step:
    """A task of the newest job begins."""

    def step(play: Play, key: str) -> None:
        for _ in range(NEVER):
            tasks = play.scene.tasks(newest(play.scene).id)
            if all(one.status is not TaskStatus.PENDING for one in tasks if one.kind is kind):
                return
            play.tick()
        raise AssertionError(f"{kind} never begins")

    return step


def clicks() -> Step:
    """Bob presses the button of the newest offer."""

    def step(play: Play, key: str) -> None:
        with play.scene.store.read() as transaction:
            offer = promotions.latest(transaction, rack="production", limit=1)[0]
        says("approve", offer.id, "--yes", who=BOB)(play, key)

    return step


def cancels(subject: str) -> Step:
    """Ada cancels the job of a commit."""

    def step(play: Play, key: str) -> None:
        [job] = [one for one in play.scene.all_jobs() if one.subject == subject]
        says("jobs", "cancel", job.id)(play, key)

    return step


def all_behave(behaviour: Behaviour) -> Step:
    """The processes of the app change their ways."""

    def step(play: Play, key: str) -> None:
        play.scene.memory.behave("web", behaviour)

    return step


CD = Story(
    name="continuous delivery",
    begins=DELIVERED,
    steps=(pushes("New"), begins(TaskKind.WAIT_FOR_CHECKS), checks(CheckState.PASSED)),
    status=J.SUCCEEDED,
    live="New",
    tells=("begun", "built:1", "live:2", "ended"),
)
RED = Story(
    name="a red check",
    begins=DELIVERED,
    steps=(pushes("New", CheckState.FAILED),),
    status=J.FAILED,
    live=None,
    tells=("begun", "ended"),
)
CLICKED = Story(
    name="live by a click",
    begins=QA,
    racks=("staging", "production"),
    steps=(pushes("New"), job_is(J.WAITING), clicks()),
    status=J.SUCCEEDED,
    live="New",
    tells=("begun", "built:0", "live:1", "ran:2", "offer:3", "live:3", "ended"),
)
REPLACED = Story(
    name="an offer that a newer one replaces",
    begins=At(story=CLICKED, status=J.WAITING),
    racks=("staging", "production"),
    steps=(pushes("Newer"), job_is(J.WAITING)),
    status=J.WAITING,
    live=None,
    tells=("begun", "built:0", "live:1", "ran:2", "offer:3"),
)
TURNED_AWAY = Story(
    name="a promotion that is turned away beside a wait",
    begins=SIDE_BY_SIDE,
    steps=(all_behave(Behaviour(exit_code=3)), pushes("New")),
    status=J.FAILED,
    live=None,
    tells=("begun", "built:0", "failed:1", "ended"),
)
AGAIN = Story(
    name="a failed build and a better commit, then once more",
    begins=SIDE_BY_SIDE,
    steps=(
        pushes("Broken", files=BROKEN_DOCKERFILE),
        job_is(J.FAILED),
        says("jobs", "retry", "{newest}"),
        job_is(J.FAILED),
    ),
    status=J.FAILED,
    live=None,
    tells=("begun", "ended"),
)
SUPERSEDED = Story(
    name="a commit that takes the place of another in the line",
    begins=DELIVERED,
    steps=(
        pushes("First"),
        begins(TaskKind.WAIT_FOR_CHECKS),
        pushes("Second"),
        pushes("Third", CheckState.PASSED),
        cancels("First"),
    ),
    status=J.SUCCEEDED,
    live="Third",
    tells=("begun", "built:1", "live:2", "ended"),
)
CANCELED_WAITING = Story(
    name="cancel a job that waits for a click",
    begins=At(story=CLICKED, status=J.WAITING),
    racks=("staging", "production"),
    steps=(says("jobs", "cancel", "{newest}"),),
    status=J.CANCELED,
    live=None,
    tells=("cancel_asked", "ended"),
)
CANCELED_RUNNING = Story(
    name="cancel a job that waits for checks",
    begins=DELIVERED,
    steps=(pushes("New"), begins(TaskKind.WAIT_FOR_CHECKS), says("jobs", "cancel", "{newest}")),
    status=J.CANCELED,
    live=None,
    tells=("begun", "cancel_asked", "ended"),
)

JOB_STORIES = (
    CD,
    RED,
    CLICKED,
    REPLACED,
    TURNED_AWAY,
    AGAIN,
    SUPERSEDED,
    CANCELED_WAITING,
    CANCELED_RUNNING,
)
