"""``promotions``: what was made live, how it went, and everything about one of them."""

from datetime import datetime

import click

from commands import words
from commands.context import Context
from commands.locks import unlock_button
from commands.promotion_card import buttons_of, state_of
from commands.receipts import hook_line, in_short, spans
from commands.reply import Actions, Button, Code, Facts, Note, Part, Reply, Table, Text, Tone
from commands.status import DEEDS, words_of
from commands.tree import app_option, pass_context, rack_option, root
from engine import canary, locking, lookup, receipt
from engine.errors import UserError
from engine.lifecycle import is_final
from engine.marks import literal
from storage import locks, promotions, releases
from storage.records import Lock, Promotion, Release

SHOWN = 15
BUTTONS = 3


@root.group("promotions", invoke_without_command=True)
@app_option
@rack_option
@click.pass_context
def promotion_group(
    click_context: click.Context, app: str | None, rack: str | None
) -> Reply | None:
    """List the latest promotions, and what each did to the requests."""
    if click_context.invoked_subcommand:
        return None
    context: Context = click_context.obj
    chosen, where = context.app(app), context.rack(rack)
    with context.world.store.read() as transaction:
        found = promotions.latest(transaction, app=chosen, rack=where, limit=SHOWN)
    now = context.world.clock.now()
    rows = tuple(
        (
            one.id,
            f"{DEEDS[one.kind]} {one.release_id}",
            words_of(one),
            words.age(one.created_at, now),
            in_short(one),
            one.asked_by.name,
        )
        for one in found
    )
    buttons = tuple(
        Button(label=f"About {one.id}", words=("promotions", "info", one.id))
        for one in found[:BUTTONS]
    )
    return Reply(
        title=f"Promotions of {chosen}",
        rack=context.tag(where),
        parts=(
            Table(
                columns=("ID", "WHAT", "STATUS", "ASKED", "REQUESTS", "BY"),
                rows=rows,
                empty=f"No promotion yet. `/rack promote --app {chosen}` begins one.",
            ),
            *((Actions(buttons=buttons),) if buttons else ()),
        ),
    )


@promotion_group.command("info")
@click.argument("promotion_id", metavar="[ID]", required=False)
@pass_context
def info(context: Context, promotion_id: str | None) -> Reply:
    """Show everything about one promotion: its steps, hooks, receipt, and its end."""
    chosen = promotion_id or _of_thread(context)
    with context.world.store.read() as transaction:
        found = lookup.promotion(transaction, chosen)
        release = releases.get(transaction, found.release_id)
        live = promotions.live_on(transaction, app=found.app, rack=found.rack)
        lock = locks.get(transaction, app=found.app, rack=found.rack)
    is_live = live is not None and live.promotion_id == found.id
    buttons = buttons_of(found, is_live=is_live)
    parts: tuple[Part, ...] = (
        Text(text=state_of(found, live)),
        Facts(pairs=_facts(found, release)),
        _steps(found),
        *_hooks(found),
        *_receipt(found),
        *_lock(found, lock),
        *((Code(text="\n".join(found.evidence)),) if found.evidence else ()),
        *((Actions(buttons=buttons),) if buttons else ()),
    )
    return Reply(
        title=f"Promotion {found.id} of {found.app}", rack=context.tag(found.rack), parts=parts
    )


def _of_thread(context: Context) -> str:
    subject = context.subject()
    if isinstance(subject, Promotion):
        return subject.id
    raise UserError(
        "Which promotion?", remedy="`/rack promotions` lists them: `/rack promotions info ID`."
    )


def _facts(found: Promotion, release: Release | None) -> tuple[tuple[str, str], ...]:
    commit = f"`{release.sha[:7]}` {literal(release.subject)}" if release else "not on record"
    approver = literal(found.approved_by.name) if found.approved_by else ""
    scale = ", ".join(f"{name} ×{number}" for name, number in (found.scale or {}).items())
    pairs = (
        ("What", f"{DEEDS[found.kind]} {found.release_id}"),
        ("Commit", commit),
        ("Asked by", literal(found.asked_by.name)),
        ("Approved by", approver),
        ("In place of", found.previous_release_id or ""),
        ("Numbers", literal(scale)),
        ("Canary", _canary(found)),
        ("Canceled by", literal(found.cancel_asked_by.name) if found.cancel_asked_by else ""),
        ("Why it ended", found.reason or ""),
    )
    return tuple((name, value) for name, value in pairs if value)


def _canary(found: Promotion) -> str:
    if not found.canary:
        return ""
    steps = " → ".join(f"{step} %" for step in found.canary)
    pause = "by a click" if found.pause_seconds is None else f"after {found.pause_seconds:g} s"
    here = "" if is_final(found.status) else f", now {canary.goal(found)} %"
    return f"{steps}, each {pause}{here}"


def _steps(found: Promotion) -> Table:
    """List when it came where, and how long that took after the step before."""
    moments = receipt.moments_of(found.receipt)
    known = (
        ("asked", found.created_at),
        ("left the queue", found.started_at),
        ("traffic moves", moments.get(receipt.SHIFT)),
        ("live", found.live_at),
        ("watched", moments.get(receipt.BAKE)),
        ("old ones let go", moments.get(receipt.OVER)),
        (words_of(found), found.finished_at or found.status_since),
    )
    rows: list[tuple[str, str, str]] = []
    last: datetime | None = None
    for name, at in known:
        if at is not None:
            rows.append((name, f"{at:%d %b %H:%M:%S}", words.duration(at - last) if last else ""))
            last = at
    return Table(columns=("STEP", "AT (UTC)", "AFTER"), rows=tuple(rows))


def _hooks(found: Promotion) -> tuple[Part, ...]:
    parts: list[Part] = []
    for result in found.hooks:
        tone = Tone.GOOD if result.exit_code == 0 else Tone.BAD
        parts.append(Text(text=f"{hook_line(result)}.", tone=tone))
        if result.log:
            parts.append(Code(text="\n".join(result.log)))
    return tuple(parts)


def _receipt(found: Promotion) -> tuple[Part, ...]:
    summed_up = receipt.of(found)
    if summed_up is None:
        return ()
    pause_ms = summed_up.longest_pause_ms
    pause = (Note(text=f"Longest pause between two answers: {pause_ms} ms."),) if pause_ms else ()
    return Text(text=f"{receipt.line(summed_up)}."), spans(summed_up), *pause


def _lock(found: Promotion, lock: Lock | None) -> tuple[Part, ...]:
    if lock is None:
        return ()
    own = " by this promotion" if lock.promotion_id == found.id else ""
    text = f"{found.app} on {found.rack} is locked{own}. {locking.why(lock)}"
    return Text(text=text, tone=Tone.WAITING), Actions(buttons=(unlock_button(lock),))
