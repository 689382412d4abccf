"""``workflows``: what happens by itself with new code, and what may be done with it."""

import click

from commands import flow, words
from commands.context import Context
from commands.reply import Actions, Button, Code, Note, Reply, Table, Text, Tone
from commands.tree import pass_context, root
from commands.workflow_parts import (
    drawing,
    facts,
    in_the_way,
    new_button,
    readable,
    resume_button,
    what_to_do,
)
from engine import lookup
from engine.lifecycle import is_final
from engine.marks import literal, moment
from engine.workflows import jobs as job_story
from engine.workflows import keeping
from engine.workflows.written import all_to_yaml, to_yaml
from storage import jobs, workflows
from storage.workflow_records import Job, Workflow

JOBS_SHOWN = 5
SHOWN_YAML = 2500  # characters: more goes as a file
SUBJECT_SHOWN = 40


@root.group("workflows", invoke_without_command=True)
@click.pass_context
def workflow_group(click_context: click.Context) -> Reply | None:
    """List the workflows: what happens by itself with new code."""
    if click_context.invoked_subcommand:
        return None
    context: Context = click_context.obj
    with context.world.store.read() as transaction:
        found = [
            (one, next(iter(jobs.latest(transaction, workflow=one.name, limit=1)), None))
            for one in workflows.all_of_them(transaction)
        ]
    return Reply(
        title="Workflows",
        parts=(
            Table(
                columns=("NAME", "APP", "WHEN", "TASKS", "LAST JOB"),
                rows=tuple(_row(context, workflow, job) for workflow, job in found),
                empty="No workflow yet. `/rack workflows new` makes one.",
            ),
            Actions(buttons=(new_button(), *_info_buttons([one for one, _ in found]))),
        ),
    )


@workflow_group.command("info")
@click.argument("name")
@pass_context
def info(context: Context, name: str) -> Reply:
    """Show a workflow: what it does, its last jobs, and what is in its way."""
    world = context.world
    with world.store.read() as transaction:
        workflow = lookup.workflow(transaction, name)
        latest = jobs.latest(transaction, workflow=name, limit=JOBS_SHOWN)
    return Reply(
        title=f"Workflow {name}",
        parts=(
            *drawing(context, workflow),
            *in_the_way(context, workflow),
            Table(
                columns=("JOB", "STATUS", "COMMIT", "BEGAN"),
                rows=tuple(_job_row(context, job) for job in latest),
                empty="No job yet.",
            ),
            facts(workflow),
            Actions(buttons=what_to_do(workflow)),
        ),
    )


@workflow_group.command("run")
@click.argument("name")
@click.option("--ref", metavar="REF", help="A branch, tag or commit; the app's branch otherwise.")
@pass_context
def run(context: Context, name: str, ref: str | None) -> Reply:
    """Begin a job of a workflow by hand."""
    job = job_story.run_by_hand(context.world, context.asking(), name, ref)
    what = f"Running *{name}* for `{job.sha[:7]}` {literal(job.subject[:SUBJECT_SHOWN])}."
    note = Note(text=f"{job.id} · its thread tells every step.")
    return Reply(parts=(Text(text=what, tone=Tone.BUSY), note), follow=job.id)


@workflow_group.command("pause")
@click.argument("name")
@pass_context
def pause(context: Context, name: str) -> Reply:
    """Let a workflow begin nothing by itself until it is resumed. What runs goes on."""
    keeping.pause(context.world, context.asking(), name)
    text = f"Paused *{name}*. Nothing begins by itself, and what is queued waits."
    return Reply(
        parts=(Text(text=text, tone=Tone.WAITING), Actions(buttons=(resume_button(name),)))
    )


@workflow_group.command("resume")
@click.argument("name")
@pass_context
def resume(context: Context, name: str) -> Reply:
    """Let a paused workflow go on. What was pushed meanwhile begins nothing afterwards."""
    was = keeping.resume(context.world, context.asking(), name)
    since = f" Nothing was begun by itself since {moment(was.paused_at)}." if was.paused_at else ""
    return Reply(
        parts=(
            Text(text=f"Resumed *{name}*.{since}", tone=Tone.GOOD),
            Actions(buttons=(Button(label="Run it now", words=("workflows", "run", name)),)),
        )
    )


@workflow_group.command("delete")
@click.argument("name")
@pass_context
def delete(context: Context, name: str) -> Reply:
    """Delete a workflow. Its queued jobs are canceled; those that have begun go on."""
    had = keeping.delete(context.world, context.asking(), name)
    return Reply(
        parts=(
            Text(text=f"Deleted *{name}*. Nothing of *{literal(had.app)}* begins by it any more."),
            Note(text="What it said, should somebody want it back:"),
            Code(text=to_yaml(had.name, had.definition)[:SHOWN_YAML]),
        )
    )


@workflow_group.command("yaml")
@click.argument("name", metavar="[NAME]", required=False)
@pass_context
def show_yaml(context: Context, name: str | None) -> Reply:
    """Show a workflow, or all, as the YAML that rackhand.yml may hold."""
    with context.world.store.read() as transaction:
        found = [lookup.workflow(transaction, name)] if name else workflows.all_of_them(transaction)
    if not found:
        return Reply(parts=(Text(text="No workflow yet. `/rack workflows new` makes one."),))
    text = all_to_yaml({one.name: one.definition for one in found})
    if len(text) > SHOWN_YAML:
        return Reply(file=(f"{name or 'workflows'}.yml", text))
    return Reply(parts=(Code(text=text),))


def _row(context: Context, workflow: Workflow, job: Job | None) -> tuple[str, ...]:
    last = _ended(context, job) if job else "–"
    definition = readable(workflow)
    if definition is None:
        return workflow.name, workflow.app, "cannot be read", "–", last
    when = flow.when(definition) + (", paused" if workflow.paused_at else "")
    return workflow.name, workflow.app, when, flow.in_short(definition), last


def _job_row(context: Context, job: Job) -> tuple[str, ...]:
    commit = f"{job.sha[:7]} {job.subject[:SUBJECT_SHOWN]}".strip()
    began = words.age(job.created_at, context.world.clock.now())
    return job.id, str(job.status), commit, began


def _ended(context: Context, job: Job) -> str:
    now = context.world.clock.now()
    if is_final(job.status):
        return f"{job.id} {job.status} {words.age(job.status_since, now)}"
    return f"{job.id} {job.status}"


def _info_buttons(found: list[Workflow]) -> tuple[Button, ...]:
    return tuple(Button(label=one.name, words=("workflows", "info", one.name)) for one in found[:4])
