"""What people do reaches a real Bolt app over Socket Mode, and what it answers reaches people."""

import threading
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.workspace.client import NotAnswered, Refused, Visitor
from bot.workspace.running import RunningWorkspace
from tests.integration.workspace.conftest import MakeVisitor, connected_handler

pytestmark = pytest.mark.usefixtures("connected")

PROMOTE = {
    "type": "actions",
    "block_id": "next",
    "elements": [
        {
            "type": "button",
            "action_id": "promote",
            "value": "R1",
            "style": "primary",
            "text": {"type": "plain_text", "text": "Promote"},
            "confirm": {
                "title": {"type": "plain_text", "text": "Promote R1?"},
                "text": {"type": "mrkdwn", "text": "It takes *all* traffic."},
                "confirm": {"type": "plain_text", "text": "Promote"},
                "deny": {"type": "plain_text", "text": "Not now"},
            },
        }
    ],
}


def test_a_slash_command_arrives_with_every_field_that_slack_sends(bolt: App, ada: Visitor) -> None:
    seen: list[dict[str, Any]] = []

    @bolt.command("/rack")
    def rack(ack: Any, command: dict[str, Any], respond: Any) -> None:
        ack()
        seen.append(command)
        respond("Built *web*.")

    ada.say("/rack build web --ref <main>")
    answer = ada.wait_for(ada.ephemerals)[0]

    assert answer.plain_text == "Built web."
    assert answer.ephemeral
    command = seen[0]
    assert command["command"] == "/rack"
    assert command["text"] == "build web --ref &lt;main&gt;"
    assert command["channel_name"] == "deploys"
    assert command["user_name"] == "ada"
    assert {"response_url", "trigger_id", "team_id", "api_app_id"} <= set(command)


def test_an_answer_in_the_acknowledgement_is_shown_to_the_asker_only(
    bolt: App, ada: Visitor, visit: MakeVisitor
) -> None:
    bolt.command("/rack")(lambda ack: ack("On it."))

    ada.say("/rack help")

    assert [message.plain_text for message in ada.ephemerals()] == ["On it."]
    assert visit("grace").ephemerals() == ()


def test_a_command_nobody_takes_says_so_as_slack_does(ada: Visitor) -> None:
    with pytest.raises(NotAnswered, match="operation_timeout"):
        ada.time_command("/rack help")  # Bolt answers 404, which is no acknowledgement

    assert ada.ephemerals()[-1].plain_text == '/rack failed with the error "operation_timeout"'


def test_a_click_carries_the_message_its_state_and_a_trigger(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor
) -> None:
    seen: list[dict[str, Any]] = []

    @bolt.action("promote")
    def promote(ack: Any, body: dict[str, Any]) -> None:
        ack()
        seen.append(body)

    slack.chat_postMessage(channel=deploys, text="card", blocks=[PROMOTE])
    card = ada.messages()[-1]
    assert card.plain_text == "[Promote]"
    assert ada.click(card, "Promote", confirm=False).confirm is not None
    assert seen == []

    ada.click(card, "Promote")

    body = seen[0]
    assert body["actions"][0]["value"] == "R1"
    assert body["container"]["type"] == "message"
    assert body["message"]["ts"] == card.ts
    assert body["user"]["id"] == "U01ADA0001"


def test_a_click_in_an_attachment_names_the_attachment(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor
) -> None:
    seen: list[dict[str, Any]] = []

    @bolt.action("promote")
    def promote(ack: Any, body: dict[str, Any]) -> None:
        ack()
        seen.append(body)

    attachments = [{"color": "#2eb67d", "blocks": [PROMOTE]}]
    slack.chat_postMessage(channel=deploys, text="card", attachments=attachments)
    card = ada.messages()[-1]
    ada.click(card, "promote")

    assert card.plain_text == "card\n[Promote]"
    assert card.colors == ("#2eb67d",)
    assert seen[0]["container"]["type"] == "message_attachment"
    assert seen[0]["container"]["attachment_id"] == 1


def test_a_click_on_what_only_one_person_sees_carries_no_message(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor
) -> None:
    seen: list[dict[str, Any]] = []

    @bolt.action("promote")
    def promote(ack: Any, body: dict[str, Any], respond: Any) -> None:
        ack()
        seen.append(body)
        respond(text="Done.", replace_original=True)

    slack.chat_postEphemeral(channel=deploys, user="U01ADA0001", text="?", blocks=[PROMOTE])
    ada.click(ada.ephemerals()[-1], "Promote")
    ada.wait_for(lambda: ada.ephemerals()[-1].plain_text == "Done.")

    assert seen[0]["container"]["is_ephemeral"] is True
    assert "message" not in seen[0]


def test_a_button_that_is_gone_cannot_be_pressed(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = slack.chat_postMessage(channel=deploys, text="card", blocks=[PROMOTE])["ts"]
    card = ada.messages()[-1]
    slack.chat_update(channel=deploys, ts=str(ts), text="done", blocks=[])

    with pytest.raises(Refused, match="not there any more"):
        ada.click(card, "Promote")


def test_a_mention_in_a_thread_arrives_as_app_mention(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor
) -> None:
    @bolt.event("app_mention")
    def mentioned(event: dict[str, Any], say: Any) -> None:
        say(text=f"you said {event['text']}", thread_ts=event["thread_ts"])

    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    ada.say("@rackhand promote & watch", thread_ts=ts)
    reply = ada.wait_for_message("you said", thread_ts=ts)

    assert reply.plain_text == "you said @Rackhand promote & watch"
    assert ada.messages()[-1].reply_count == 2


def test_slash_commands_are_refused_in_threads(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    ada.say("/rack promote", thread_ts=ts)

    assert ada.thread(ts)[-1].plain_text == "/rack is not supported in threads. Sorry!"


def test_a_command_that_the_manifest_does_not_declare_is_not_a_command(ada: Visitor) -> None:
    ada.say("/rocket build")

    assert ada.ephemerals()[-1].plain_text == "/rocket is not a valid command."


def test_a_modal_opens_shows_errors_updates_and_closes(bolt: App, ada: Visitor) -> None:
    view = {
        "type": "modal",
        "callback_id": "env",
        "title": {"type": "plain_text", "text": "Environment"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "name",
                "label": {"type": "plain_text", "text": "Name"},
                "element": {"type": "plain_text_input", "action_id": "value"},
            }
        ],
    }

    @bolt.shortcut("status")
    def status(ack: Any, shortcut: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=shortcut["trigger_id"], view=view)

    @bolt.view("env")
    def saved(ack: Any, view: dict[str, Any]) -> None:
        value = view["state"]["values"]["name"]["value"]["value"]
        if value == "bad":
            ack(response_action="errors", errors={"name": "Not a name."})
        else:
            ack()

    ada.shortcut("status")
    modal = ada.wait_for(ada.modal)
    assert modal.title == "Environment"
    assert ada.submit({}) == {"name": "Please complete this required field."}
    assert ada.submit({"Name": "bad"}) == {"name": "Not a name."}
    assert ada.submit({"Name": "good"}) == {}
    assert ada.modal() is None


def test_a_message_shortcut_carries_its_message(
    bolt: App, slack: WebClient, deploys: str, ada: Visitor
) -> None:
    seen: list[dict[str, Any]] = []

    @bolt.shortcut("promote_this")
    def promote(ack: Any, shortcut: dict[str, Any]) -> None:
        ack()
        seen.append(shortcut)

    slack.chat_postMessage(channel=deploys, text="card")
    ada.shortcut("promote_this", ada.messages()[-1])

    assert seen[0]["type"] == "message_action"
    assert seen[0]["message"]["text"] == "card"
    with pytest.raises(Refused):
        ada.shortcut("not_declared", ada.messages()[-1])


def test_home_is_published_when_somebody_opens_it(bolt: App, ada: Visitor) -> None:
    @bolt.event("app_home_opened")
    def opened(event: dict[str, Any], client: WebClient) -> None:
        text = {"type": "plain_text", "text": f"Hello {event['user']}"}
        view = {"type": "home", "blocks": [{"type": "header", "text": text}]}
        client.views_publish(user_id=event["user"], view=view)

    ada.open_home()
    home = ada.wait_for(ada.home)

    assert home.plain_text == "Hello U01ADA0001"


def test_a_direct_message_arrives_as_a_message_event(bolt: App, ada: Visitor) -> None:
    @bolt.message("status")
    def status(say: Any) -> None:
        say("All well.")

    ada.say("status", channel="@rackhand")

    assert ada.wait_for_message("All well.", channel="@rackhand").from_app


def test_a_payload_goes_to_any_one_of_several_sockets(
    workspace: RunningWorkspace, bolt: App, ada: Visitor
) -> None:
    count = threading.Semaphore(0)

    @bolt.command("/rack")
    def rack(ack: Any) -> None:
        ack()
        count.release()

    with connected_handler(workspace, bolt):
        assert workspace.controls.socket_count() == 2
        for _ in range(6):
            ada.time_command("/rack help")
        assert [count.acquire(blocking=False) for _ in range(7)] == [True] * 6 + [False]
