"""The Web API, asked by the real SDK: it does what Slack does, and says no in Slack's words."""

from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import TableBlock

from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace, running_workspace
from bot.workspace.settings import WorkspaceSettings
from tests.integration.workspace.conftest import MANIFEST, MakeVisitor

ADA = "U01ADA0001"


def refusal(error: pytest.ExceptionInfo[SlackApiError]) -> tuple[str, list[str]]:
    answer: Any = error.value.response
    return answer["error"], answer.get("response_metadata", {}).get("messages", [])


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": {"type": "plain_text", "text": "Go"}, **more}


def test_the_bot_learns_who_it_is(slack: WebClient) -> None:
    who = slack.auth_test()

    assert (who["user"], who["bot_id"]) == ("rackhand", "B01RACKHAND")


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "not_authed"), ("xoxb-wrong", "invalid_auth"), ("xapp", "not_allowed_token_type")],
)
def test_a_call_needs_the_right_token(workspace: RunningWorkspace, token: str, code: str) -> None:
    sent = workspace.app_token if token == "xapp" else token
    headers = {"authorization": f"Bearer {sent}"} if sent else {}
    answer = httpx.post(f"{workspace.api_url}chat.postMessage", headers=headers, data={"x": "y"})

    assert answer.json() == {"ok": False, "error": code}


def test_an_unknown_method_is_named_unknown(slack: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        slack.api_call("chat.postMassage")

    assert refusal(error)[0] == "unknown_method"


def test_a_missing_scope_names_what_is_needed_and_what_was_granted() -> None:
    scopes = {"oauth_config": {"scopes": {"bot": ["chat:write"]}}}
    with running_workspace(WorkspaceSettings(manifest=MANIFEST | scopes)) as workspace:
        slack = WebClient(token=workspace.bot_token, base_url=workspace.api_url)
        with pytest.raises(SlackApiError) as error:
            slack.conversations_list()

    answer: Any = error.value.response
    assert (answer["error"], answer["needed"]) == ("missing_scope", "channels:read")
    assert answer["provided"] == "chat:write"


def test_a_post_carries_metadata_that_history_gives_back(slack: WebClient, deploys: str) -> None:
    metadata = {"event_type": "rackhand", "event_payload": {"operation": "P1"}}
    posted = slack.chat_postMessage(channel="#deploys", text="card", metadata=metadata)
    slack.chat_postMessage(channel=deploys, text="reply", thread_ts=str(posted["ts"]))

    plain = slack.conversations_history(channel=deploys)["messages"]
    full = slack.conversations_history(channel=deploys, include_all_metadata=True)["messages"]

    assert "metadata" not in plain[0]
    assert full[0]["metadata"] == metadata
    assert (full[0]["reply_count"], full[0]["text"]) == (1, "card")
    thread = slack.conversations_replies(channel=deploys, ts=str(posted["ts"]))["messages"]
    assert [message["text"] for message in thread] == ["card", "reply"]
    assert thread[1]["parent_user_id"] == "U01RACKHAND"


def test_form_and_json_arguments_mean_the_same(workspace: RunningWorkspace, deploys: str) -> None:
    headers = {"authorization": f"Bearer {workspace.bot_token}"}
    url = f"{workspace.api_url}chat.postMessage"
    form = httpx.post(
        url,
        headers=headers,
        data={"channel": deploys, "text": "a", "blocks": '[{"type":"divider"}]'},
    ).json()
    body = {"channel": deploys, "text": "a", "blocks": [{"type": "divider"}]}
    as_json = httpx.post(url, headers=headers, json=body).json()

    assert form["message"]["blocks"][0]["type"] == as_json["message"]["blocks"][0]["type"]
    broken = {"channel": deploys, "blocks": "[{"}
    refused = httpx.post(url, headers=headers, data=broken).json()
    assert refused["error"] == "invalid_blocks_format"


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (
            section("x" * 3001),
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ),
        (section(""), "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
        (section("x") | {"colour": "red"}, "invalid additional property: colour"),
        ({"type": "sektion"}, "unsupported type: sektion [json-pointer:/blocks/0/type]"),
        ({"type": "actions", "elements": []}, "no fewer than 1 items allowed"),
        ({"type": "actions", "elements": [button(value="x" * 2001)]}, "/elements/0/value]"),
        ({"type": "actions", "elements": [button(style="blue")]}, "must be a valid enum value"),
        ({"type": "actions", "elements": [button(action_id="a")] * 2}, "already exists"),
        (
            {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11},
            "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
        ),
        (
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11},
            "no more than 10 items allowed",
        ),
        (
            {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
            "must be a valid enum value [json-pointer:/blocks/0/text/type]",
        ),
        (
            {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101},
            "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
        ),
        (
            {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]},
            "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
        ),
        (
            {"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 10_001}]]},
            "must be less than 10001 characters",
        ),
    ],
)
def test_blocks_that_slack_refuses_are_refused_with_a_pointer(
    slack: WebClient, deploys: str, block: dict[str, Any], words: str
) -> None:
    with pytest.raises(SlackApiError) as error:
        slack.chat_postMessage(channel=deploys, text="x", blocks=[block])

    code, messages = refusal(error)
    assert code == "invalid_blocks"
    assert any(words in message for message in messages), messages


def test_faults_inside_an_attachment_point_into_it(slack: WebClient, deploys: str) -> None:
    attachments = [{"color": "#2eb67d", "blocks": [section("x" * 3001)]}]
    with pytest.raises(SlackApiError) as error:
        slack.chat_postMessage(channel=deploys, text="x", attachments=attachments)

    assert "[json-pointer:/attachments/0/blocks/0/text/text]" in refusal(error)[1][0]


def test_a_message_holds_one_table_only(slack: WebClient, deploys: str) -> None:
    table = TableBlock(rows=[[{"type": "raw_text", "text": "x"}]]).to_dict()
    with pytest.raises(SlackApiError) as error:
        slack.chat_postMessage(
            channel=deploys, text="x", blocks=[table], attachments=[{"blocks": [table]}]
        )

    assert refusal(error)[0] == "invalid_blocks"


def test_blocks_too_long_together_are_refused(slack: WebClient, deploys: str) -> None:
    with pytest.raises(SlackApiError) as error:
        slack.chat_postMessage(channel=deploys, text="x", blocks=[section("x" * 2900)] * 5)

    assert refusal(error)[0] == "msg_blocks_too_long"


def test_an_update_takes_blocks_away_and_marks_only_edited_text(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="a", blocks=[section("one")])["ts"])
    slack.chat_update(channel=deploys, ts=ts, text="b", blocks=[section("two")])
    first = ada.messages()[-1]
    slack.chat_update(channel=deploys, ts=ts, text="three")
    second = ada.messages()[-1]

    assert (first.plain_text, first.edited) == ("two", False)
    assert (second.plain_text, second.edited) == ("three", True)


def test_an_update_is_refused_where_slack_refuses_it(
    slack: WebClient, deploys: str, ada: Visitor, workspace: RunningWorkspace
) -> None:
    own = str(slack.chat_postMessage(channel=deploys, text="a")["ts"])
    others = ada.say("mine")
    cases = [
        ({"ts": own, "text": "x" * 4001}, "msg_too_long"),
        ({"ts": others, "text": "x"}, "cant_update_message"),
        ({"ts": "1.000001", "text": "x"}, "message_not_found"),
    ]
    for facts, code in cases:
        with pytest.raises(SlackApiError) as error:
            slack.api_call("chat.update", json={"channel": deploys} | facts)
        assert refusal(error)[0] == code
    workspace.controls.archive("deploys")
    with pytest.raises(SlackApiError) as error:
        slack.chat_update(channel=deploys, ts=own, text="x")
    assert refusal(error)[0] == "is_archived"


def test_posts_are_refused_where_slack_refuses_them(
    slack: WebClient, deploys: str, visit: MakeVisitor
) -> None:
    secret = visit("ada").make_channel("secret", private=True)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": secret, "text": "x"}, "channel_not_found"),
        ({"channel": "#random", "text": "x"}, "not_in_channel"),
        ({"channel": deploys, "text": ""}, "no_text"),
        ({"channel": deploys, "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": deploys, "text": "x", "metadata": {"a": 1}}, "invalid_metadata_format"),
    ]
    for facts, code in cases:
        with pytest.raises(SlackApiError) as error:
            slack.chat_postMessage(**facts)
        assert refusal(error)[0] == code


def test_a_missing_argument_is_named(slack: WebClient) -> None:
    with pytest.raises(SlackApiError) as error:
        slack.api_call("chat.update", json={"ts": "1.0", "text": "x"})

    code, messages = refusal(error)
    assert code == "invalid_arguments"
    assert messages == ["[ERROR] missing required field: channel"]


def test_a_deleted_card_with_replies_leaves_a_tombstone(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    alone = str(slack.chat_postMessage(channel=deploys, text="alone")["ts"])
    parent = str(slack.chat_postMessage(channel=deploys, text="parent")["ts"])
    slack.chat_postMessage(channel=deploys, text="reply", thread_ts=parent)
    slack.chat_delete(channel=deploys, ts=alone)
    slack.chat_delete(channel=deploys, ts=parent)

    assert [message.plain_text for message in ada.messages()] == ["This message was deleted."]
    with pytest.raises(SlackApiError) as error:
        slack.chat_postMessage(channel=deploys, text="x", thread_ts=parent)
    assert refusal(error)[0] == "cannot_reply_to_message"


def test_a_reply_to_a_card_that_is_gone_lands_in_the_channel_without_a_word(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    slack.chat_delete(channel=deploys, ts=ts)
    message = slack.chat_postMessage(channel=deploys, text="orphan", thread_ts=ts)["message"]

    assert "thread_ts" not in message
    assert [message.plain_text for message in ada.messages()] == ["orphan"]


def test_history_is_paged_without_loss_or_repeat(slack: WebClient, deploys: str) -> None:
    for number in range(7):
        slack.chat_postMessage(channel=deploys, text=str(number))

    pages = slack.conversations_history(channel=deploys, limit=3)
    texts = [message["text"] for page in pages for message in page["messages"]]

    assert texts == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_broadcast_reply_is_seen_in_the_channel_too(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    slack.chat_postMessage(channel=deploys, text="failed", thread_ts=ts, reply_broadcast=True)
    slack.chat_postMessage(channel=deploys, text="quiet", thread_ts=ts)

    assert [message.plain_text for message in ada.messages()] == ["card", "failed"]
    history = slack.conversations_history(channel=deploys)["messages"]
    assert history[0]["subtype"] == "thread_broadcast"


def test_a_guest_and_a_partner_are_told_apart(slack: WebClient) -> None:
    users: list[dict[str, Any]] = slack.users_list()["members"]
    by_name = {user["name"]: user for user in users}

    assert by_name["pat"]["is_restricted"] is True
    assert by_name["robin"]["is_stranger"] is True
    assert by_name["robin"]["team_id"] != by_name["ada"]["team_id"]
    assert slack.users_info(user=ADA)["user"]["real_name"] == "Ada Brandt"
    with pytest.raises(SlackApiError) as error:
        slack.users_info(user="U0NOBODY")
    assert refusal(error)[0] == "user_not_found"


def test_a_file_goes_up_in_three_steps_and_shows_in_the_thread(
    slack: WebClient, deploys: str, ada: Visitor
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    log = "\n".join(f"line {number}" for number in range(20))
    slack.files_upload_v2(
        channel=deploys, thread_ts=ts, filename="build.log", title="Log", content=log
    )
    reply = ada.thread(ts)[-1]

    assert reply.files == ("Log",)
    assert reply.plain_text == "[file Log]"
    assert ada.file_text(reply) == log


def test_joining_twice_warns_and_private_channels_cannot_be_joined(
    slack: WebClient, ada: Visitor
) -> None:
    random = ada.messages("random")
    channel = next(c["id"] for c in slack.conversations_list()["channels"] if c["name"] == "random")
    slack.conversations_join(channel=channel)
    again = slack.conversations_join(channel=channel)

    assert random == ()
    assert again["warning"] == "already_in_channel"
    assert slack.conversations_info(channel=channel)["channel"]["is_member"] is True


def test_a_permalink_leads_to_the_page(
    slack: WebClient, deploys: str, workspace: RunningWorkspace
) -> None:
    ts = str(slack.chat_postMessage(channel=deploys, text="card")["ts"])
    link = slack.chat_getPermalink(channel=deploys, message_ts=ts)["permalink"]

    assert str(link) == f"{workspace.url}archives/{deploys}/p{ts.replace('.', '')}"
    assert "<html" in httpx.get(str(link)).text


def test_a_home_with_an_old_hash_is_not_published(slack: WebClient) -> None:
    view: dict[str, Any] = {"type": "home", "blocks": [section("one")]}
    first = slack.views_publish(user_id=ADA, view=view)["view"]
    slack.views_publish(user_id=ADA, view=view, hash=first["hash"])

    with pytest.raises(SlackApiError) as error:
        slack.views_publish(user_id=ADA, view=view, hash=first["hash"])
    assert refusal(error)[0] == "hash_conflict"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": {"type": "plain_text", "text": "x" * 25}}, "[json-pointer:/view/title/text]"),
        ({"private_metadata": "x" * 3001}, "[json-pointer:/view/private_metadata]"),
        ({"blocks": [section("x")] * 101}, "no more than 100 items"),
        ({"submit": None}, "missing required field: submit"),
        ({"colour": "red"}, "invalid additional property: colour"),
    ],
)
def test_views_that_slack_refuses_are_refused(
    slack: WebClient, change: dict[str, Any], words: str
) -> None:
    label = {"type": "plain_text", "text": "Name"}
    typed = {"type": "plain_text_input", "action_id": "name"}
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "T"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [{"type": "input", "label": label, "element": typed}],
    }
    with pytest.raises(SlackApiError) as error:
        slack.views_open(trigger_id="1.2.3", view=view | change)

    code, messages = refusal(error)
    assert code == "invalid_arguments"
    assert any(words in message for message in messages), messages


def test_a_view_of_more_than_250_kilobytes_is_too_large(slack: WebClient) -> None:
    view = {"type": "home", "blocks": [section("x" * 3000)] * 90}
    with pytest.raises(SlackApiError) as error:
        slack.views_publish(user_id=ADA, view=view)

    assert refusal(error)[0] == "view_too_large"
