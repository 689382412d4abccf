"""``lock``, ``unlock`` and ``locks``: nothing new goes live until somebody says why it may."""

import click

from commands import words
from commands.context import Context, tag_of
from commands.reply import Actions, Button, Note, Reply, Text, Tone
from commands.tree import app_option, pass_context, rack_option, root
from engine import locking
from engine.marks import literal
from storage import locks as lock_rows
from storage import promotions
from storage.records import Lock

SHOWN = 20


@root.command("lock")
@click.argument("name", metavar="[APP]", required=False)
@click.option("--reason", default="", metavar="TEXT", help="Why; everybody is told.")
@app_option
@rack_option
@pass_context
def lock(
    context: Context, name: str | None, reason: str, app: str | None, rack: str | None
) -> Reply:
    """Let nothing new go live of an app on a rack. Rollbacks stay allowed."""
    asking = context.asking()
    chosen, where = context.app(name or app), context.rack(rack)
    made = locking.lock(context.world, asking, app=chosen, rack=where, reason=reason)
    with context.world.store.read() as transaction:
        running = promotions.running(transaction, app=chosen, rack=where)
    text = f"Locked *{chosen}*: nothing new goes live until {locking.how_to_unlock(made)}."
    under_way = (
        (
            Note(text=f"{running.id} is under way already, and goes on unless it is canceled."),
            Actions(buttons=(Button(label="Cancel it", words=("cancel", running.id)),)),
        )
        if running
        else ()
    )
    return Reply(rack=context.tag(where), parts=(Text(text=text, tone=Tone.WAITING), *under_way))


@root.command("unlock")
@click.argument("name", metavar="[APP]", required=False)
@click.option("--reason", default="", metavar="TEXT", help="Why it may go on; everybody is told.")
@app_option
@rack_option
@pass_context
def unlock(
    context: Context, name: str | None, reason: str, app: str | None, rack: str | None
) -> Reply:
    """Let releases of an app go live on a rack again."""
    asking = context.asking()
    chosen, where = context.app(name or app), context.rack(rack)
    had = locking.unlock(context.world, asking, app=chosen, rack=where, reason=reason)
    return Reply(
        rack=context.tag(where),
        parts=(
            Text(text=f"Unlocked *{chosen}*. What waits goes on.", tone=Tone.GOOD),
            Note(text=locking.why(had)),
        ),
    )


@root.command("locks")
@pass_context
def list_locks(context: Context) -> Reply:
    """List what is locked, by whom and why."""
    with context.world.store.read() as transaction:
        found = lock_rows.all_locks(transaction)
    parts = lock_parts(context, found[:SHOWN])
    return Reply(title="Locks", parts=parts or (Text(text="Nothing is locked."),))


def lock_parts(context: Context, found: list[Lock]) -> tuple[Text | Actions, ...]:
    """Say of each lock who, why and since when, with the button that opens it."""
    now = context.world.clock.now()
    parts: list[Text | Actions] = []
    for one in found:
        where = f"{words.rack(tag_of(context.world, one.rack))} · *{literal(one.app)}*"
        text = f"{where} was locked {words.age(one.locked_at, now)}. {locking.why(one)}"
        parts.append(Text(text=text, tone=Tone.WAITING))
        parts.append(Actions(buttons=(unlock_button(one),)))
    return tuple(parts)


def unlock_button(lock: Lock) -> Button:
    """Return the button that asks why it may go on, and unlocks."""
    return Button(label="Unlock…", words=("unlock", lock.app, "--rack", lock.rack), opens="reason")
