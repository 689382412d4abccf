"""``ps`` and ``logs``: what runs, and what it writes."""

import click

from commands import words
from commands.context import Context
from commands.reply import Actions, Button, Code, Note, Reply, Table, Text
from commands.tree import app_option, pass_context, rack_option, root

LINES_SHOWN = 40
LINES_LIMIT = 10_000


@root.command("ps")
@click.argument("name", metavar="[APP]", required=False)
@app_option
@rack_option
@pass_context
def list_processes(context: Context, name: str | None, app: str | None, rack: str | None) -> Reply:
    """List the processes of an app."""
    chosen, where = context.app(name or app), context.rack(rack)
    found = context.world.rack(where).processes(chosen)
    now = context.world.clock.now()
    rows = tuple(
        (
            one.id,
            one.service,
            one.status + (f" ({one.restarts} restarts)" if one.restarts else ""),
            one.release,
            words.age(one.started_at, now),
            one.command,
        )
        for one in sorted(found, key=lambda one: (one.service, one.started_at))
    )
    meant = ("--app", chosen, "--rack", where)
    return Reply(
        title=f"Processes of {chosen}",
        rack=context.tag(where),
        parts=(
            Table(
                columns=("ID", "SERVICE", "STATUS", "RELEASE", "STARTED", "COMMAND"),
                rows=rows,
                empty="No process runs.",
            ),
            Actions(buttons=(Button(label="Log", words=("logs", *meant)),)),
        ),
    )


@root.command("logs")
@click.argument("name", metavar="[APP]", required=False)
@click.option("--service", metavar="NAME", help="Only this service.")
@click.option("--since", metavar="AGE", help="Only what is younger, as in 10m, 2h or 1d.")
@click.option(
    "--tail", type=click.IntRange(1, LINES_LIMIT), default=100, metavar="N", help="At most N lines."
)
@click.option("--filter", "wanted", metavar="TEXT", help="Only lines that contain TEXT.")
@app_option
@rack_option
@pass_context
def logs(
    context: Context,
    name: str | None,
    service: str | None,
    since: str | None,
    tail: int,
    wanted: str | None,
    app: str | None,
    rack: str | None,
) -> Reply:
    """Show what an app's processes wrote, oldest first."""
    chosen, where = context.app(name or app), context.rack(rack)
    after = context.world.clock.now() - words.length_of(since, "an age") if since else None
    found = context.world.rack(where).logs(
        chosen, service=service, since=after, tail=LINES_LIMIT if wanted else tail
    )
    lines = [
        f"{line.at:%H:%M:%S} {line.service} {line.text}"
        for line in found
        if wanted is None or wanted.casefold() in line.text.casefold()
    ][-tail:]
    title = f"Log of {chosen}"
    if not lines:
        none = Text(text="No line was written that fits.")
        return Reply(title=title, rack=context.tag(where), parts=(none,))
    shown = lines[-LINES_SHOWN:]
    note = f"{words.count(len(lines), 'line')}, times in UTC"
    cut = len(lines) > len(shown)
    if cut:
        note += f"; the last {LINES_SHOWN} are shown, all are in the file"
    return Reply(
        title=title,
        rack=context.tag(where),
        parts=(Code(text="\n".join(shown)), Note(text=f"{note}.")),
        file=(f"{chosen}-{where}.log", "\n".join(lines)) if cut else None,
    )
