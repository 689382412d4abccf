"""App Home: racks, what is live, what is under way, workflows, and how promotions ended."""

from commands import words
from commands.automation import job_parts, workflow_parts
from commands.context import Context, tag_of
from commands.locks import lock_parts
from commands.promotion_card import how_it_ended
from commands.racks import states_of
from commands.reply import Actions, Button, Heading, Note, Part, Reply, Text, Tone
from commands.request import Origin, Request, Standing
from commands.status import DEEDS, under_way_parts, words_of
from engine.lifecycle import is_final
from engine.marks import literal, moment
from engine.world import World
from storage import apps, builds, ids, locks, promotions, releases
from storage.records import Live, Person, Promotion, Release

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
    parts = (
        *_racks(context),
        *_live(context),
        *_under_way(context),
        *workflow_parts(context),
        *_latest(context),
    )
    return Reply(parts=parts)


def _racks(context: Context) -> tuple[Heading | Text | Actions, ...]:
    mine = context.switched()
    states = states_of(context.world)
    lines = tuple(
        Text(
            text=f"*{words.rack(context.tag(name))}* · {state}"
            + (" · *yours*" if name == mine else "")
        )
        for name, state in states.items()
    )
    buttons = tuple(
        Button(label=f"Switch to {name}", words=("switch", name))
        for name in list(context.world.racks)[:5]
        if name != mine
    )
    return (
        Heading(text="Racks"),
        *lines,
        *((Actions(buttons=buttons),) if buttons else ()),
    )


def _live(context: Context) -> tuple[Heading | Text | Note | Actions, ...]:
    with context.world.store.read() as transaction:
        locked = locks.all_locks(transaction)
        live = promotions.all_live(transaction)
        known = {one.release_id: releases.get(transaction, one.release_id) for one in live}
        empty = "No app yet." if not apps.all_of_them(transaction) else "Nothing is live yet."
    lines = [part for one in live for part in _live_lines(context, one, known[one.release_id])]
    return (
        Heading(text="Live"),
        *(lines or (Text(text=empty),)),
        *lock_parts(context, locked[:LATEST]),
    )


def _live_lines(context: Context, live: Live, release: Release | None) -> tuple[Text | Note, ...]:
    what = f" · {literal(release.description)}" if release else ""
    health = "" if live.healthy else f"unhealthy: {live.health_reason} · "
    return (
        Text(
            text=f"{words.rack(tag_of(context.world, live.rack))} · *{literal(live.app)}*{what}",
            tone=Tone.GOOD if live.healthy else Tone.BAD,
        ),
        Note(text=f"{health}since {moment(live.since)} · {live.release_id}"),
    )


def _under_way(context: Context) -> tuple[Part, ...]:
    with context.world.store.read() as transaction:
        building = builds.unfinished(transaction)
        promoting = promotions.unfinished(transaction)
    parts = (*under_way_parts(context, building[:8], promoting[:8], {}), *job_parts(context))
    return (Heading(text="Under way"), *(parts or (Text(text="Nothing."),)))


def _latest(context: Context) -> tuple[Heading | Text | Note, ...]:
    with context.world.store.read() as transaction:
        found = [
            one for one in promotions.latest(transaction, limit=LATEST * 2) if is_final(one.status)
        ]
    lines = [part for one in found[:LATEST] for part in _latest_lines(context, one)]
    return (Heading(text="Last promotions"), *(lines or (Text(text="None yet."),)))


def _latest_lines(context: Context, promotion: Promotion) -> tuple[Text | Note, ...]:
    at = promotion.finished_at or promotion.created_at
    reason = f" · {promotion.reason}" if promotion.reason else ""
    rack = words.rack(tag_of(context.world, promotion.rack))
    what = f"{DEEDS[promotion.kind]} {promotion.release_id} {words_of(promotion)}"
    return (
        Text(text=f"{rack} · *{literal(promotion.app)}* · {what}", tone=how_it_ended(promotion)),
        Note(text=f"{{0}} · {moment(at)}{reason}", people=(promotion.asked_by,)),
    )
