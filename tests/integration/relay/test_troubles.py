"""Slack refuses, stalls, loses answers or goes away: nothing is lost and nothing told twice."""

import time

import pytest

from bot.workspace.faults import FaultKind
from tests.integration.relay.office import Office

NAMES = ("one", "two", "three")


@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "http_500", "error", "ratelimited"])
def test_a_call_that_goes_wrong_is_made_good_once(
    office: Office, method: str, kind: FaultKind
) -> None:
    office.controls.fault(method, kind, times=2)
    build = office.build()
    office.tell(build, *NAMES)
    office.tick(8)
    office.progress(build, "step two")
    office.drain()

    (card,) = office.cards(build)
    assert "step two" in card.plain_text
    assert office.thread(build) == list(NAMES)


def test_a_milestone_whose_answer_was_lost_is_found_and_not_repeated(office: Office) -> None:
    build = office.build()
    office.drain()
    office.controls.fault("chat.postMessage", "drop_after")
    office.tell(build, *NAMES)
    office.drain()

    assert office.thread(build) == list(NAMES)
    assert office.poster.count("chat.postMessage") == 1 + len(NAMES)
    assert office.poster.count("conversations.replies") == 1


def test_a_card_whose_answer_was_lost_is_found_and_not_repeated(office: Office) -> None:
    office.controls.fault("chat.postMessage", "drop_after")
    build = office.build()
    office.drain()

    assert len(office.cards(build)) == 1
    assert office.poster.count("chat.postMessage") == 1


def test_a_file_whose_answer_was_lost_is_found_and_not_repeated(office: Office) -> None:
    build = office.build()
    office.drain()
    office.controls.fault("files.completeUploadExternal", "drop_after")
    office.keep_log(build, "the log")
    office.drain()

    card = office.card(build)
    (message,) = office.ada.thread(card.ts, card.channel)[1:]
    assert message.files


def test_a_wait_that_slack_asks_for_is_kept_and_holds_back_only_its_channel(
    office: Office,
) -> None:
    here, elsewhere = office.build(channel="#deploys"), office.build(channel="#web")
    office.drain()
    office.controls.fault("chat.postMessage", "ratelimited", seconds=20)
    asked_at = office.scene.clock.now()
    office.tell(here, *NAMES)
    office.tell(elsewhere, *NAMES)
    while (office.scene.clock.now() - asked_at).total_seconds() < 20:
        office.tick(seconds=1)
        assert office.thread(here) == []

    assert office.thread(elsewhere) == list(NAMES)

    office.drain()

    assert office.thread(here) == list(NAMES)
    assert office.poster.count("conversations.replies") == 0


def test_a_wait_for_edits_does_not_hold_back_posts(office: Office) -> None:
    build = office.build()
    office.drain()
    office.scene.clock.pass_time(5)
    office.controls.fault("chat.update", "ratelimited", seconds=30)
    office.progress(build, "step two")
    office.tick()
    office.tell(build, *NAMES)
    office.tick(20)

    assert office.thread(build) == list(NAMES)
    assert "step two" not in office.card_text(build)

    office.drain()

    assert "step two" in office.card_text(build)


def test_slack_may_be_away_for_a_while(office: Office) -> None:
    build = office.build()
    office.drain()
    office.controls.down(600)
    office.tell(build, *NAMES)
    other = office.build()
    office.progress(build, "step two")
    office.tick(30, seconds=1)

    given_up = [row.key for row in office.scene.outgoing(build) if "gave up" in str(row.outcome)]
    assert given_up == []

    office.controls.clear_faults()
    office.drain()

    assert office.thread(build) == list(NAMES)
    assert "step two" in office.card_text(build)
    assert len(office.cards(other)) == 1


def test_an_address_where_nobody_listens_loses_nothing(office: Office) -> None:
    build = office.build()
    office.tell(build, *NAMES)
    answering = office.poster._client.base_url
    office.poster._client.base_url = "http://127.0.0.1:9/api/"
    office.tick(20, seconds=1)
    office.poster._client.base_url = answering
    office.drain()

    assert len(office.cards(build)) == 1
    assert office.thread(build) == list(NAMES)
    assert office.poster.count("conversations.replies") == 0, "surely not sent, yet looked for"


def test_a_token_that_slack_refuses_loses_nothing(office: Office) -> None:
    build = office.build()
    office.tell(build, *NAMES)
    good = office.poster._client.token
    office.poster._client.token = "xoxb-revoked"
    office.tick(20, seconds=1)
    office.poster._client.token = good
    office.drain()

    assert office.thread(build) == list(NAMES)


def test_a_dead_slack_is_not_asked_for_each_thing_that_waits(office: Office) -> None:
    for _ in range(10):
        office.build()
    office.controls.down(600)
    office.relay.tick()

    assert office.poster.count("chat.postMessage") == 2


def test_a_drawing_that_slack_refuses_is_told_as_plain_text(office: Office) -> None:
    build = office.build()
    office.drain()
    office.controls.fault("chat.postMessage", "error", code="invalid_blocks")
    office.tell(build, "plain enough")
    office.drain()

    assert office.thread(build) == ["plain enough"]


def test_what_slack_refuses_for_good_is_given_up_and_blocks_nothing(office: Office) -> None:
    build = office.build()
    office.drain()
    office.controls.fault("chat.postMessage", "error", code="no_permission")
    office.tell(build, "refused", "taken")
    office.drain()

    assert office.thread(build) == ["taken"]
    assert office.row(f"{build}:refused").outcome == "gave up: no_permission"


def test_slack_being_slow_delays_but_doubles_nothing(office: Office) -> None:
    build = office.build()
    office.controls.fault("chat.postMessage", "delay", seconds=0.3, times=4)
    office.tell(build, *NAMES)
    office.drain()

    assert office.thread(build) == list(NAMES)


def test_a_post_that_arrives_after_its_caller_gave_up_waiting_is_told_once(office: Office) -> None:
    build = office.build()
    office.drain()
    office.poster._client.timeout = 1
    office.controls.fault("chat.postMessage", "delay", seconds=1.3)
    office.tell(build, *NAMES)
    office.tick()
    time.sleep(0.6)  # the post arrives now
    office.drain()

    assert office.thread(build) == list(NAMES)
