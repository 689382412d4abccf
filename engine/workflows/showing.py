"""Showing one thing of a job on the forge, whichever kind it is."""

from engine.ports.forge import DeploymentState, Forge, StatusState
from engine.workflows import carried
from engine.workflows.address import address
from engine.workflows.reports import COMMENT
from engine.world import World
from storage import jobs, promotions, reports
from storage.store import Transaction
from storage.workflow_records import Job, Report

NEWER = "A newer job shows how the same commit stands."


def show(world: World, forge: Forge, report: Report, job: Job) -> str | None:
    """Show what is wanted; return why it need not be shown. Raises what the forge raises."""
    match report.kind:
        case "status":
            return _status(world, forge, report, job)
        case "deployment":
            _deployment(world, forge, report, job)
        case "carried":
            _carried(world, forge, report, job)
        case "comment":
            number, text = report.wanted["number"], report.wanted["text"]
            forge.comment(report.repo, number, text=text, key=report.key)
    return None


def _status(world: World, forge: Forge, report: Report, job: Job) -> str | None:
    wanted = report.wanted
    with world.store.read() as transaction:
        if _has_newer(transaction, job):
            return NEWER
    forge.set_status(
        report.repo,
        wanted["sha"],
        context=wanted["context"],
        state=StatusState(wanted["state"]),
        description=wanted["description"],
        url=None,
    )
    return None


def _has_newer(transaction: Transaction, job: Job) -> bool:
    """Whether another job of the workflow shows its own status on the same commit since."""
    return any(
        one.sha == job.sha and one.created_at > job.created_at
        for one in jobs.latest(transaction, workflow=job.workflow)
    )


def _deployment(world: World, forge: Forge, report: Report, job: Job) -> None:
    wanted = report.wanted
    made = report.external_id
    if made is None:
        made = forge.deployment(
            report.repo,
            wanted["sha"],
            environment=wanted["environment"],
            description=f"Job {job.id} of the workflow {job.workflow}",
            key=report.key,
        )
        with world.store.write() as transaction:
            reports.change(transaction, report, external_id=made)
    state = DeploymentState(wanted["state"])
    is_live = state is DeploymentState.SUCCESS
    forge.set_deployment(
        report.repo,
        made,
        state=state,
        description=wanted["description"],
        environment_url=address(world, wanted["promotion"]) if is_live else None,
        log_url=None,
    )


def _carried(world: World, forge: Forge, report: Report, job: Job) -> None:
    """Find the pull requests that a promotion has brought live, and want a comment under each."""
    wanted = report.wanted
    with world.store.read() as transaction:
        promotion = promotions.get(transaction, wanted["promotion"])
    if promotion is None or promotion.rack not in world.racks:
        return
    found = carried.pull_requests(forge, report.repo, wanted["base"], wanted["sha"])
    url = address(world, promotion.id) if found else None
    text = carried.said(job, promotion, world.racks[promotion.rack], url)
    with world.store.write() as transaction:
        for one in found:
            reports.want(
                transaction,
                key=f"{job.id}:{wanted['position']}:{COMMENT}:{one.number}",
                job_id=job.id,
                kind=COMMENT,
                repo=report.repo,
                wanted={"number": one.number, "text": text},
                at=world.clock.now(),
            )
