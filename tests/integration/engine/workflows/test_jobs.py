"""A job from its first task to its end, on simulated racks and a forge in memory."""

from storage.workflow_records import JobStatus, TaskStatus
from tests.worlds import Scene

J = JobStatus
T = TaskStatus


def statuses(scene: Scene, job: str) -> list[T]:
    return [one.status for one in scene.tasks(job)]


def test_a_job_builds_its_commit_and_makes_it_live(scene: Scene) -> None:
    scene.workflow("delivery", "build", {"promote": "staging"})
    job = scene.job_for("delivery", scene.push("Fix cart"))
    scene.settle()
    assert scene.job(job).status is J.SUCCEEDED
    build, promote = scene.tasks(job)
    assert [build.status, promote.status] == [T.SUCCEEDED, T.SUCCEEDED]
    assert scene.live_release() == promote.release_id == build.release_id
    assert scene.told(job)[0] == "Begun for 0f3a6b6 Fix cart on main. By Ada Lovelace."
