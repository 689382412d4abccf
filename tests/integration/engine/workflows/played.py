"""How jobs are begun in these tests, and how they end."""

from engine.adapters.memory import Behaviour
from storage.workflow_records import JobStatus, TaskStatus
from tests.worlds import BOB, Scene

J = JobStatus
T = TaskStatus
TO_STAGING = ("build", {"promote": "staging"})
OFFER = {"promote": {"rack": "production", "on_click": True}}
QA = (*TO_STAGING, OFFER)


CHECKED = ({"wait_for_checks": {"timeout": "30m", "settle": "60s"}}, *TO_STAGING)
RUN = {"run": {"rack": "staging", "service": "web", "command": "bin/smoke", "timeout": "1m"}}


def statuses(scene: Scene, job: str) -> list[T]:
    return [one.status for one in scene.tasks(job)]


def ends(scene: Scene, job: str) -> tuple[J, list[T]]:
    """Let everything come to its end; how the job ended, and each of its tasks."""
    scene.settle()
    return scene.job(job).status, statuses(scene, job)


def approve(scene: Scene, job: str) -> None:
    """Click the button of the job's offer."""
    [offer] = [one.made for one in scene.tasks(job) if one.status is T.WAITING]
    assert offer
    scene.did("approve", offer, "--yes", who=BOB)


def checked(scene: Scene, *tasks: object) -> tuple[str, str]:
    """Begin a job that waits for checks; its id, and the commit's."""
    scene.workflow("delivery", *(tasks or CHECKED))
    sha = scene.push("Fix cart")
    return scene.job_for("delivery", sha), sha


def running(scene: Scene, behaviour: Behaviour) -> str:
    scene.memory.behave("web/web/run", behaviour)
    scene.workflow("delivery", *TO_STAGING, RUN, {"promote": "production"})
    return scene.job_for("delivery", scene.push("Fix cart"))


def runs(scene: Scene) -> list[str]:
    return [one.promotion for one in scene.memory.rack("staging").hooks]
