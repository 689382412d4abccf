"""``apps``: what there is to deploy."""

import re

import click

from commands import words
from commands.context import Context, tag_of
from commands.reply import Facts, Reply, Table, Text, Tone
from commands.tree import app_option, pass_context, rack_option, root
from engine import lookup
from engine.errors import UserError
from engine.marks import literal
from storage import apps, locks, promotions
from storage.records import App, Live
from storage.store import Conflict

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}\Z")


@root.group("apps", invoke_without_command=True)
@click.pass_context
def app_group(click_context: click.Context) -> Reply | None:
    """List the apps and what is live of each."""
    if click_context.invoked_subcommand:
        return None
    context: Context = click_context.obj
    with context.world.store.read() as transaction:
        known = apps.all_of_them(transaction)
        live = promotions.all_live(transaction)
        locked = {(one.app, one.rack) for one in locks.all_locks(transaction)}
    rows = tuple(
        _row(context, app.name, rack, live, is_locked=(app.name, rack) in locked)
        for app in known
        for rack in context.world.racks
    )
    return Reply(
        title="Apps",
        parts=(
            Table(
                columns=("APP", "RACK", "STATUS", "RELEASE"),
                rows=rows,
                empty="No app yet. `/rack apps create NAME --repo URL` makes one.",
            ),
        ),
    )


def _row(
    context: Context, app: str, rack: str, live: list[Live], *, is_locked: bool
) -> tuple[str, str, str, str]:
    found = next((one for one in live if (one.app, one.rack) == (app, rack)), None)
    where = words.rack(context.tag(rack))
    more = ", locked" if is_locked else ""
    if found is None:
        return app, where, f"not live yet{more}", "–"
    state = "running" if found.healthy else "unhealthy"
    return app, where, state + more, found.release_id


@app_group.command("create")
@click.argument("name")
@click.option("--repo", required=True, metavar="URL", help="Where its Git repository is.")
@click.option("--branch", default="main", help="What is built where no ref is given.")
@click.option("--manifest", metavar="PATH", help="Its Compose file, from the repository's top.")
@click.option("--channel", metavar="NAME", help="Where its cards go.")
@pass_context
def create(
    context: Context,
    name: str,
    repo: str,
    branch: str,
    manifest: str | None,
    channel: str | None,
) -> Reply:
    """Make an app of a Git repository."""
    asking = context.asking()
    if not NAME.match(name):
        raise UserError(
            f"`{literal(name[:60])}` cannot be the name of an app.",
            why="Names have small letters, digits and dashes, begin with a letter, and have at "
            "most 40 characters: they become part of host names.",
        )
    app = App(
        name=name,
        repo=repo,
        branch=branch,
        manifest=manifest,
        channel=channel or context.request.channel,
        in_file=False,
        created_at=context.world.clock.now(),
    )
    try:
        with context.world.store.write() as transaction:
            asking.claim(context.world, transaction)
            apps.add(transaction, app)
    except Conflict as error:
        raise UserError(f"There is an app `{name}` already.") from error
    return Reply(
        title=f"App {name}",
        parts=(
            Text(text=f"Made. `/rack build {name}` builds its first release.", tone=Tone.GOOD),
            _facts(app),
        ),
    )


@app_group.command("info")
@click.argument("name", required=False)
@app_option
@rack_option
@pass_context
def info(context: Context, name: str | None, app: str | None, rack: str | None) -> Reply:
    """Show an app: its repository, and what is live of it where."""
    chosen = context.app(name or app)
    racks = [context.rack(rack)] if rack else list(context.world.racks)
    now = context.world.clock.now()
    with context.world.store.read() as transaction:
        found = lookup.app(transaction, chosen)
        live = [
            one
            for one in promotions.all_live(transaction)
            if one.app == chosen and one.rack in racks
        ]
    rows = tuple(
        (
            words.rack(tag_of(context.world, one.rack)),
            one.release_id,
            words.age(one.since, now),
            "healthy" if one.healthy else "unhealthy",
        )
        for one in live
    )
    return Reply(
        title=f"App {chosen}",
        parts=(
            _facts(found),
            Table(
                columns=("RACK", "LIVE", "SINCE", "HEALTH"), rows=rows, empty="Nothing is live yet."
            ),
        ),
    )


def _facts(app: App) -> Facts:
    return Facts(
        pairs=(
            ("Repository", literal(app.repo)),
            ("Branch", literal(app.branch)),
            ("Manifest", literal(app.manifest or "compose.yaml, else Dockerfile")),
            ("Channel", literal(app.channel or "the default one")),
            ("Defined in", "rackhand.yml" if app.in_file else "Slack"),
        )
    )
