"""The task that says something in a channel."""

import re

from engine.marks import literal
from engine.workflows import tell
from engine.workflows.decide import Outcome
from engine.workflows.definition import Notify
from engine.workflows.refs import short_sha
from engine.workflows.tasks.work import Work
from storage import jobs
from storage.workflow_records import Job, TaskStatus

PLACEHOLDERS = ("job", "commit", "subject", "author", "app", "release")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def look(work: Work) -> Outcome:
    """Put the message into the outbox, once, however often it is looked at."""
    settings, job = work.settings, work.job
    assert isinstance(settings, Notify)
    with work.world.store.write() as transaction:
        tasks = jobs.tasks_of(transaction, job.id)
        releases = [one.release_id for one in tasks if one.release_id]
        text = filled(settings.text, job, releases[-1] if releases else None)
        channel = settings.channel or job.channel
        tell.note(transaction, job, work.task, text, channel=channel, at=work.now)
    return Outcome(then=TaskStatus.SUCCEEDED)


def filled(text: str, job: Job, release_id: str | None) -> str:
    """Put what the job is about in the place of ``PLACEHOLDERS``."""
    values = {
        "job": job.id,
        "commit": short_sha(job.sha),
        "subject": literal(job.subject),
        "author": literal(job.author),
        "app": job.app,
        "release": release_id or "no release",
    }
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)
