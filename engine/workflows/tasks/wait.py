"""The task that lets time pass."""

from engine.workflows.decide import NOTHING, Outcome
from engine.workflows.tasks.work import Work
from storage.workflow_records import TaskStatus


def look(work: Work) -> Outcome:
    """End it once its time is over."""
    until = work.task.deadline_at
    return NOTHING if until and work.now < until else Outcome(then=TaskStatus.SUCCEEDED)
