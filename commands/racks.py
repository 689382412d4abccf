"""``racks`` and ``switch``: where apps run, and which of them one means."""

from concurrent.futures import ThreadPoolExecutor

import click

from commands import words
from commands.context import Context
from commands.reply import Actions, Button, Reply, Table, Text, Tone
from commands.tree import pass_context, root
from engine.errors import PortError
from engine.world import RackSpec, World
from storage import apps, locks


@root.command("racks")
@pass_context
def list_racks(context: Context) -> Reply:
    """List the racks, and whether each answers."""
    current = context.switched()
    states = states_of(context.world)
    with context.world.store.read() as transaction:
        locked = locks.all_locks(transaction)
    rows = tuple(
        (
            words.rack(context.tag(name)) + (" (yours)" if name == current else ""),
            spec.provider,
            states[name],
            _rules(spec, [one.app for one in locked if one.rack == name]),
        )
        for name, spec in context.world.racks.items()
    )
    buttons = tuple(
        Button(label=f"Switch to {name}", words=("switch", name))
        for name in list(context.world.racks)[:5]
        if name != current
    )
    return Reply(
        title="Racks",
        parts=(
            Table(columns=("NAME", "PROVIDER", "STATUS", "RULES"), rows=rows),
            *((Actions(buttons=buttons),) if buttons else ()),
        ),
    )


def _rules(spec: RackSpec, locked: list[str]) -> str:
    rules = ["asks before it acts"] if spec.protected else []
    if locked:
        rules.append(f"{words.some(locked, 4)} locked")
    return ", ".join(rules)


def states_of(world: World) -> dict[str, str]:
    """Ask all racks at once how they are: "running, haproxy running" or "does not answer"."""

    def ask(name: str) -> str:
        try:
            found = world.rack(name).status()
        except PortError:
            return "does not answer"
        return f"running · {found.engine} · router {found.router}"

    names = list(world.racks)
    with ThreadPoolExecutor(max(1, len(names))) as pool:
        return dict(zip(names, pool.map(ask, names), strict=True))


@root.command("switch")
@click.argument("rack", required=False)
@click.option("--channel", is_flag=True, help="Switch the whole channel, not only yourself.")
@pass_context
def switch(context: Context, rack: str | None, channel: bool) -> Reply:
    """Show the rack that your commands go to, or choose another."""
    if rack is None:
        current = context.rack(None)
        return Reply(rack=context.tag(current), parts=(Text(text=f"You are on *{current}*."),))
    name = context.world.rack_spec(rack).name
    scope = (context.channel_scope if channel else None) or context.own_scope
    if channel:
        context.asking()
    with context.world.store.write() as transaction:
        apps.switch(transaction, scope, name)
    whose = " for everybody in this channel" if channel and context.channel_scope else ""
    return Reply(
        rack=context.tag(name),
        parts=(
            Text(
                text=f"Switched to *{name}*{whose}. What is under way stays on its rack.",
                tone=Tone.GOOD,
            ),
        ),
    )
