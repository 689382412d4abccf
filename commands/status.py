"""``status``: what is live and what is under way."""

from commands import words
from commands.automation import job_parts
from commands.context import Context, tag_of
from commands.locks import lock_parts
from commands.offered import approve_button, cancel_button
from commands.preview import line_of
from commands.reply import Actions, Reply, Table, Text, Tone
from commands.tree import app_option, pass_context, rack_option, root
from engine.queue import ahead_of
from storage import builds, locks, promotions, releases
from storage.records import Build, Live, Promotion, PromotionKind, PromotionStatus

DEEDS = {
    PromotionKind.PROMOTE: "promote",
    PromotionKind.ROLLBACK: "roll back to",
    PromotionKind.SCALE: "scale",
    PromotionKind.RESTART: "restart",
}


@root.command("status")
@app_option
@rack_option
@pass_context
def status(context: Context, app: str | None, rack: str | None) -> Reply:
    """Show what is live, what is under way, and what waits for whom."""
    chosen = context.app(app) if app else None
    where = context.world.rack_spec(rack).name if rack else None
    with context.world.store.read() as transaction:
        live = [
            one for one in promotions.all_live(transaction, rack=where) if chosen in (None, one.app)
        ]
        descriptions = {
            one.release_id: found.description
            for one in live
            if (found := releases.get(transaction, one.release_id))
        }
        building = [
            build
            for build in builds.unfinished(transaction)
            if chosen in (None, build.app) and where in (None, build.rack)
        ]
        under_way = promotions.unfinished(transaction, app=chosen, rack=where)
        lines = {
            one.id: line_of(ahead_of(transaction, one))
            for one in under_way
            if one.status is PromotionStatus.QUEUED
        }
        locked = [
            one
            for one in locks.all_locks(transaction)
            if chosen in (None, one.app) and where in (None, one.rack)
        ]
    now = context.world.clock.now()
    rows = tuple(
        (
            words.rack(tag_of(context.world, one.rack)),
            one.app,
            one.release_id,
            words.age(one.since, now),
            _health(one),
            descriptions.get(one.release_id, ""),
        )
        for one in live
    )
    return Reply(
        title="What is live",
        rack=context.tag(where) if where else None,
        parts=(
            Table(
                columns=("RACK", "APP", "RELEASE", "SINCE", "HEALTH", "DESCRIPTION"),
                rows=rows,
                empty="Nothing is live yet.",
            ),
            *lock_parts(context, locked),
            *under_way_parts(context, building, under_way, lines),
            *(() if where else job_parts(context, app=chosen)),
        ),
    )


def _health(live: Live) -> str:
    return "healthy" if live.healthy else "unhealthy"


def under_way_parts(
    context: Context,
    building: list[Build],
    promoting: list[Promotion],
    lines: dict[str, str],
) -> tuple[Text | Actions, ...]:
    """Say what is under way, each with the buttons that act on it."""

    def rack_of(one: Build | Promotion) -> str:
        return words.rack(tag_of(context.world, one.rack))

    parts: list[Text | Actions] = []
    for build in building:
        text = f"{rack_of(build)} · *{build.app}* · build {build.id} is {build.status}"
        parts.append(Text(text=text, tone=Tone.BUSY))
        parts.append(Actions(buttons=(cancel_button(build.id),)))
    for one in promoting:
        waits = one.status in promotions.WAITING
        more = f" ({lines[one.id]})" if one.id in lines else ""
        what = f"{DEEDS[one.kind]} {one.release_id} is {words_of(one)}{more}"
        text = f"{rack_of(one)} · *{one.app}* · {what}"
        parts.append(Text(text=text, tone=Tone.WAITING if waits else Tone.BUSY))
        buttons = [] if one.cancel_asked_by else [cancel_button(one.id)]
        if one.status is PromotionStatus.AWAITING_APPROVAL:
            buttons.insert(0, approve_button(one.id))
        if buttons:
            parts.append(Actions(buttons=tuple(buttons)))
    return tuple(parts)


def words_of(promotion: Promotion) -> str:
    """Say a promotion's status in words."""
    return str(promotion.status).replace("_", " ")
