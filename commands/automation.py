"""What goes on by itself, for App Home and ``status``: workflows, their jobs, and GitHub."""

from commands import flow, job_card
from commands.context import Context
from commands.reply import Actions, Button, Heading, Note, Part, Text, Tone
from commands.workflow_parts import new_button, readable
from engine.durations import of_seconds
from engine.marks import literal, moment
from engine.workflows.hints import heard_at
from storage import jobs, watched, workflows
from storage.workflow_records import Job, JobStatus, Task, TaskStatus, Workflow

SHOWN = 8


def workflow_parts(context: Context) -> tuple[Part, ...]:
    """Say which workflows there are, with a button for each and one that makes another."""
    with context.world.store.read() as transaction:
        found = workflows.all_of_them(transaction)
        repositories = watched.all_of_them(transaction)
    is_watching = bool(repositories and context.world.forge)
    troubles = [one for one in repositories if one.trouble]
    lines: list[Part] = []
    for one in found[:SHOWN]:
        lines += [_line(context, one)]
    if len(found) > SHOWN:
        lines.append(Note(text=f"{len(found) - SHOWN} more: `/rack workflows` lists them."))
    for trouble in troubles:
        since = f" Since {moment(trouble.trouble_since)}." if trouble.trouble_since else ""
        lines.append(Text(text=f"{literal(trouble.repo)}: {trouble.trouble}{since}", tone=Tone.BAD))
    if is_watching:
        lines.append(Note(text=_how_changes_are_heard_of(context)))
    buttons = tuple(Button(label=one.name, words=("workflows", "info", one.name)) for one in found)
    return (
        Heading(text="Workflows"),
        *(lines or (Text(text="None yet. One brings new code live by itself."),)),
        Actions(buttons=(new_button(), *buttons[:4])),
    )


def job_parts(context: Context, *, app: str | None = None) -> tuple[Part, ...]:
    """Say which jobs are under way or wait for a click, each with what can be done now."""
    with context.world.store.read() as transaction:
        found = [
            (job, job_card.around(transaction, job))
            for job in jobs.with_status(transaction, jobs.OPEN)
            if app in (None, job.app)
        ]
    parts: list[Part] = []
    for job, around in found[:SHOWN]:
        tone = Tone.BUSY if job.status is JobStatus.RUNNING else Tone.WAITING
        text = f"*{literal(job.app)}* · {job.workflow} · {job.sha[:7]} {literal(job.subject)}"
        parts.append(Text(text=f"{text} {_where(context, job, around.tasks)}", tone=tone))
        if buttons := job_card.buttons_of(context.world, job, around):
            parts.append(Actions(buttons=buttons))
    if len(found) > SHOWN:
        parts.append(Note(text=f"{len(found) - SHOWN} more: `/rack jobs` lists them."))
    return tuple(parts)


def _how_changes_are_heard_of(context: Context) -> str:
    world = context.world
    every = of_seconds(world.forge_poll_seconds)
    last = heard_at(world)
    if last is None:
        return f"No webhook was ever received. Repositories are looked at every {every}."
    return f"The last webhook came {moment(last)}. Repositories are looked at every {every} too."


def _line(context: Context, workflow: Workflow) -> Text:
    definition = readable(workflow)
    drawn = flow.draw(context.world, definition) if definition else "cannot be read"
    paused = f" · *paused* {moment(workflow.paused_at)}" if workflow.paused_at else ""
    text = f"*{literal(workflow.app)}* · {workflow.name}{paused}\n{drawn}"
    return Text(text=text, tone=Tone.WAITING if workflow.paused_at else None)


def _where(context: Context, job: Job, tasks: tuple[Task, ...]) -> str:
    """Say how far the job is."""
    if job.status is JobStatus.QUEUED:
        return "is queued"
    if job.status is JobStatus.WAITING:
        return f"waits for a click since {moment(job.status_since)}"
    open_ones = [one for one in tasks if one.status is TaskStatus.RUNNING]
    names = [job_card.task_name(context.world, one) for one in open_ones]
    return f"is at {', '.join(names)}" if names else "is under way"
