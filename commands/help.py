"""``help``: the tree as a table, and each command as it is typed."""

from collections.abc import Sequence

import click

from commands.context import Context
from commands.reply import Note, Reply, Table, Text
from commands.tree import Group, pass_context, root
from engine.errors import UserError
from engine.lookup import nearest, shown


@root.command("help")
@click.argument("words", nargs=-1, metavar="[COMMAND]")
@pass_context
def show_help(_: Context, words: tuple[str, ...]) -> Reply:
    """List all commands, or show how one is typed."""
    return help_for(words)


def help_for(words: Sequence[str]) -> Reply:
    """Return help for the command that the words begin with, or for the whole tree."""
    command: click.Command = root
    path: list[str] = []
    for word in words:
        if not isinstance(command, Group):
            break
        found = command.commands.get(word.lower())
        if found is None:
            if path:
                break
            raise UserError(
                f"There is no command `{shown(word)}`.",
                why=nearest(word.lower(), command.commands),
                remedy="`/rack help` lists what there is.",
            )
        command, path = found, [*path, word.lower()]
    return _of_tree() if command is root else _of_command(command, path)


def _of_tree() -> Reply:
    rows = tuple(
        (_typed(command, [name]), command.get_short_help_str(80))
        for name, command in root.commands.items()
    )
    return Reply(
        title="What Rackhand can do",
        parts=(
            Table(columns=("Command", "What it does"), rows=rows),
            Note(
                text=(
                    "Begin with `/rack` here, `@rackhand` in a thread, `rackhand` in a terminal. "
                    "`--help` after a command shows its options; `--app` and `--rack` say which."
                )
            ),
        ),
    )


def _of_command(command: click.Command, path: list[str]) -> Reply:
    parts: list[Text | Table] = [
        Text(text=(command.help or "").strip().replace("\n", " ")),
        Text(text=f"`/rack {_typed(command, path)}`"),
    ]
    options = tuple(
        (", ".join(parameter.opts) + _value(parameter), parameter.help or "")
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
    )
    if options:
        parts.append(Table(columns=("Option", "What it does"), rows=options))
    if isinstance(command, Group):
        rows = tuple(
            (_typed(inner, [*path, name]), inner.get_short_help_str(80))
            for name, inner in command.commands.items()
        )
        parts.append(Table(columns=("Command", "What it does"), rows=rows))
    return Reply(title=" ".join(path), parts=tuple(parts))


def _typed(command: click.Command, path: list[str]) -> str:
    arguments = [
        parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]
    return " ".join([*path, *arguments])


def _value(option: click.Option) -> str:
    return "" if option.is_flag else f" {option.metavar or (option.name or '').upper()}"
