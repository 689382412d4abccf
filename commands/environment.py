"""``env``: names of variables, never their values."""

import click

from commands import words
from commands.context import Context
from commands.releases import promote_button
from commands.reply import Actions, Button, Note, Reply, Table, Text, Tone
from commands.request import Origin
from commands.tree import app_option, pass_context, rack_option, root
from engine import release as story
from engine.asking import Asking
from engine.environment import check_name, parse_pairs
from engine.errors import UserError
from storage import promotions
from storage.records import Environment, Release


@root.group("env", invoke_without_command=True)
@app_option
@rack_option
@click.pass_context
def env_group(click_context: click.Context, app: str | None, rack: str | None) -> Reply | None:
    """List the names that are set for an app on a rack. Values are never shown."""
    if click_context.invoked_subcommand:
        return None
    context: Context = click_context.obj
    chosen, where = context.app(app), context.rack(rack)
    with context.world.store.read() as transaction:
        found = story.current_environment(transaction, app=chosen, rack=where)
        live = promotions.live_on(transaction, app=chosen, rack=where)
    rows = tuple((name,) for name in (found.names if found else ()))
    meant = "Live values." if live else "Kept for the first release: nothing is live yet."
    return Reply(
        title=f"Environment of {chosen}",
        rack=context.tag(where),
        parts=(
            Table(columns=("NAME",), rows=rows, empty="Nothing is set."),
            Note(text=f"{meant} Values are sealed and never shown."),
            Actions(buttons=(_set_button(chosen, where),)),
        ),
    )


def _set_button(app: str, rack: str) -> Button:
    return Button(
        label="Set values…",
        words=("env", "set", "--app", app, "--rack", rack),
        opens="environment",
    )


@env_group.command("set")
@click.argument("pairs", nargs=-1, metavar="NAME=value...")
@app_option
@rack_option
@pass_context
def set_values(
    context: Context, pairs: tuple[str, ...], app: str | None, rack: str | None
) -> Reply:
    """Set variables. In Slack without values: opens a form, which is the safer way."""
    request = context.request
    if pairs and request.origin is Origin.MENTION:
        raise UserError(
            "Values are not taken from a message: everybody in the channel has read them.",
            why="Treat what you wrote as leaked.",
            remedy="Use `/rack env set` and its form, or a terminal.",
        )
    asking = context.asking()
    chosen, where = context.app(app), context.rack(rack)
    given = (*pairs, *request.secret_words)
    if not given:
        return Reply(
            title=f"Environment of {chosen}",
            rack=context.tag(where),
            parts=(
                Text(text="Values are entered in a form that nobody else sees."),
                Actions(buttons=(_set_button(chosen, where),)),
            ),
        )
    return _change(context, asking, chosen, where, to_set=parse_pairs(given))


@env_group.command("unset")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@app_option
@rack_option
@pass_context
def unset_values(
    context: Context, names: tuple[str, ...], app: str | None, rack: str | None
) -> Reply:
    """Remove variables."""
    asking = context.asking()
    for name in names:
        check_name(name)
    return _change(context, asking, context.app(app), context.rack(rack), to_unset=names)


def _change(
    context: Context,
    asking: Asking,
    app: str,
    rack: str,
    *,
    to_set: dict[str, str] | None = None,
    to_unset: tuple[str, ...] = (),
) -> Reply:
    with context.world.store.read() as transaction:
        left_out = story.left_out(transaction, app=app, rack=rack)
    made = story.change_environment(
        context.world, asking, app=app, rack=rack, to_set=to_set or {}, to_unset=to_unset
    )
    return _changed(context, *made, left_out)


def _changed(
    context: Context,
    environment: Environment,
    release: Release | None,
    left_out: Environment | None,
) -> Reply:
    count = words.count(len(environment.names), "variable")
    done = Text(text=f"`{environment.description}` · {count} now.", tone=Tone.GOOD)
    if release is None:
        note = "Nothing is live yet: it is kept for the first release."
        return Reply(rack=context.tag(environment.rack), parts=(done, Note(text=note)))
    return Reply(
        rack=context.tag(environment.rack),
        parts=(
            done,
            Text(text=f"Made release *{release.id}* of what is live. Promote it to use it."),
            *(
                (Text(text=f"Not in it, as it is not live: `{left_out.description}`."),)
                if left_out
                else ()
            ),
            Actions(buttons=(promote_button(context.world, release.id, release.rack),)),
        ),
    )
