"""Making another release live: ``promote``, ``advance``, ``rollback``, ``approve``."""

import click

from commands import preview as look_first
from commands import words
from commands.context import Context
from commands.following import began, follow
from commands.releases import newest, release_group
from commands.reply import Reply, Text
from commands.tree import (
    app_option,
    approval_options,
    look_options,
    pass_context,
    rack_option,
    root,
)
from engine import build as build_story
from engine import canary as canary_story
from engine import lookup, tell
from engine import promote as story
from engine.canary import Canary, read_canary
from engine.errors import UserError
from storage import jobs, promotions
from storage.records import Build, Promotion, PromotionStatus
from storage.workflow_records import Job


@root.command("promote")
@click.argument("release_id", metavar="[RELEASE]", required=False)
@click.option(
    "--environment",
    type=click.Choice(["ask", "live", "own"]),
    default="ask",
    hidden=True,
    help="What to do with a candidate older than the live environment.",
)
@click.option(
    "--canary", metavar="10,50,100", help="Move the traffic in steps: percents that rise."
)
@click.option(
    "--pause", metavar="TIME", help="Between two steps, as in 5m; else somebody moves it on."
)
@app_option
@rack_option
@approval_options
@pass_context
def promote(
    context: Context,
    release_id: str | None,
    environment: str,
    canary: str | None,
    pause: str | None,
    app: str | None,
    rack: str | None,
    preview: bool,
    seen: str | None,
    yes: bool,
) -> Reply:
    """Make a release live, by default the newest; --rack says where."""
    asking = context.asking()
    steps = _canary(canary, pause)
    chosen = release_id or _candidate(context, app, rack)
    ask = look_first.promoting(context, chosen, rack, steps, rebase=environment == "live")
    if preview:
        return look_first.preview(context, ask)
    made = story.promote(
        context.world,
        asking,
        chosen,
        rack=rack,
        approved=yes,
        environment=environment,
        canary=steps,
        seen=look_first.seen(context, ask, seen),
    )
    return follow(context, made, began(made, f"Promoting *{made.release_id}*"))


release_group.add_command(promote, "promote")


def _canary(steps: str | None, pause: str | None) -> Canary | None:
    if steps is None:
        if pause is None:
            return None
        raise UserError(
            "`--pause` is the time between the steps of a canary, and none are named.",
            remedy="Add them, as in `--canary 10,50,100 --pause 5m`.",
        )
    seconds = words.length_of(pause, "a time to pause").total_seconds() if pause else None
    return read_canary(steps, seconds)


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
    if isinstance(subject, Job):
        return _of_job(context, subject)
    return newest(context, app=app, rack=rack).id


def _of_job(context: Context, job: Job) -> str:
    with context.world.store.read() as transaction:
        made = [task.release_id for task in jobs.tasks_of(transaction, job.id)]
    for release_id in made:
        if release_id:
            return release_id
    raise UserError(f"{job.id} has built nothing that could be promoted.")


@root.command("advance")
@click.argument("promotion_id", metavar="[ID]", required=False)
@click.option(
    "--to", type=int, metavar="PERCENT", hidden=True, help="Only if that is the next share."
)
@pass_context
def advance(context: Context, promotion_id: str | None, to: int | None) -> Reply:
    """Move a canary on to its next share of the traffic."""
    asking = context.asking()
    chosen = promotion_id or _only_one(context, PromotionStatus.HOLDING, "advance", "holds a share")
    if to is not None:
        _refuse_another_share(context, chosen, to)
    made = canary_story.move_on(context.world, asking, chosen)
    share = canary_story.next_goal(made) or canary_story.ALL
    text = f"Moving {made.id} of {made.app} on *{made.rack}* on to {share} % of the traffic."
    return Reply(rack=context.tag(made.rack), parts=(Text(text=text),))


def _refuse_another_share(context: Context, promotion_id: str, percent: int) -> None:
    """Raise ``UserError`` for a button of a step that is over: it must not take another one."""
    with context.world.store.read() as transaction:
        found = lookup.promotion(transaction, promotion_id)
    following = canary_story.next_goal(found)
    if found.status is not PromotionStatus.HOLDING or following == percent:
        return  # the engine says what is wrong with another status
    raise UserError(
        f"{found.id} is past that step: it has {canary_story.goal(found)} % of the traffic.",
        remedy=f"`/rack advance {found.id}` moves it on to {following} %.",
    )


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
    seen: str | None,
    yes: bool,
) -> Reply:
    """Go back to an older release, by default the last healthy one. Goes before all else.

    Environment comes back with the release; what migrations did to databases does not.
    """
    asking = context.asking()
    if name and release_id is None and _is_release(name):
        name, release_id = None, name
    chosen, where = context.app(name or app), context.rack(rack)
    ask = look_first.rolling_back(chosen, where, release_id)
    if preview:
        return look_first.preview(context, ask)
    made = story.roll_back(
        context.world,
        asking,
        app=chosen,
        rack=where,
        release_id=release_id,
        only_from=only_from,
        approved=yes,
        seen=look_first.seen(context, ask, seen),
    )
    return follow(context, made, began(made, f"Rolling back to *{made.release_id}*"))


release_group.add_command(rollback, "rollback")


def _is_release(word: str) -> bool:
    return len(word) == 11 and word.isalpha() and word[0] in "Rr"


@root.command("approve")
@click.argument("promotion_id", metavar="[ID]", required=False)
@click.option("--yes", is_flag=True, hidden=True, expose_value=False, help="Agreed in a dialog.")
@look_options
@pass_context
def approve(context: Context, promotion_id: str | None, preview: bool, seen: str | None) -> Reply:
    """Approve a promotion that waits on a protected rack."""
    asking = context.asking()
    waits = PromotionStatus.AWAITING_APPROVAL
    chosen = promotion_id or _only_one(context, waits, "approve", "waits for an approval")
    ask = look_first.approving(chosen)
    if preview:
        return look_first.preview(context, ask)
    made = story.approve(context.world, asking, chosen, seen=look_first.seen(context, ask, seen))
    what = tell.deed(made).partition(" ")[0]
    text = f"Approved {what} *{made.release_id}* of {made.app} on *{made.rack}*."
    return follow(context, made, text)


def _only_one(context: Context, status: PromotionStatus, verb: str, does: str) -> str:
    """Return the promotion that is meant where none is named: the thread's, else the only one."""
    if context.request.subject:
        return context.request.subject
    with context.world.store.read() as transaction:
        found = promotions.with_status(transaction, (status,))
    if len(found) == 1:
        return found[0].id
    if not found:
        raise UserError(f"Nothing {does}.")
    raise UserError(
        f"{verb.capitalize()} which?",
        why=f"There are {words.some([one.id for one in found])}.",
        remedy=f"`/rack {verb} ID`.",
    )
