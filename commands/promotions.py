"""Changing what is live: ``promote``, ``rollback``, ``approve``, ``scale``, ``restart``."""

import re

import click

from commands import preview as look_first
from commands import words
from commands.context import Context
from commands.following import follow
from commands.releases import newest, release_group
from commands.reply import Reply, Text
from commands.tree import app_option, approval_options, pass_context, rack_option, root
from engine import build as build_story
from engine import promote as story
from engine.errors import UserError
from engine.lookup import shown
from engine.marks import literal
from storage import builds, promotions
from storage.records import Build, Promotion, PromotionKind, PromotionStatus

PROCESSES = re.compile(r"(?:100|[0-9]{1,2})\Z")


@root.command("promote")
@click.argument("release_id", metavar="[RELEASE]", required=False)
@click.option(
    "--environment",
    type=click.Choice(["ask", "live", "own"]),
    default="ask",
    hidden=True,
    help="What to do with a candidate older than the live environment.",
)
@app_option
@rack_option
@approval_options
@pass_context
def promote(
    context: Context,
    release_id: str | None,
    environment: str,
    app: str | None,
    rack: str | None,
    preview: bool,
    yes: bool,
) -> Reply:
    """Make a release live, by default the newest; --rack says where."""
    asking = context.asking()
    chosen = release_id or _candidate(context, app, rack)
    if preview:
        return look_first.promotion(context, chosen, rack)
    made = story.promote(
        context.world, asking, chosen, rack=rack, approved=yes, environment=environment
    )
    return follow(context, made, _began(made, f"Promoting *{made.release_id}*"))


release_group.add_command(promote, "promote")


def _candidate(context: Context, app: str | None, rack: str | None) -> str:
    """Return the release that is meant where none is named: the thread's, else the newest."""
    subject = context.subject()
    if isinstance(subject, Build):
        if subject.release_id is None:
            raise UserError(
                f"{subject.id} has no release to promote.", why=build_story.how_it_stands(subject)
            )
        return subject.release_id
    if isinstance(subject, Promotion):
        return subject.release_id
    return newest(context, app=app, rack=rack).id


def _began(made: Promotion, what: str) -> str:
    """Say what was asked for, and that it waits where it does."""
    where = f" of {made.app} on *{made.rack}*"
    if made.status is PromotionStatus.AWAITING_APPROVAL:
        return f"{what}{where} waits for an approval: {made.rack} is protected."
    return f"{what}{where}."


@root.command("rollback")
@click.argument("name", metavar="[APP]", required=False)
@click.argument("release_id", metavar="[RELEASE]", required=False)
@click.option("--from", "only_from", metavar="RELEASE", hidden=True, help="Only if that is live.")
@app_option
@rack_option
@approval_options
@pass_context
def rollback(
    context: Context,
    name: str | None,
    release_id: str | None,
    only_from: str | None,
    app: str | None,
    rack: str | None,
    preview: bool,
    yes: bool,
) -> Reply:
    """Go back to an older release, by default the last healthy one. Goes before all else.

    Environment comes back with the release; what migrations did to databases does not.
    """
    asking = context.asking()
    if name and release_id is None and _is_release(name):
        name, release_id = None, name
    chosen, where = context.app(name or app), context.rack(rack)
    if preview:
        return look_first.rollback(context, chosen, where, release_id)
    made = story.roll_back(
        context.world,
        asking,
        app=chosen,
        rack=where,
        release_id=release_id,
        only_from=only_from,
        approved=yes,
    )
    return follow(context, made, _began(made, f"Rolling back to *{made.release_id}*"))


release_group.add_command(rollback, "rollback")


def _is_release(word: str) -> bool:
    return len(word) == 11 and word.isalpha() and word[0] in "Rr"


@root.command("approve")
@click.argument("promotion_id", metavar="[ID]", required=False)
@click.option("--preview", is_flag=True, hidden=True, help="Say what would happen.")
@click.option("--yes", is_flag=True, hidden=True, expose_value=False, help="Agreed in a dialog.")
@pass_context
def approve(context: Context, promotion_id: str | None, preview: bool) -> Reply:
    """Approve a promotion that waits on a protected rack."""
    asking = context.asking()
    chosen = promotion_id or _only_offer(context)
    if preview:
        return look_first.waiting(context, chosen)
    made = story.approve(context.world, asking, chosen)
    return follow(context, made, f"Approved *{made.release_id}* of {made.app} on *{made.rack}*.")


def _only_offer(context: Context) -> str:
    """Return what waits for an approval where none is named: the thread's, else the only one."""
    if context.request.subject:
        return context.request.subject
    with context.world.store.read() as transaction:
        offers = promotions.with_status(transaction, (PromotionStatus.AWAITING_APPROVAL,))
    if len(offers) == 1:
        return offers[0].id
    if not offers:
        raise UserError("Nothing waits for an approval.")
    raise UserError(
        "Approve which?",
        why=f"{words.listed([one.id for one in offers])} wait.",
        remedy="`/rack approve ID`.",
    )


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
    yes: bool,
) -> Reply:
    """Change how many processes services have. Without numbers: show how many there are."""
    chosen, where = context.app(app), context.rack(rack)
    wanted = _numbers(numbers)
    if wanted:
        look_first.check_services(context, chosen, where, wanted)
    if not wanted or preview:
        return look_first.numbers(context, chosen, where, wanted)
    asking = context.asking()
    made = story.rerun(
        context.world,
        asking,
        app=chosen,
        rack=where,
        kind=PromotionKind.SCALE,
        scale=wanted,
        approved=yes,
    )
    return follow(context, made, _began(made, f"Scaling {' '.join(numbers)}"))


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
    yes: bool,
) -> Reply:
    """Replace the live processes by new ones, without dropping requests."""
    asking = context.asking()
    chosen, where = context.app(name or app), context.rack(rack)
    if preview:
        return look_first.numbers(context, chosen, where, {})
    made = story.rerun(
        context.world,
        asking,
        app=chosen,
        rack=where,
        kind=PromotionKind.RESTART,
        approved=yes,
    )
    return follow(context, made, _began(made, f"Restarting *{made.release_id}*"))


@root.command("cancel")
@click.argument("subject_id", metavar="[ID]", required=False)
@app_option
@rack_option
@pass_context
def cancel(context: Context, subject_id: str | None, app: str | None, rack: str | None) -> Reply:
    """Cancel a build or promotion, by default the only one under way."""
    asking = context.asking()
    chosen = subject_id or context.request.subject or _only_one(context, app, rack)
    if chosen.upper().startswith("B"):
        build_story.cancel(context.world, asking, chosen)
    else:
        story.cancel(context.world, asking, chosen)
    text = f"Canceling {literal(chosen.upper())}. Its thread tells the end."
    return Reply(parts=(Text(text=text),))


def _only_one(context: Context, app: str | None, rack: str | None) -> str:
    chosen, where = context.app(app), context.rack(rack)
    with context.world.store.read() as transaction:
        found = [
            build.id
            for build in builds.unfinished(transaction)
            if (build.app, build.rack) == (chosen, where)
        ]
        found += [one.id for one in promotions.unfinished(transaction, app=chosen, rack=where)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise UserError(f"Nothing of {chosen} is under way on {where}.")
    raise UserError(
        "Cancel which?", why=f"Under way are {', '.join(found)}.", remedy="`/rack cancel ID`."
    )
