"""``build`` and ``builds``: from a commit to a release candidate."""

import click

from commands import words
from commands.context import Context
from commands.following import follow
from commands.reply import Actions, Button, Code, Facts, Note, Reply, Table, Text
from commands.tree import app_option, pass_context, rack_option, root
from engine import build as build_story
from engine import lookup
from engine.errors import UserError
from engine.marks import literal
from storage import builds
from storage.records import Build, BuildStatus

LINES_SHOWN = 40


@root.command("build")
@click.argument("name", metavar="[APP]", required=False)
@click.option("--ref", metavar="REF", help="A branch, tag or commit; the app's branch otherwise.")
@click.option("--no-cache", is_flag=True, help="Build every step anew.")
@app_option
@rack_option
@pass_context
def build(
    context: Context,
    name: str | None,
    ref: str | None,
    no_cache: bool,
    app: str | None,
    rack: str | None,
) -> Reply:
    """Build a commit into a release candidate."""
    asking = context.asking()
    chosen = context.app(name or app)
    made = build_story.ask(
        context.world,
        asking,
        app=chosen,
        rack=context.rack(rack),
        ref=ref,
        no_cache=no_cache,
    )
    what = f"Building *{chosen}* at `{literal(made.ref)}` for *{made.rack}*."
    return follow(context, made, what)


@root.group("builds", invoke_without_command=True)
@app_option
@rack_option
@click.pass_context
def build_group(click_context: click.Context, app: str | None, rack: str | None) -> Reply | None:
    """List the latest builds."""
    if click_context.invoked_subcommand:
        return None
    context: Context = click_context.obj
    chosen, where = context.app(app), context.rack(rack)
    with context.world.store.read() as transaction:
        found = builds.latest(transaction, app=chosen, rack=where, limit=15)
    logs = tuple(
        Button(label=f"Log of {one.id}", words=("builds", "logs", one.id)) for one in found[:3]
    )
    return Reply(
        title=f"Builds of {chosen}",
        rack=context.tag(where),
        parts=(
            Table(
                columns=("ID", "STATUS", "RELEASE", "STARTED", "ELAPSED", "DESCRIPTION"),
                rows=tuple(_row(context, one) for one in found),
                empty=f"No build yet. `/rack build {chosen}` makes one.",
            ),
            *((Actions(buttons=logs),) if logs else ()),
        ),
    )


def _row(context: Context, build: Build) -> tuple[str, ...]:
    now = context.world.clock.now()
    started_at = build.started_at
    return (
        build.id,
        str(build.status),
        build.release_id or "–",
        words.age(started_at, now) if started_at else "not yet",
        words.duration((build.finished_at or now) - started_at) if started_at else "–",
        f"{(build.sha or build.ref)[:7]} {build.subject or ''}".strip(),
    )


@build_group.command("info")
@click.argument("build_id", metavar="ID")
@pass_context
def info(context: Context, build_id: str) -> Reply:
    """Show one build."""
    with context.world.store.read() as transaction:
        found = lookup.build(transaction, build_id)
    now = context.world.clock.now()
    started_at = found.started_at
    facts = (
        ("App", found.app),
        ("Ref", literal(found.ref)),
        ("Commit", literal(f"{(found.sha or 'not known yet')[:12]} {found.subject or ''}")),
        ("Author", literal(found.author or "not known yet")),
        ("Asked by", literal(found.asked_by.name)),
        ("Took", words.duration((found.finished_at or now) - started_at) if started_at else "–"),
        ("Release", found.release_id or "–"),
    )
    buttons = [Button(label="Log", words=("builds", "logs", found.id))]
    if found.status not in (BuildStatus.SUCCEEDED, BuildStatus.FAILED, BuildStatus.CANCELED):
        buttons.append(Button(label="Cancel", words=("cancel", found.id), style="danger"))
    if found.release_id:
        buttons.append(
            Button(label=f"Promote {found.release_id}", words=("promote", found.release_id))
        )
    return Reply(
        title=f"Build {found.id}",
        rack=context.tag(found.rack),
        parts=(
            Text(text=" ".join([build_story.how_it_stands(found), found.reason or ""]).strip()),
            Facts(pairs=facts),
            Actions(buttons=tuple(buttons)),
        ),
    )


@build_group.command("logs")
@click.argument("build_id", metavar="ID", required=False)
@pass_context
def logs(context: Context, build_id: str | None) -> Reply:
    """Show the log of a build: its last lines here, the whole of it as a file."""
    if build_id is None:
        subject = context.subject()
        if isinstance(subject, Build):
            build_id = subject.id
        else:
            with context.world.store.read() as transaction:
                newest = builds.latest(transaction, app=context.app(None), limit=1)
            if not newest:
                raise UserError("There is no build yet.", remedy="`/rack build` makes one.")
            build_id = newest[0].id
    with context.world.store.read() as transaction:
        found = lookup.build(transaction, build_id)
        text = builds.log(transaction, found.id)
    if not text:
        return Reply(
            title=f"Log of {found.id}",
            rack=context.tag(found.rack),
            parts=(Text(text=f"Nothing was logged yet. {build_story.how_it_stands(found)}"),),
        )
    lines = text.splitlines()
    name = f"{found.app}-{found.id}.log"
    shown = (
        (Note(text=f"The last {LINES_SHOWN} of {len(lines):,} lines; all are in `{name}`."),)
        if len(lines) > LINES_SHOWN
        else ()
    )
    return Reply(
        title=f"Log of {found.id}",
        rack=context.tag(found.rack),
        parts=(Code(text="\n".join(lines[-LINES_SHOWN:])), *shown),
        file=(name, text) if len(lines) > LINES_SHOWN else None,
    )
