"""App Home: racks, what is live where, what is under way, and how the last promotions ended."""

from commands import words
from commands.context import Context
from commands.racks import states_of
from commands.reply import Actions, Button, Note, Reply, Table, Text, Tone
from commands.request import Origin, Request, Standing
from commands.status import under_way_parts, words_of
from engine.lifecycle import is_final
from engine.marks import literal, moment
from engine.world import World
from storage import apps, builds, ids, promotions, releases
from storage.records import Person, Promotion, PromotionStatus

LATEST = 8


def home(world: World, person: Person, standing: Standing) -> Reply:
    """Draw App Home for *person*, from what is on record and how the racks answer just now."""
    request = Request(
        actor=person,
        standing=standing,
        origin=Origin.SHORTCUT,
        words=("home",),
        key=ids.new_id("H"),
    )
    context = Context(world=world, request=request)
    parts = (*_racks(context), *_live(context), *_under_way(context), *_latest(context))
    return Reply(title="Rackhand", parts=parts)


def _racks(context: Context) -> tuple[Text | Table | Actions, ...]:
    mine = context.switched()
    states = states_of(context.world)
    rows = tuple(
        (
            f"{context.world.racks[name].color} · {name}" + (" (yours)" if name == mine else ""),
            state,
        )
        for name, state in states.items()
    )
    buttons = tuple(
        Button(label=f"Switch to {name}", words=("switch", name))
        for name in list(context.world.racks)[:5]
        if name != mine
    )
    return (
        Text(text=f"*Racks* · you are on *{mine}*." if mine else "*Racks* · you chose none yet."),
        Table(columns=("RACK", "STATUS"), rows=rows),
        *((Actions(buttons=buttons),) if buttons else ()),
    )


def _live(context: Context) -> tuple[Text | Table, ...]:
    now = context.world.clock.now()
    with context.world.store.read() as transaction:
        live = promotions.all_live(transaction)
        known = {one.release_id: releases.get(transaction, one.release_id) for one in live}
        empty = "No app yet." if not apps.all_of_them(transaction) else "Nothing is live yet."
    rows = tuple(
        (
            one.app,
            one.rack,
            one.release_id,
            words.age(one.since, now),
            "healthy" if one.healthy else "unhealthy",
            release.description if (release := known[one.release_id]) else "",
        )
        for one in live
    )
    columns = ("APP", "RACK", "RELEASE", "SINCE", "HEALTH", "DESCRIPTION")
    return (Text(text="*Live*"), Table(columns=columns, rows=rows, empty=empty))


def _under_way(context: Context) -> tuple[Text | Actions, ...]:
    with context.world.store.read() as transaction:
        building = builds.unfinished(transaction)
        promoting = promotions.unfinished(transaction)
    parts = under_way_parts(building[:8], promoting[:8], {})
    return (Text(text="*Under way*"), *(parts or (Text(text="Nothing."),)))


def _latest(context: Context) -> tuple[Text | Note, ...]:
    with context.world.store.read() as transaction:
        found = [
            one for one in promotions.latest(transaction, limit=LATEST * 2) if is_final(one.status)
        ]
    lines = tuple(_line(one) for one in found[:LATEST])
    return (Text(text="*Last promotions*"), *(lines or (Text(text="None yet."),)))


def _line(promotion: Promotion) -> Text:
    good = promotion.status is PromotionStatus.SUCCEEDED
    at = promotion.finished_at or promotion.created_at
    reason = f": {promotion.reason}" if promotion.reason else ""
    return Text(
        text=(
            f"{promotion.rack} · {literal(promotion.app)} · {promotion.kind} "
            f"{promotion.release_id} {words_of(promotion)}{reason} · {{0}} · {moment(at)}"
        ),
        tone=Tone.GOOD if good else Tone.MUTED,
        people=(promotion.asked_by,),
    )
