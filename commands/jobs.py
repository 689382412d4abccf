"""The runs of workflows: ``jobs``, and one of them: its tasks, its end, and another try."""

import click

from commands import job_card, words
from commands.context import Context
from commands.reply import Note, Reply, Table, Text, Tone
from commands.tree import app_option, pass_context, root
from engine import lookup
from engine.errors import UserError
from engine.workflows import jobs as story
from storage import jobs
from storage.workflow_records import Job

SHOWN = 20


@root.group("jobs", invoke_without_command=True)
@app_option
@click.option("--workflow", "-w", metavar="NAME", help="Only of this workflow.")
@click.pass_context
def job_group(ctx: click.Context, app: str | None, workflow: str | None) -> Reply | None:
    """List the newest jobs, the runs of workflows."""
    if ctx.invoked_subcommand:
        return None
    return _listing(ctx.obj, app, workflow)


def _listing(context: Context, app: str | None, workflow: str | None) -> Reply:
    with context.world.store.read() as transaction:
        chosen = lookup.app(transaction, app).name if app else None
        if workflow:
            lookup.workflow(transaction, workflow)
        found = jobs.latest(transaction, app=chosen, workflow=workflow, limit=SHOWN)
    now = context.world.clock.now()
    return Reply(
        title=f"Jobs of {workflow or chosen}" if workflow or chosen else "Jobs",
        parts=(
            Table(
                columns=("ID", "STATUS", "WORKFLOW", "COMMIT", "BEGAN", "TOOK"),
                rows=tuple(
                    (
                        job.id,
                        str(job.status),
                        job.workflow,
                        f"{job.sha[:7]} {job.subject}",
                        words.age(job.started_at or job.created_at, now),
                        _took(job),
                    )
                    for job in found
                ),
                empty="No job yet. `/rack workflows` shows what begins one.",
            ),
        ),
    )


def _took(job: Job) -> str:
    if job.started_at is None or job.finished_at is None:
        return ""
    return words.duration(job.finished_at - job.started_at)


@job_group.command("info")
@click.argument("job_id", metavar="[ID]", required=False)
@pass_context
def info(context: Context, job_id: str | None) -> Reply:
    """Show one job: its commit, its tasks, and what can be done with it."""
    with context.world.store.read() as transaction:
        job = lookup.job(transaction, _meant(context, job_id))
        around = job_card.around(transaction, job)
    card = job_card.draw(context.world, job, around)
    return Reply(title=card.title, parts=card.parts)


@job_group.command("cancel")
@click.argument("job_id", metavar="[ID]", required=False)
@pass_context
def cancel(context: Context, job_id: str | None) -> Reply:
    """Cancel a job: what it does is stopped, and the rest is skipped."""
    made = story.cancel(context.world, context.asking(), _meant(context, job_id))
    return Reply(parts=(Text(text=f"Canceling {made.id}. Its thread tells the end."),))


@job_group.command("retry")
@click.argument("job_id", metavar="[ID]", required=False)
@pass_context
def retry(context: Context, job_id: str | None) -> Reply:
    """Try a job again from the task that failed."""
    old = _meant(context, job_id)
    made = story.retry(context.world, context.asking(), old)
    return Reply(
        parts=(
            Text(text=f"{made.id} goes on where {old.upper()} ended.", tone=Tone.BUSY),
            Note(text=f"{made.id} · its thread tells every step."),
        ),
        follow=made.id,
    )


def _meant(context: Context, named: str | None) -> str:
    """Return the job that is meant: named, the thread's, or the newest."""
    if named:
        return named
    subject = context.subject()
    if isinstance(subject, Job):
        return subject.id
    with context.world.store.read() as transaction:
        found = jobs.latest(transaction, limit=1)
    if not found:
        raise UserError(
            "There is no job yet.", remedy="`/rack workflows run NAME` begins one by hand."
        )
    return found[0].id
