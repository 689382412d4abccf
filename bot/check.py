"""``rackhand check``: asks everything outside once, and says what to mend."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.settings import Settings
from bot.wiring import wire
from engine.adapters.github import GitHubForge
from engine.errors import Forbidden, PortError, UserError
from engine.workflows.hints import heard_at
from engine.world import World
from storage import apps
from storage.store import Unavailable

TIMEOUT_SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    good: bool
    said: str


def check(settings: Settings, console: Console | None = None) -> int:
    """Look at file, database, Slack, racks and repositories; 0 where all is well."""
    console = console or Console()
    findings = []
    for finding in _findings(settings):
        sign = "[green]ok  [/]" if finding.good else "[red]mend[/]"
        console.print(f"{sign} {finding.what}: ", end="")
        console.print(finding.said, markup=False, highlight=False)
        findings.append(finding)
    return 0 if all(finding.good for finding in findings) else 1


def _findings(settings: Settings) -> Iterator[Finding]:
    names = (
        f"racks {', '.join(settings.file.racks)}; apps {', '.join(settings.file.apps) or 'none'}"
    )
    yield Finding(what="rackhand.yml", good=True, said=names)
    yield from _slack(settings)
    try:
        wired = wire(settings)
    except UserError as error:
        yield Finding(what="settings", good=False, said=str(error))
        return
    except Unavailable as error:
        yield Finding(what="database", good=False, said=str(error))
        return
    yield Finding(what="database", good=True, said="answers, its tables are up to date")
    try:
        for name in wired.world.racks:
            yield _asked(f"rack {name}", partial(_rack, wired.world, name))
        with wired.world.store.read() as transaction:
            known = apps.all_of_them(transaction)
        forge = wired.world.forge
        if isinstance(forge, GitHubForge):
            yield _asked(forge.host, partial(_standing, forge))
            yield Finding(
                what="webhooks", good=True, said=_how_changes_are_seen(settings, wired.world)
            )
        for app in known:
            look = partial(_commit, wired.world, app.repo, app.branch)
            yield _asked(f"app {app.name}", look)
            if isinstance(forge, GitHubForge) and (hosted := forge.name_of(app.repo)):
                yield _asked(f"app {app.name} at {forge.host}", partial(_seen, forge, hosted))
    finally:
        wired.close()


def _slack(settings: Settings) -> Iterator[Finding]:
    for name in ("slack_bot_token", "slack_app_token"):
        if getattr(settings.secrets, name) is None:
            yield Finding(what="Slack", good=False, said=f"{name.upper()} is not set")
            return
    url = settings.secrets.slack_api_url
    try:
        bot = WebClient(
            settings.require("slack_bot_token", "is the bot's own"),
            base_url=url,
            timeout=TIMEOUT_SECONDS,
        ).auth_test()
        yield Finding(what="Slack", good=True, said=f"{bot['user']} in {bot['team']}")
        WebClient(base_url=url, timeout=TIMEOUT_SECONDS).apps_connections_open(
            app_token=settings.require("slack_app_token", "opens Socket Mode")
        )
        yield Finding(what="Socket Mode", good=True, said="opens")
    except SlackApiError as error:
        said = f"Slack says {error.response['error']}: check the tokens and manifest.yml"
        yield Finding(what="Slack", good=False, said=said)
    except (SlackClientError, OSError) as error:
        yield Finding(what="Slack", good=False, said=f"{url} cannot be reached: {error}")


def _rack(world: World, name: str) -> str:
    found = world.rack(name).status()
    return f"{found.engine}, router {found.router}"


def _commit(world: World, repo: str, branch: str) -> str:
    commit = world.source.resolve(repo, branch)
    return f"{branch} is at {commit.sha[:7]} {commit.subject}"


def _how_changes_are_seen(settings: Settings, world: World) -> str:
    every = f"every {settings.file.github.poll_seconds:g} s"
    if not settings.secrets.github_webhook_secret:
        return f"GITHUB_WEBHOOK_SECRET is not set, so repositories are only looked at {every}"
    last = heard_at(world)
    came = f"the last came {last:%Y-%m-%d %H:%M} UTC" if last else "none was ever received"
    return f"are taken at /github/webhook ({came}); repositories are looked at {every} too"


def _standing(forge: GitHubForge) -> str:
    found = forge.standing()
    if found.lacks:
        raise Forbidden(f"{found.who} lacks {', '.join(found.lacks)}.")
    if not found.known:
        return f"{found.who}; what a fine-grained token may do shows only when it is used"
    return f"{found.who}, with all that is needed"


def _seen(forge: GitHubForge, name: str) -> str:
    found = forge.repository(name)
    if lacks := forge.lacks_in(found.name):
        raise Forbidden(f"{found.name} is seen, but there is lacking: {', '.join(lacks)}.")
    moved = "" if found.name == name else f", which {name} has moved to: change `repo`"
    return f"{found.name} is seen{moved}"


def _asked(what: str, ask: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, good=True, said=ask())
    except PortError as error:
        return Finding(what=what, good=False, said=f"{error.detail} {error.remedy}".strip())
    except UserError as error:
        return Finding(what=what, good=False, said=str(error))
