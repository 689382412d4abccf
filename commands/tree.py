"""How the command tree is grown: Click groups that know what a wrong word was meant to be."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from engine.errors import UserError
from engine.lookup import nearest, shown

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command whose ``--help`` is answered by the help of the whole tree."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        """As Click's, without its own help option: that one prints instead of answering."""
        super().__init__(*arguments, **{**settings, "add_help_option": False})


class Group(click.Group):
    """A group that says what a wrong word was meant to be. Without a word it lists."""

    command_class = Command

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        """As Click's, without its own help option."""
        super().__init__(*arguments, **{**settings, "add_help_option": False})

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; raises ``UserError`` naming the nearest for one that is not there."""
        for name, value in ctx.params.items():
            if value:  # it would be dropped in silence, and the wrong rack be changed
                raise UserError(
                    f"`--{name}` stands in the wrong place.",
                    remedy=f"Put it behind the whole command: `/rack {path_of(ctx)} … --{name} "
                    f"{shown(str(value))}`.",
                )
        word = args[0]
        found = self.get_command(ctx, word.lower())
        if found is not None:
            return found.name, found, args[1:]
        path = path_of(ctx)
        raise UserError(
            f"There is no command `{shown(word)}`.",
            why=nearest(word.lower(), self.commands),
            remedy=f"`/rack {path} --help` lists what there is.".replace("  ", " "),
        )


Group.group_class = Group

root = Group("rackhand")

pass_context = click.pass_obj


def app_option(command: F) -> F:
    """Add ``--app``."""
    return click.option("--app", "-a", metavar="NAME", help="The app that is meant.")(command)


def rack_option(command: F) -> F:
    """Add ``--rack``."""
    return click.option("--rack", "-r", metavar="NAME", help="The rack that is meant.")(command)


def approval_options(command: F) -> F:
    """Add what dialogs use: look first, then agree to what was seen."""
    yes = click.option(
        "--yes", "-y", is_flag=True, help="Do it on a protected rack without asking."
    )
    return look_options(yes(command))


def look_options(command: F) -> F:
    """Add ``--preview``, and what a dialog sends back of it."""
    preview = click.option("--preview", is_flag=True, help="Say what would happen, and do nothing.")
    seen = click.option(
        "--seen", metavar="DIGEST", hidden=True, help="Refuse if things changed since the preview."
    )
    return preview(seen(command))


def path_of(ctx: click.Context) -> str:
    """Return the words that lead to the command of *ctx*, without the root's name."""
    names: list[str] = []
    current: click.Context | None = ctx
    while current is not None and current.parent is not None:
        names.insert(0, current.info_name or "")
        current = current.parent
    return " ".join(names)
