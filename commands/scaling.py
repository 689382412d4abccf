"""Running what is live with other numbers or new processes: ``scale``, ``restart``."""

import re

import click

from commands import preview as look_first
from commands import words
from commands.context import Context
from commands.following import began, follow
from commands.reply import Reply, Table
from commands.tree import app_option, approval_options, pass_context, rack_option, root
from engine import choice, lookup
from engine import promote as story
from engine.errors import UserError
from engine.lookup import shown
from engine.manifest import from_plain, health_in_words
from engine.target import target_of
from storage.records import PromotionKind

PROCESSES = re.compile(r"(?:100|[0-9]{1,2})\Z")


@root.command("scale")
@click.argument("numbers", metavar="SERVICE=N...", nargs=-1)
@app_option
@rack_option
@approval_options
@pass_context
def scale(
    context: Context,
    numbers: tuple[str, ...],
    app: str | None,
    rack: str | None,
    preview: bool,
    seen: str | None,
    yes: bool,
) -> Reply:
    """Change how many processes services have. Without numbers: show how many there are."""
    chosen, where = context.app(app), context.rack(rack)
    wanted = _numbers(numbers)
    if not wanted:
        return _present_numbers(context, chosen, where)
    _check_services(context, chosen, where, wanted)
    asking = context.asking()
    ask = look_first.running_again(chosen, where, PromotionKind.SCALE, wanted)
    if preview:
        return look_first.preview(context, ask)
    made = story.rerun(
        context.world,
        asking,
        app=chosen,
        rack=where,
        kind=PromotionKind.SCALE,
        scale=wanted,
        approved=yes,
        seen=look_first.seen(context, ask, seen),
    )
    return follow(context, made, began(made, f"Scaling {' '.join(numbers)}"))


@root.command("restart")
@click.argument("name", metavar="[APP]", required=False)
@app_option
@rack_option
@approval_options
@pass_context
def restart(
    context: Context,
    name: str | None,
    app: str | None,
    rack: str | None,
    preview: bool,
    seen: str | None,
    yes: bool,
) -> Reply:
    """Replace the live processes by new ones, without dropping requests."""
    asking = context.asking()
    chosen, where = context.app(name or app), context.rack(rack)
    ask = look_first.running_again(chosen, where, PromotionKind.RESTART)
    if preview:
        return look_first.preview(context, ask)
    made = story.rerun(
        context.world,
        asking,
        app=chosen,
        rack=where,
        kind=PromotionKind.RESTART,
        approved=yes,
        seen=look_first.seen(context, ask, seen),
    )
    return follow(context, made, began(made, f"Restarting *{made.release_id}*"))


def _numbers(pairs: tuple[str, ...]) -> dict[str, int]:
    wanted: dict[str, int] = {}
    for pair in pairs:
        service, _, number = pair.partition("=")
        if not PROCESSES.match(number):
            raise UserError(
                f"`{shown(pair)}` is not a number of processes.",
                remedy="Write SERVICE=N with N from 0 to 100, as in `web=3`.",
            )
        wanted[service] = int(number)
    return wanted


def _present_numbers(context: Context, app: str, rack: str) -> Reply:
    """Show how many processes the live release is to have, and has."""
    with context.world.store.read() as transaction:
        live, _ = choice.live_release(transaction, app=app, rack=rack)
        made_by = lookup.promotion(transaction, live.promotion_id)
        target = target_of(context.world, transaction, made_by)
    running = context.world.rack(rack).processes(app)
    rows = tuple(
        (
            service.name,
            str(service.replicas),
            str(sum(one.service == service.name and one.status == "healthy" for one in running)),
            health_in_words(service),
        )
        for service in target.services
    )
    return Reply(
        title=f"Processes of {app}",
        rack=context.tag(rack),
        parts=(Table(columns=("SERVICE", "DESIRED", "RUNNING", "HEALTH"), rows=rows),),
    )


def _check_services(context: Context, app: str, rack: str, wanted: dict[str, int]) -> None:
    """Raise ``UserError`` for a service that the live release does not have."""
    with context.world.store.read() as transaction:
        _, release = choice.live_release(transaction, app=app, rack=rack)
    known = [service.name for service in from_plain(release.manifest).services]
    for name in wanted:
        if name not in known:
            raise UserError(
                f"{app} has no service `{shown(name)}`.",
                why=lookup.nearest(name, known),
                remedy=f"It has {words.listed([f'`{one}`' for one in known])}.",
            )
