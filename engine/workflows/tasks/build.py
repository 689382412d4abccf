"""The task that builds the job's commit: once, its images serve all racks."""

from contextlib import suppress

from engine import build
from engine.asking import Repeated
from engine.errors import UserError
from engine.lifecycle import is_final
from engine.workflows.decide import NOTHING, Outcome, of_build
from engine.workflows.definition import BuildImages, Promote, RunCommand
from engine.workflows.reading import settings_of
from engine.workflows.tasks.work import Work
from engine.world import World
from storage import builds, jobs
from storage.records import Build
from storage.workflow_records import Job, TaskStatus


def look(work: Work) -> Outcome:
    """Ask for the build, or see how it is doing."""
    return of_build(_found(work) or _ask(work))


def end(work: Work) -> Outcome:
    """Cancel the build, and follow it to its end."""
    found = _found(work)
    if found is None:
        return Outcome(then=TaskStatus.CANCELED)
    if not is_final(found.status):
        with suppress(Repeated, UserError):  # it ends already: the next look sees how
            build.cancel(work.world, work.asking("stop"), found.id)
    found = _found(work)
    return of_build(found) if found and is_final(found.status) else NOTHING


def _found(work: Work) -> Build | None:
    with work.world.store.read() as transaction:
        return builds.for_task(transaction, work.task.key)


def _ask(work: Work) -> Build:
    settings = work.settings
    assert isinstance(settings, BuildImages)
    return build.ask(
        work.world,
        work.asking("build"),
        app=work.job.app,
        rack=_rack(work.world, work.job),
        ref=work.job.sha,
        no_cache=settings.no_cache,
        for_task=work.task.key,
    )


def _rack(world: World, job: Job) -> str:
    """Return where the images are made: the rack that needs them first, else the only one."""
    with world.store.read() as transaction:
        for task in jobs.tasks_of(transaction, job.id):
            settings = settings_of(task)
            if isinstance(settings, Promote | RunCommand):
                return settings.rack
    if len(world.racks) == 1:
        return next(iter(world.racks))
    raise UserError(
        "It is not said on which rack to build.",
        why="No task of the workflow names one, and there are several.",
        remedy="Add a task that promotes, such as `promote: staging`.",
    )
