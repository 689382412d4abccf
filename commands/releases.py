"""``releases``: what was built, what is live, and what could be."""

import click

from commands import words
from commands.context import Context
from commands.reply import Actions, Button, Facts, Reply, Table, Text
from commands.tree import app_option, pass_context, rack_option, root
from engine import lookup
from engine.errors import UserError
from engine.manifest import from_plain
from engine.marks import literal
from engine.world import World
from storage import promotions, releases
from storage.records import Live, Release

SHOWN = 15
BUTTONS = 4


@root.group("releases", invoke_without_command=True)
@app_option
@rack_option
@click.pass_context
def release_group(click_context: click.Context, app: str | None, rack: str | None) -> Reply | None:
    """List the latest releases."""
    if click_context.invoked_subcommand:
        return None
    context: Context = click_context.obj
    chosen, where = context.app(app), context.rack(rack)
    with context.world.store.read() as transaction:
        found = releases.latest(transaction, app=chosen, rack=where, limit=SHOWN)
        live = promotions.live_on(transaction, app=chosen, rack=where)
    now = context.world.clock.now()
    rows = tuple(
        (
            one.id,
            standing(one, live),
            one.build_id,
            words.age(one.created_at, now),
            one.description,
        )
        for one in found
    )
    buttons = buttons_for(context, found, live)
    return Reply(
        title=f"Releases of {chosen}",
        rack=context.tag(where),
        parts=(
            Table(
                columns=("ID", "STATUS", "BUILD", "CREATED", "DESCRIPTION"),
                rows=rows,
                empty=f"No release yet. `/rack build {chosen}` makes one.",
            ),
            *((Actions(buttons=buttons),) if buttons else ()),
        ),
    )


def standing(release: Release, live: Live | None) -> str:
    """Say what a release is in one word: active, candidate, or nothing."""
    if live and live.release_id == release.id:
        return "active"
    if release.healthy_at is None:
        newer = live is None or release.created_at > live.since
        return "candidate" if newer else ""
    return ""


def buttons_for(context: Context, found: list[Release], live: Live | None) -> tuple[Button, ...]:
    """Offer what can be done with the newest: promote what is newer than live, go back to older."""
    ids = [one.id for one in found]
    place = ids.index(live.release_id) if live and live.release_id in ids else len(found)
    newer = [promote_button(context.world, one.id, one.rack) for one in found[:place]]
    older = [
        Button(
            label=f"Roll back to {one.id}",
            words=("rollback", one.app, one.id, "--rack", one.rack),
            style="danger",
            opens="confirm",
        )
        for one in found[place + 1 :]
        if one.healthy_at
    ]
    return tuple((newer[:2] + older)[:BUTTONS])


def promote_button(world: World, release_id: str, rack: str, *, label: str | None = None) -> Button:
    """Return the button that promotes a release; on a protected rack it asks first."""
    spec = world.racks.get(rack)
    protected = spec is not None and spec.protected
    text = label or f"Promote {release_id}"
    return Button(
        label=f"{text}…" if protected else text,
        words=("promote", release_id, "--rack", rack),
        style="primary",
        opens="confirm" if protected else None,
    )


@release_group.command("info")
@click.argument("release_id", metavar="ID", required=False)
@pass_context
def info(context: Context, release_id: str | None) -> Reply:
    """Show one release: commit, images, environment names, services."""
    with context.world.store.read() as transaction:
        found = lookup.release(transaction, release_id) if release_id else newest(context)
        live = promotions.live_on(transaction, app=found.app, rack=found.rack)
        environment = (
            releases.environment(transaction, found.environment_id)
            if found.environment_id
            else None
        )
    names = ", ".join(f"`{name}`" for name in environment.names) if environment else "nothing set"
    manifest = from_plain(found.manifest)
    images = {image.service: image.image_id for image in found.images}
    facts = (
        ("App", found.app),
        ("Status", standing(found, live) or "not live"),
        ("Commit", literal(f"{found.sha[:12]} {found.subject}")),
        ("Author", literal(found.author)),
        ("Build", found.build_id),
        ("Made from", found.copied_from or "its build"),
        ("Created", words.age(found.created_at, context.world.clock.now())),
        ("Environment", names),
    )
    rows = tuple(
        (
            service.name,
            str(service.replicas),
            images.get(service.name, service.image or "–")[:19],
            str(service.port or "–"),
        )
        for service in manifest.services
    )
    buttons = buttons_for(context, [found], live)
    return Reply(
        title=f"Release {found.id}",
        rack=context.tag(found.rack),
        parts=(
            Text(text=literal(found.description)),
            Facts(pairs=facts),
            Table(columns=("SERVICE", "REPLICAS", "IMAGE", "PORT"), rows=rows),
            *((Actions(buttons=buttons),) if buttons else ()),
        ),
    )


def newest(context: Context, *, app: str | None = None, rack: str | None = None) -> Release:
    """Return the newest release of the app and rack that are meant."""
    chosen, where = context.app(app), context.rack(rack)
    with context.world.store.read() as transaction:
        found = releases.latest(transaction, app=chosen, rack=where, limit=1)
        elsewhere = releases.latest(transaction, app=chosen, limit=1)
    if not found:
        build = f"`/rack build {chosen} --rack {where}` makes one."
        copy = [
            f" `/rack promote {one.id} --rack {where}` copies that of {one.rack}."
            for one in elsewhere
        ]
        raise UserError(
            f"There is no release of {chosen} on {where} yet.", remedy=build + "".join(copy)
        )
    return found[0]
