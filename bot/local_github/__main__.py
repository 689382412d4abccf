"""Serves a local GitHub of its own: ``python -m bot.local_github --folder repositories``."""

import asyncio
import json
import signal
from pathlib import Path

import click

from bot.local_github.server import GitHubServer
from bot.local_github.settings import GitHubSettings, RepositorySpec, TokenSpec


async def _serve(server: GitHubServer) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


def _told(url: str, settings: GitHubSettings, *, as_json: bool) -> str:
    if not as_json:
        return f"The local GitHub is at {url}"
    facts = {
        "url": url,
        "api_url": f"{url}api/v3",
        "token": settings.tokens[0].token,
        "operator_token": settings.operator_token,
    }
    return json.dumps(facts)


def _repositories(names: tuple[str, ...]) -> tuple[RepositorySpec, ...]:
    specs = []
    for given in names:
        owner, slash, name = given.partition("/")
        if not (owner and slash and name) or "/" in name:
            raise ValueError(f"{given!r} is not of the form owner/name.")
        specs.append(RepositorySpec(owner=owner, name=name))
    return tuple(specs)


@click.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, help="0 takes any free one.")
@click.option("--repository", "names", multiple=True, default=("acme/shop",), show_default=True)
@click.option("--token", default="ghp_localGitHub", help="What the bot signs in with.")
@click.option("--operator-token", default="gho_localOperator", help="Of the page.")
@click.option("--print-json", is_flag=True, help="Print addresses and tokens as one JSON line.")
def main(names: tuple[str, ...], token: str, *, print_json: bool, **options: object) -> None:
    """Serve a local GitHub until SIGTERM. Repositories stay in FOLDER, the rest is forgotten."""
    try:
        settings = GitHubSettings(
            repositories=_repositories(names),
            tokens=(TokenSpec(token=token, login="rackhand", scopes=("repo", "admin:repo_hook")),),
            **options,  # type: ignore[arg-type]
        )
        server = GitHubServer(settings)
        url = server.listen()
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(_told(url, settings, as_json=print_json))
    asyncio.run(_serve(server))


if __name__ == "__main__":
    main()
