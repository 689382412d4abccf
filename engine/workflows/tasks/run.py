"""The task that runs a command once, in a service of the release with its environment on a rack."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine import images, lookup
from engine import release as release_story
from engine.announce import in_words
from engine.durations import of_seconds
from engine.errors import Canceled, Unreachable, UserError
from engine.lookup import nearest, shown
from engine.marks import literal
from engine.ports.rack import Hook, HookRun, Target
from engine.target import target_of
from engine.workflows import tell
from engine.workflows.decide import NOTHING, Outcome
from engine.workflows.definition import Promote, RunCommand
from engine.workflows.people import automaton
from engine.workflows.reading import settings_of
from engine.workflows.tasks.built import release_of
from engine.workflows.tasks.work import Work
from storage import jobs
from storage.records import Promotion, PromotionKind, PromotionStatus, Release
from storage.store import Transaction
from storage.workflow_records import TaskStatus

T = TaskStatus
LOOK = timedelta(seconds=1)
PATIENCE = timedelta(minutes=15)  # over its deadline, with a rack that does not answer


def look(work: Work) -> Outcome:
    """Start the command, or see how it is doing; its process goes once its end is on record."""
    task = work.task
    if task.release_id is None:
        with work.world.store.write() as transaction:
            return Outcome(changes={"release_id": _release(work, transaction).id})
    try:
        if _has_ended(work):
            return _clear_up(work)
        return _go_on(work)
    except Canceled:
        return NOTHING
    except Unreachable as error:
        if task.deadline_at and work.now >= task.deadline_at + PATIENCE:
            reason = f"{in_words(error)} What was started there may still run."
            return Outcome(then=T.FAILED, changes={"reason": reason})
        raise


def end(work: Work) -> Outcome:
    """Stop the command and remove its process."""
    if work.task.release_id is None:
        return Outcome(then=T.CANCELED)
    settings = _settings(work)
    try:
        work.world.rack(settings.rack).remove_run(_target(work, settings))
    except Unreachable as error:
        if work.task.deadline_at and work.now >= work.task.deadline_at + PATIENCE:
            return Outcome(then=T.CANCELED, changes={"reason": in_words(error)})
        raise
    return Outcome(then=T.CANCELED)


def _go_on(work: Work) -> Outcome:
    settings, task = _settings(work), work.task
    rack = work.world.rack(settings.rack)
    target = _target(work, settings)
    if task.found is None:
        _prepare(work, settings)
        rack.prepare(target)
    run = rack.run_hook(target, settings.service, Hook.RUN)
    is_late = task.deadline_at is not None and work.now >= task.deadline_at
    if run.running and not is_late:
        return Outcome(changes={"found": {"runs": True}, "look_at": work.now + LOOK})
    if run.running:
        rack.end_hooks(target)
    return Outcome(changes={"found": _result(run), "look_at": None})


def _clear_up(work: Work) -> Outcome:
    """Remove the process, whose end is on record, and say how it ended."""
    settings, found = _settings(work), work.task.found or {}
    work.world.rack(settings.rack).remove_run(_target(work, settings))
    if found["exit_code"] == 0:
        return Outcome(then=T.SUCCEEDED)
    how = (
        f"did not end within {of_seconds(settings.timeout_seconds)} and was stopped"
        if found["exit_code"] is None
        else f"exited with code {found['exit_code']} after {of_seconds(found['seconds'])}"
    )
    return Outcome(then=T.FAILED, changes={"reason": f"It {how}."})


def _has_ended(work: Work) -> bool:
    return "exit_code" in (work.task.found or {})


def _result(run: HookRun) -> Mapping[str, Any]:
    return {
        "exit_code": None if run.running else run.exit_code,
        "seconds": round(run.seconds, 1),
        "log": list(run.last_log),
    }


def _settings(work: Work) -> RunCommand:
    settings = work.settings
    assert isinstance(settings, RunCommand)
    return settings


def _release(work: Work, transaction: Transaction) -> Release:
    """Return the release on the task's rack: what this job promoted there, else of its build."""
    rack = work.world.rack_spec(_settings(work).rack).name
    for task in reversed(jobs.tasks_of(transaction, work.job.id)):
        settings = settings_of(task)
        if isinstance(settings, Promote) and settings.rack == rack and task.release_id:
            return lookup.release(transaction, task.release_id)
    by = automaton(work.job.workflow)
    built = release_of(transaction, work.job)
    there = release_story.on_rack(work.world, transaction, built, rack, by)
    return release_story.rebased(work.world, transaction, there, by)


def _target(work: Work, settings: RunCommand) -> Target:
    """Return what the rack is asked for. Raises ``UserError`` for a service that is not there."""
    with work.world.store.read() as transaction:
        target = target_of(work.world, transaction, _as_promotion(work, settings))
    names = [spec.name for spec in target.services]
    if settings.service not in names:
        raise UserError(
            f"{target.release} has no service `{shown(settings.service)}`.",
            why=nearest(settings.service, names),
            remedy=f"It has {', '.join(f'`{literal(name)}`' for name in names)}.",
        )
    services = tuple(
        replace(spec, hooks={Hook.RUN: settings.command} if spec.name == settings.service else {})
        for spec in target.services
    )
    return replace(target, services=services)


def _as_promotion(work: Work, settings: RunCommand) -> Promotion:
    """Return the promotion that would start the same processes; it is never on record."""
    assert work.task.release_id is not None
    return Promotion(
        id=work.task.key.replace(":", "-"),
        app=work.job.app,
        rack=work.world.rack_spec(settings.rack).name,
        release_id=work.task.release_id,
        kind=PromotionKind.PROMOTE,
        status=PromotionStatus.PREPARING,
        asked_by=automaton(work.job.workflow),
        channel=None,
        created_at=work.now,
        status_since=work.now,
    )


def _prepare(work: Work, settings: RunCommand) -> None:
    """Bring the images to the rack. Raises ``Canceled`` once the job is to end."""

    def is_over() -> bool:
        with work.world.store.read() as transaction:
            job = lookup.job(transaction, work.job.id)
        return work.world.stopping.is_set() or job.cancel_asked_by is not None

    def say(service: str, text: str) -> None:
        name = f"image:{work.task.position}:{service}"
        with work.world.store.write() as transaction:
            tell.notice(transaction, work.job, name, text, work.now)

    images.bring(work.world, _as_promotion(work, settings), canceled=is_over, tell=say)
