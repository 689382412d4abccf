"""Serves a workspace of its own: ``python -m bot.workspace --manifest manifest.yml``."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import click

from bot.workspace.manifest import load_manifest
from bot.workspace.server import WorkspaceServer
from bot.workspace.settings import WorkspaceSettings


async def _serve(settings: WorkspaceSettings, *, print_json: bool) -> None:
    server = WorkspaceServer(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    ready = asyncio.Event()
    serving = asyncio.create_task(server.serve(ready))
    await ready.wait()
    url = server.workspace.base_url
    if url and print_json:
        facts = {
            "url": url,
            "api_url": f"{url}api/",
            "bot_token": settings.bot_token,
            "app_token": settings.app_token,
            "signing_secret": settings.signing_secret,
        }
        click.echo(json.dumps(facts))
    elif url:
        click.echo(f"The workspace is at {url}")
    sys.stdout.flush()
    await serving


@click.command()
@click.option("--manifest", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, help="0 takes any free one.")
@click.option("--bot-token", default="xoxb-local-workspace")
@click.option("--app-token", default="xapp-local-workspace")
@click.option("--signing-secret", default="local-signing-secret")
@click.option("--request-url", help="Deliver by signed HTTP to this address.")
@click.option("--retry-factor", default=1.0, help="Of the waits before an event is sent again.")
@click.option("--rate-limits", is_flag=True, help="Limit calls as Slack does.")
@click.option("--print-json", is_flag=True, help="Print addresses and tokens as one JSON line.")
def main(manifest: Path, *, print_json: bool, **options: object) -> None:
    """Serve a local Slack workspace until SIGTERM."""
    try:
        settings = WorkspaceSettings(manifest=load_manifest(manifest), **options)  # type: ignore[arg-type]
        asyncio.run(_serve(settings, print_json=print_json))
    except ValueError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
