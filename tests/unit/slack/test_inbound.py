"""Payloads, read into arrivals."""

from typing import Any

from bot.slack.buttons import Click, pack
from bot.slack.inbound import (
    is_from_a_person,
    of_command,
    of_direct_message,
    of_mention,
    of_press,
    of_shortcut,
)
from commands.request import Origin

USER = {"id": "U0ADA", "team_id": "T1", "name": "ada"}


def press(container: dict[str, Any], *, action_ts: str = "2.0", **more: Any) -> dict[str, Any]:
    action = {
        "action_id": "rack:0",
        "value": pack(Click(words=("cancel", "P1"))),
        "action_ts": action_ts,
        "text": {"type": "plain_text", "text": "Cancel"},
    }
    base = {"user": USER, "trigger_id": "t", "actions": [action], "container": container}
    return base | {"channel": {"id": "C1", "name": "deploys"}} | more


def test_a_press_on_a_card_is_answered_in_the_channel_and_belongs_to_the_card() -> None:
    found = of_press(press({"message_ts": "1.0", "thread_ts": "1.0", "channel_id": "C1"}))
    assert found
    assert (found.arrival.card_ts, found.arrival.thread_ts) == ("1.0", None)
    assert found.arrival.words == ("cancel", "P1")


def test_a_press_on_a_reply_is_answered_in_its_thread() -> None:
    found = of_press(press({"message_ts": "1.5", "thread_ts": "1.0", "channel_id": "C1"}))
    assert found
    assert (found.arrival.card_ts, found.arrival.thread_ts) == ("1.0", "1.0")


def test_the_same_press_has_one_key_and_another_press_another() -> None:
    first = of_press(press({"message_ts": "1.0"}))
    again = of_press(press({"message_ts": "1.0"}))
    later = of_press(press({"message_ts": "1.0"}, action_ts="3.0"))
    other = of_press(press({"message_ts": "1.1"}))
    assert first
    assert again
    assert later
    assert other
    assert first.arrival.key == again.arrival.key
    assert len({first.arrival.key, later.arrival.key, other.arrival.key}) == 3


def test_a_press_in_home_has_no_channel() -> None:
    body = press({"type": "view", "view_id": "V1"}, view={"id": "V1", "type": "home"})
    del body["channel"]
    found = of_press(body)
    assert found
    assert found.in_home
    assert (found.arrival.channel, found.arrival.card_ts) == (None, None)


def test_a_value_that_is_not_ours_is_no_press_of_ours() -> None:
    for value in ("", "promote", "[]", '{"w":1}', "1" * 50):
        body = press({"message_ts": "1.0"})
        body["actions"][0]["value"] = value
        assert of_press(body) is None


def test_a_hidden_channel_name_is_no_name() -> None:
    body = {"team_id": "T1", "user_id": "U1", "channel_id": "C1", "trigger_id": "t", "text": "x"}
    assert of_command(body | {"channel_name": "privategroup"}).channel_name is None
    assert of_command(body | {"channel_name": "web"}).channel_name == "web"


def test_a_mention_is_answered_in_its_thread_and_a_direct_message_where_it_stands() -> None:
    event = {"user": "U0ADA", "team": "T1", "text": "<@UBOT> ps", "ts": "1.0", "channel": "C1"}
    body = {"team_id": "T1", "event_id": "Ev1", "event": event}
    assert of_mention(body, "UBOT").thread_ts == "1.0"
    assert of_direct_message(body, "UBOT").thread_ts is None
    assert of_mention(body, "UBOT").key == "event:Ev1"
    assert of_mention(body, "UBOT").text == "ps"


def test_only_people_writing_something_new_are_answered() -> None:
    event = {"user": "U0ADA", "text": "ps"}
    assert is_from_a_person(event)
    assert is_from_a_person(event | {"subtype": "file_share"})
    assert not is_from_a_person(event | {"bot_id": "B1"})
    assert not is_from_a_person(event | {"edited": {"user": "U0ADA"}})
    assert not is_from_a_person({"subtype": "message_changed", "message": event})
    assert not is_from_a_person({"text": "ps"})


def test_a_shortcut_on_a_reply_belongs_to_the_card_above_it() -> None:
    body = {
        "user": USER,
        "trigger_id": "t",
        "callback_id": "show_log",
        "channel": {"id": "C1", "name": "deploys"},
        "message": {"ts": "1.5", "thread_ts": "1.0"},
    }
    found = of_shortcut(body)
    assert (found.card_ts, found.thread_ts) == ("1.0", "1.0")
    assert found.words == ("builds", "logs")
    assert found.origin is Origin.SHORTCUT
