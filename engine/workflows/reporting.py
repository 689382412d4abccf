"""Sending to the forge what it is to show of jobs: in order, once each, and patiently."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.announce import in_words, milestone
from engine.errors import Limited, PortError, Unreachable
from engine.leases import Lease, held
from engine.ports.forge import Forge
from engine.workflows.reports import CARRIED, COMMENT, DEPLOYMENT, STATUS
from engine.workflows.showing import show
from engine.world import World
from storage import jobs, reports
from storage.workflow_records import Report

LEASE = "reports"
SHORTEST = timedelta(seconds=5)  # until the second try; then twice as long each time
LONGEST = timedelta(minutes=5)
WHAT = {
    STATUS: "the status of its commit",
    DEPLOYMENT: "its deployment",
    CARRIED: "which pull requests it brought live",
    COMMENT: "under its pull request that it is live",
}

log = logging.getLogger(__name__)


def send(world: World) -> None:
    """Send what is due. A forge that does not answer, or is asked too often, is waited for.

    What it refuses is given up and told once in the job's thread. After a crash whatever may have
    been sent is sent again: the forge finds a deployment or comment by its key.
    """
    forge = world.forge
    if forge is None or not _is_due(world) or _is_paused(forge, world.clock.now()):
        return
    with held(world, LEASE) as lease:
        if lease is not None:
            _send_due(world, forge, lease)


def _is_due(world: World) -> bool:
    with world.store.read() as transaction:
        return bool(reports.due(transaction, world.clock.now(), limit=1))


def _is_paused(forge: Forge, now: datetime) -> bool:
    limits = forge.limits()
    return bool(limits and limits.paused_until and now < limits.paused_until)


def _send_due(world: World, forge: Forge, lease: Lease) -> None:
    with world.store.read() as transaction:
        due = reports.due(transaction, world.clock.now())
    for number, report in enumerate(due):
        lease.check()
        try:
            _send(world, forge, report)
        except Limited as error:
            _wait(world, due[number:], error.until)
            return
        except Unreachable as error:
            log.warning("not reported", extra={"report": report.key, "why": error.detail})
            _wait(world, [report], world.clock.now() + _patience(report))
            return
        except PortError as error:
            _give_up(world, report, error)


def _send(world: World, forge: Forge, report: Report) -> None:
    with world.store.write() as transaction:
        now = world.clock.now()
        reports.change(transaction, report, tried_at=now, attempts=report.attempts + 1)
        job = jobs.get(transaction, report.job_id)
    assert job is not None, "jobs stay on record"
    outcome = show(world, forge, report, job)
    with world.store.write() as transaction:
        reports.sent(transaction, report, world.clock.now(), outcome)


def _wait(world: World, waiting: Sequence[Report], until: datetime) -> None:
    with world.store.write() as transaction:
        for report in waiting:
            reports.change(transaction, report, not_before=until)


def _patience(report: Report) -> timedelta:
    """Return how long to wait after this try: twice as long each time."""
    wait: timedelta = SHORTEST * 2 ** min(report.attempts, 10)
    return min(wait, LONGEST)


def _give_up(world: World, report: Report, error: PortError) -> None:
    """Record why it is not shown, and tell it in the job's thread, once for its kind."""
    why = in_words(error)
    log.warning("report given up", extra={"report": report.key, "why": why})
    with world.store.write() as transaction:
        now = world.clock.now()
        reports.sent(transaction, report, now, why)
        job = jobs.get(transaction, report.job_id)
        if job:
            host = world.forge.host if world.forge else "The forge"
            text = f"*{host}* does not show {WHAT[report.kind]}. {why}"
            milestone(transaction, job, f"report:{report.kind}", text, at=now)
