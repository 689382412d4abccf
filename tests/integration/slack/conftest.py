"""The bot's own Slack app in the local workspace, with a scripted command side behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.slack.app import SlackApp, SlackSettings, build_app
from bot.slack.render import draw_card
from bot.slack.sockets import Sockets, start_socket_mode
from bot.workspace.client import Visitor
from bot.workspace.manifest import load_manifest
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.seen import SeenMessage
from bot.workspace.settings import WorkspaceSettings
from commands.reply import Actions, Button, CardView, RackTag, Tone
from tests.integration.slack.scripted import ScriptedSide

MANIFEST = load_manifest(Path(__file__).parents[3] / "manifest.yml")
PRODUCTION = RackTag(name="production", color="red", protected=True)

MakeVisitor = Callable[..., Visitor]
PostCard = Callable[..., SeenMessage]


@pytest.fixture
def workspace() -> Iterator[RunningWorkspace]:
    settings = WorkspaceSettings(manifest=MANIFEST, retry_factor=0.002)
    with running_workspace(settings) as running:
        yield running


@pytest.fixture
def script() -> ScriptedSide:
    return ScriptedSide()


@pytest.fixture
def slack_app(workspace: RunningWorkspace, script: ScriptedSide) -> Iterator[SlackApp]:
    settings = SlackSettings(
        bot_token=workspace.bot_token,
        signing_secret=workspace.signing_secret,
        api_url=workspace.api_url,
    )
    app = build_app(settings, script.side())
    yield app
    app.close()


@pytest.fixture
def sockets(workspace: RunningWorkspace, slack_app: SlackApp) -> Iterator[Sockets]:
    opened = start_socket_mode(slack_app.bolt, workspace.app_token)
    assert opened.wait(10)
    yield opened
    workspace.controls.down(60)  # spares the SDK's wait of three seconds for a quiet socket
    opened.close()


@pytest.fixture
def visit(workspace: RunningWorkspace, sockets: Sockets) -> Iterator[MakeVisitor]:
    made: list[Visitor] = []

    def make(user: str, channel: str = "deploys") -> Visitor:
        made.append(Visitor(workspace.url, user, channel))
        return made[-1]

    yield make
    for visitor in made:
        visitor.close()


@pytest.fixture
def ada(visit: MakeVisitor) -> Visitor:
    """A member, in #deploys."""
    return visit("ada")


@pytest.fixture
def bot_client(workspace: RunningWorkspace) -> WebClient:
    """Posts as the relay would."""
    return WebClient(token=workspace.bot_token, base_url=workspace.api_url, retry_handlers=[])


@pytest.fixture
def deploys(bot_client: WebClient) -> str:
    """The id of #deploys."""
    channels = bot_client.conversations_list()["channels"]
    return next(str(channel["id"]) for channel in channels if channel["name"] == "deploys")


@pytest.fixture
def post_card(bot_client: WebClient, deploys: str, ada: Visitor, script: ScriptedSide) -> PostCard:
    """Posts a card with buttons, as Ada sees it."""

    def post(*buttons: Button) -> SeenMessage:
        drawing = draw_card(
            CardView(
                subject="PQWERTYUPAS",
                title="web · promote RKJHGFDSAZX",
                rack=PRODUCTION,
                tone=Tone.BUSY,
                parts=(Actions(buttons=buttons),),
            )
        )
        answer = bot_client.chat_postMessage(
            channel=deploys,
            text=drawing.text,
            blocks=drawing.blocks,
            attachments=drawing.attachments,
        )
        script.subjects[deploys, str(answer["ts"])] = "PQWERTYUPAS"
        return ada.wait_for_message(lambda message: message.ts == answer["ts"])

    return post
