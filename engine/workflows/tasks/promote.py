"""The task that makes the build's release live on a rack: by itself, or once somebody clicks."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from engine import lookup, promote
from engine.asking import Repeated
from engine.canary import read_canary
from engine.durations import duration
from engine.errors import UserError
from engine.lifecycle import PROMOTION_LIMITS, is_final
from engine.marks import literal
from engine.workflows.carrying import carried
from engine.workflows.decide import NOTHING, Outcome, of_promotion
from engine.workflows.definition import Promote
from engine.workflows.tasks.built import release_of
from engine.workflows.tasks.work import Work
from storage import promotions
from storage.records import Promotion, PromotionKind, PromotionStatus, Release
from storage.store import Transaction
from storage.workflow_records import TaskStatus

AGAIN = timedelta(seconds=2)  # between two looks at a promotion that somebody else asked for


def look(work: Work) -> Outcome:
    """Ask for the promotion, or see how it is doing."""
    settings = _settings(work)
    found = _found(work)
    if found is None:
        with work.world.store.read() as transaction:
            release = release_of(transaction, work.job)
            is_there = _is_there(transaction, release, settings.rack, work.now)
        if is_there:
            return is_there
        found = _ask(work, settings, release)
    outcome = of_promotion(work.task, found, expired=_expired(settings))
    if found.status is PromotionStatus.AWAITING_APPROVAL and work.task.found is None:
        brings = carried(work.world, work.job, settings.rack)
        return replace(outcome, changes={**outcome.changes, "found": brings})
    return outcome


def end(work: Work) -> Outcome:
    """Cancel the promotion, which takes its steps back, and follow it to its end."""
    found = _found(work)
    if found is None:
        return Outcome(then=TaskStatus.CANCELED)
    if not is_final(found.status):
        with suppress(Repeated, UserError):  # it ends already
            found = promote.cancel(work.world, work.asking("stop"), found.id)
    if not is_final(found.status):
        return NOTHING
    return of_promotion(work.task, found, expired=_expired(_settings(work)))


def _settings(work: Work) -> Promote:
    settings = work.settings
    assert isinstance(settings, Promote)
    return settings


def _found(work: Work) -> Promotion | None:
    with work.world.store.read() as transaction:
        return promotions.for_task(transaction, work.task.key)


def _is_there(
    transaction: Transaction, release: Release, rack: str, now: datetime
) -> Outcome | None:
    """Say so where the very same build is live already, or on its way by somebody else's wish."""
    where = {"app": release.app, "rack": rack}
    for other in promotions.unfinished(transaction, **where):
        wanted = lookup.release(transaction, other.release_id)
        if other.kind is PromotionKind.PROMOTE and wanted.build_id == release.build_id:
            by = literal(other.asked_by.name)
            progress = f"{by} asked for it already ({other.id})"
            return Outcome(changes={"progress": progress, "look_at": now + AGAIN})
    live = promotions.live_on(transaction, **where)
    if live is None:
        return None
    if lookup.release(transaction, live.release_id).build_id != release.build_id:
        return None
    changes = {"release_id": live.release_id, "found": {"already_live": live.promotion_id}}
    return Outcome(then=TaskStatus.SUCCEEDED, changes=changes)


def _ask(work: Work, settings: Promote, release: Release) -> Promotion:
    steps = settings.canary
    return promote.promote(
        work.world,
        work.asking("promote"),
        release.id,
        rack=settings.rack,
        environment="live",
        canary=read_canary(steps, settings.pause_seconds) if steps else None,
        for_task=work.task.key,
        offered=timedelta(seconds=settings.offer_seconds) if settings.on_click else None,
    )


def _expired(settings: Promote) -> str:
    limit = PROMOTION_LIMITS[PromotionStatus.AWAITING_APPROVAL]
    offered = timedelta(seconds=settings.offer_seconds) if settings.on_click else limit
    return f"Nobody clicked within {duration(offered)}."
