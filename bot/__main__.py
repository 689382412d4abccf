"""The ``rackhand`` program: run the bot, check its settings, show it, or say a chat command."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from bot import logs
from bot.check import check
from bot.process import serve
from bot.settings import Settings, load
from bot.terminal.session import session
from bot.wiring import wire
from commands.tree import root
from engine.errors import UserError


class Program(click.Group):
    """The program's own commands, and behind them every chat command."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the program's command, or one that hands the words to the command tree."""
        return super().get_command(ctx, cmd_name) or _chat(cmd_name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List both kinds."""
        return [*super().list_commands(ctx), *root.commands]


@click.group(cls=Program, context_settings={"help_option_names": ["--help", "-h"]})
@click.option(
    "--config",
    "-c",
    type=click.Path(path_type=Path, dir_okay=False),
    default="rackhand.yml",
    envvar="RACKHAND_CONFIG",
    show_default=True,
    help="Where racks and apps are written down.",
)
@click.pass_context
def program(context: click.Context, config: Path) -> None:
    """Rackhand: a deploy bot that lives in Slack.

    The chat commands work here as they do in Slack: `rackhand build web --rack staging`.
    """
    context.obj = config


@program.command("run")
@click.option("--http", is_flag=True, help="Let Slack call in by signed HTTP, not Socket Mode.")
@click.pass_obj
def run_bot(config: Path, http: bool) -> None:
    """Run the bot until it is told to stop."""
    logs.set_up(os.environ.get("LOG_LEVEL", "INFO"))
    serve(_settings(config), http=http)


@program.command("check")
@click.pass_obj
def check_settings(config: Path) -> None:
    """Check file, database, Slack, racks and repositories, and say what to mend."""
    sys.exit(check(_settings(config)))


@program.command("demo")
@click.option("--engine", default="unix:///var/run/docker.sock", help="A Docker engine, or memory.")
@click.option("--port", type=int, default=0, help="Where the page is served; any free one.")
@click.option("--play", "play_it", is_flag=True, help="Play the whole story, then end.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=".run/demo",
    help="Where its settings, database and sample repository go.",
)
def show_demo(engine: str, port: int, play_it: bool, folder: Path) -> None:
    """Try it: a local workspace in the browser, two racks, and a sample app."""
    from bot.demo.show import show

    sys.exit(show(engine=engine, port=port, play_it=play_it, folder=folder.resolve()))


def _chat(name: str) -> click.Command:
    """Return a command that says *name* and all words behind it to the command tree."""

    def say(words: tuple[str, ...]) -> None:
        settings = _settings(click.get_current_context().obj)
        wired = wire(settings)
        try:
            code = session(wired.world, (name, *words))
        finally:
            wired.close()
        sys.exit(code)

    found = root.commands.get(name)
    return click.Command(
        name,
        callback=say,
        params=[click.Argument(["words"], nargs=-1, type=click.UNPROCESSED)],
        short_help=found.get_short_help_str(80) if found else None,
        add_help_option=False,
        context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
    )


def _settings(config: Path) -> Settings:
    return load(config, os.environ)


def main(**options: Any) -> None:
    """Run the program; what a person can mend is said without a traceback."""
    try:
        program(**options)
    except UserError as error:
        click.echo(
            "\n".join(part for part in (error.what, error.why, error.remedy) if part), err=True
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
