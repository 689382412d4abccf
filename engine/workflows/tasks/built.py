"""Which release a job has built."""

from engine import lookup
from engine.errors import UserError
from storage import jobs
from storage.records import Release
from storage.store import Transaction
from storage.workflow_records import Job, TaskKind


def release_of(transaction: Transaction, job: Job) -> Release:
    """Read the release candidate of the job's build. Raises ``UserError`` where it has none."""
    for task in jobs.tasks_of(transaction, job.id):
        if task.kind is TaskKind.BUILD and task.release_id:
            return lookup.release(transaction, task.release_id)
    raise UserError(
        "Nothing was built that could be used.",
        remedy="Put a `build` before it in the workflow, then run that again.",
    )
