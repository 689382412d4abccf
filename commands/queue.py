"""``queue`` and ``cancel``: what is under way, whose turn is next, and how to leave."""

from collections.abc import Iterable
from itertools import groupby

import click

from commands import words
from commands.context import Context, tag_of
from commands.offered import approve_button, cancel_button
from commands.reply import Actions, Button, Note, Reply, Text, Tone
from commands.tree import app_option, pass_context, rack_option, root
from engine import build as build_story
from engine import locking, tell
from engine import promote as story
from engine.errors import UserError
from engine.marks import literal
from engine.queue import in_turn
from engine.workflows import jobs as job_story
from storage import builds, locks, promotions
from storage.records import Promotion, PromotionStatus

SHOWN = 15

Part = Text | Actions | Note


@root.command("queue")
@click.argument("name", metavar="[APP]", required=False)
@app_option
@rack_option
@pass_context
def show_queue(context: Context, name: str | None, app: str | None, rack: str | None) -> Reply:
    """Show what is under way, who waits behind it, and how to leave the line."""
    chosen = context.app(name or app) if name or app else None
    where = context.world.rack_spec(rack).name if rack else None
    with context.world.store.read() as transaction:
        unfinished = promotions.unfinished(transaction, app=chosen, rack=where)
        locked = {(one.app, one.rack): one for one in locks.all_locks(transaction)}

    def place(one: Promotion) -> tuple[str, str]:
        return one.rack, one.app

    parts: list[Part] = []
    for (rack_name, app_name), line in groupby(sorted(unfinished, key=place), key=place):
        head = f"*{words.rack(tag_of(context.world, rack_name))} · {literal(app_name)}*"
        parts.append(Text(text=head))
        if found := locked.get((app_name, rack_name)):
            text = f"Locked, so that only rollbacks begin. {locking.why(found)}"
            parts.append(Text(text=text, tone=Tone.WAITING))
        parts += _line(context, list(line))
    return Reply(
        title=f"Queue of {chosen}" if chosen else "Queue",
        rack=context.tag(where) if where else None,
        parts=tuple(parts) or (Text(text="Nothing is under way, and nothing waits."),),
    )


def _line(context: Context, unfinished: list[Promotion]) -> list[Part]:
    """Say one place's line: what runs, who waits in which place, and what nobody approved yet."""
    offers = [one for one in unfinished if one.status is PromotionStatus.AWAITING_APPROVAL]
    queued = in_turn([one for one in unfinished if one.status is PromotionStatus.QUEUED])
    running = [one for one in unfinished if one.status not in promotions.WAITING]
    parts: list[Part] = []
    for one in running:
        parts += _entry(context, one, f"now: {tell.how_it_stands(one)}", Tone.BUSY)
    ahead = [one.id for one in running]
    for number, one in enumerate(queued[:SHOWN], start=1):
        behind = f"behind {words.some(ahead, 3)}" if ahead else "goes next"
        parts += _entry(context, one, f"{number}. in line, {behind}", Tone.WAITING)
        ahead.append(one.id)
    if len(queued) > SHOWN:
        parts.append(Note(text=f"{len(queued) - SHOWN} more wait behind these."))
    for one in offers:
        parts += _entry(context, one, "has no place yet: nobody approved it", Tone.WAITING)
    return parts


def _entry(context: Context, one: Promotion, place: str, tone: Tone) -> Iterable[Part]:
    since = one.started_at or one.created_at
    lasts = words.duration(context.world.clock.now() - since)
    what = f"{one.id}, {tell.deed(one)} · {place} · {lasts} · {{0}}"
    return (
        Text(text=what, tone=tone, people=(one.asked_by,)),
        *((Actions(buttons=buttons),) if (buttons := _buttons(one)) else ()),
    )


def _buttons(one: Promotion) -> tuple[Button, ...]:
    match one.status:
        case PromotionStatus.AWAITING_APPROVAL:
            return approve_button(one.id), cancel_button(one.id)
        case PromotionStatus.QUEUED:
            return (cancel_button(one.id, label="Leave the queue"),)
        case _ if one.cancel_asked_by:
            return ()
    return (cancel_button(one.id),)


@root.command("cancel")
@click.argument("subject_id", metavar="[ID]", required=False)
@app_option
@rack_option
@pass_context
def cancel(context: Context, subject_id: str | None, app: str | None, rack: str | None) -> Reply:
    """Cancel a build, a promotion or a job, by default the only one under way."""
    asking = context.asking()
    chosen = subject_id or context.request.subject or _only_one(context, app, rack)
    if chosen.upper().startswith("J"):
        job_story.cancel(context.world, asking, chosen)
    elif chosen.upper().startswith("B"):
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
        "Cancel which?", why=f"Under way are {words.some(found)}.", remedy="`/rack cancel ID`."
    )
