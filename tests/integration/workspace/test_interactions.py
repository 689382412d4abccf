"""Triggers, stacks of modals and response URLs keep Slack's limits."""

import queue
from typing import Any

import httpx
import pytest
from slack_bolt import App
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.workspace.client import NotAnswered, Visitor
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from tests.integration.workspace.conftest import MANIFEST, MakeVisitor, connected_handler

Body = dict[str, Any]


def modal(title: str, **more: Any) -> Body:
    view = {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": []}
    return view | more


@pytest.fixture
def commands(bolt: App, connected: object) -> "queue.Queue[Body]":
    """Every slash command that reaches the app."""
    taken: queue.Queue[Body] = queue.Queue()

    @bolt.command("/rack")
    def rack(ack: Any, body: Body) -> None:
        ack()
        taken.put(body)

    return taken


def test_a_trigger_opens_one_view_and_only_once(
    slack: WebClient, ada: Visitor, commands: "queue.Queue[Body]"
) -> None:
    ada.say("/rack env")
    trigger = commands.get(timeout=5)["trigger_id"]
    slack.views_open(trigger_id=trigger, view=modal("One"))

    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        slack.views_open(trigger_id=trigger, view=modal("Two"))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        slack.views_open(trigger_id="1.2.abc", view=modal("Two"))
    seen = ada.modal()
    assert seen is not None
    assert seen.title == "One"


def test_a_trigger_is_worth_nothing_after_its_seconds() -> None:
    settings = WorkspaceSettings(manifest=MANIFEST, trigger_seconds=0.0)
    with running_workspace(settings) as workspace, Visitor(workspace.url) as ada:
        slack = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
        bolt = App(client=slack, signing_secret=workspace.signing_secret)
        taken: queue.Queue[Body] = queue.Queue()

        @bolt.command("/rack")
        def rack(ack: Any, body: Body) -> None:
            ack()
            taken.put(body)

        with connected_handler(workspace, bolt):
            ada.say("/rack env")
            trigger = taken.get(timeout=5)["trigger_id"]
            with pytest.raises(SlackApiError, match="expired_trigger_id"):
                slack.views_open(trigger_id=trigger, view=modal("Late"))


def test_modals_stack_three_deep_and_close_one_by_one(
    slack: WebClient, ada: Visitor, commands: "queue.Queue[Body]"
) -> None:
    def trigger() -> str:
        ada.say("/rack env")
        return str(commands.get(timeout=5)["trigger_id"])

    slack.views_open(trigger_id=trigger(), view=modal("1"))
    slack.views_push(trigger_id=trigger(), view=modal("2"))
    slack.views_push(trigger_id=trigger(), view=modal("3"))
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        slack.views_push(trigger_id=trigger(), view=modal("4"))

    titles = []
    while (seen := ada.modal()) is not None:
        titles.append(seen.title)
        ada.close_modal()
    assert titles == ["3", "2", "1"]


def test_a_view_is_updated_by_its_external_id_and_guarded_by_its_hash(
    slack: WebClient, ada: Visitor, commands: "queue.Queue[Body]"
) -> None:
    ada.say("/rack env")
    trigger = commands.get(timeout=5)["trigger_id"]
    opened = slack.views_open(trigger_id=trigger, view=modal("Wait", external_id="env-1"))["view"]
    slack.views_update(
        external_id="env-1", hash=opened["hash"], view=modal("Ready", external_id="env-1")
    )

    seen = ada.modal()
    assert seen is not None
    assert seen.title == "Ready"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        slack.views_update(view_id=opened["id"], hash=opened["hash"], view=modal("Stale"))
    ada.close_modal()
    with pytest.raises(SlackApiError, match="not_found"):
        slack.views_update(view_id=opened["id"], view=modal("Gone"))


def test_a_closed_modal_is_told_of_where_the_app_asked_for_it(
    bolt: App, slack: WebClient, ada: Visitor, commands: "queue.Queue[Body]"
) -> None:
    closed: list[Body] = []

    @bolt.view_closed("env")
    def gone(ack: Any, body: Body) -> None:
        ack()
        closed.append(body)

    ada.say("/rack env")
    view = modal("Env", callback_id="env", notify_on_close=True)
    slack.views_open(trigger_id=commands.get(timeout=5)["trigger_id"], view=view)
    ada.close_modal()

    assert closed[0]["is_cleared"] is False
    assert "trigger_id" not in closed[0]


def test_a_response_url_answers_five_times(ada: Visitor, commands: "queue.Queue[Body]") -> None:
    ada.say("/rack build")
    link = commands.get(timeout=5)["response_url"]
    answers = [httpx.post(link, json={"text": str(number)}) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert answers[-1].json()["error"] == "used_url"
    assert [message.plain_text for message in ada.ephemerals()] == ["0", "1", "2", "3", "4"]


def test_a_response_url_is_worth_nothing_after_half_an_hour(
    ada: Visitor, commands: "queue.Queue[Body]", workspace: RunningWorkspace
) -> None:
    ada.say("/rack build")
    link = commands.get(timeout=5)["response_url"]
    workspace.controls.expire_response_urls()

    assert httpx.post(link, json={"text": "late"}).json()["error"] == "expired_url"


def test_a_response_url_can_speak_to_the_channel_and_refuses_bad_blocks(
    ada: Visitor, visit: MakeVisitor, commands: "queue.Queue[Body]"
) -> None:
    ada.say("/rack build")
    link = commands.get(timeout=5)["response_url"]
    refused = httpx.post(link, json={"text": "x", "blocks": [{"type": "nope"}]})
    httpx.post(link, json={"text": "to all", "response_type": "in_channel"})

    assert refused.status_code == 400
    assert refused.json()["error"] == "invalid_blocks"
    assert visit("grace").messages()[-1].plain_text == "to all"


def test_a_click_can_delete_its_message_through_the_response_url(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor, commands: object
) -> None:
    links: list[str] = []

    @bolt.action("gone")
    def gone(ack: Any, body: Body) -> None:
        ack()
        links.append(body["response_url"])

    element = {
        "type": "button",
        "action_id": "gone",
        "text": {"type": "plain_text", "text": "Dismiss"},
    }
    blocks = [{"type": "actions", "elements": [element]}]
    slack.chat_postEphemeral(channel=deploys, user="U01ADA0001", text="x", blocks=blocks)
    ada.click(ada.ephemerals()[0], "Dismiss")
    httpx.post(links[0], json={"delete_original": True})

    assert ada.ephemerals() == ()


def test_menus_send_what_was_chosen(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor, commands: object
) -> None:
    seen: list[Body] = []

    @bolt.action("rack")
    @bolt.action("more")
    def chosen(ack: Any, action: Body) -> None:
        ack()
        seen.append(action)

    def option(name: str) -> Body:
        return {"text": {"type": "plain_text", "text": name.title()}, "value": name}

    options = [option("staging"), option("production")]
    elements = [
        {"type": "static_select", "action_id": "rack", "options": options},
        {"type": "overflow", "action_id": "more", "options": options},
    ]
    slack.chat_postMessage(
        channel=deploys, text="x", blocks=[{"type": "actions", "elements": elements}]
    )
    card = ada.messages()[-1]
    ada.click(card, "rack", value="Production")
    ada.click(card, "more", value="staging")

    assert [action["selected_option"]["value"] for action in seen] == ["production", "staging"]


def test_a_click_that_nobody_takes_tells_the_person(
    slack: WebClient, deploys: str, ada: Visitor, commands: object
) -> None:
    element = {"type": "button", "action_id": "no", "text": {"type": "plain_text", "text": "No"}}
    slack.chat_postMessage(
        channel=deploys, text="x", blocks=[{"type": "actions", "elements": [element]}]
    )
    with pytest.raises(NotAnswered, match="operation_timeout"):
        ada.click(ada.messages()[-1], "No")


def test_a_partner_can_click_but_not_command(
    slack: WebClient, deploys: str, visit: MakeVisitor, commands: "queue.Queue[Body]"
) -> None:
    robin = visit("robin")
    robin.say("/rack build")

    assert robin.ephemerals()[-1].plain_text == "/rack is not a valid command."
    assert commands.empty()
