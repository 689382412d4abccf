"""Serves a workspace of its own: ``python -m bot.workspace --manifest manifest.yml``."""

import asyncio
import json
import signal
from pathlib import Path

import click

from bot.workspace.manifest import load_manifest
from bot.workspace.server import WorkspaceServer
from bot.workspace.settings import WorkspaceSettings


async def _serve(server: WorkspaceServer) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


def _told(url: str, settings: WorkspaceSettings, *, as_json: bool) -> str:
    if not as_json:
        return f"The workspace is at {url}"
    facts = {
        "url": url,
        "api_url": f"{url}api/",
        "bot_token": settings.bot_token,
        "app_token": settings.app_token,
        "signing_secret": settings.signing_secret,
    }
    return json.dumps(facts)


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
        server = WorkspaceServer(settings)
        url = server.listen()
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(_told(url, settings, as_json=print_json))
    asyncio.run(_serve(server))


if __name__ == "__main__":
    main()
