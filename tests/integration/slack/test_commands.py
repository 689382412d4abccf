"""What is typed: a slash command, a mention in a thread, a direct message."""

import logging
import threading

import pytest

from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace
from commands.reply import Note, RackTag, Reply, Table, Text
from commands.request import Origin, Request, Standing
from tests.integration.slack.conftest import MakeVisitor, PostCard
from tests.integration.slack.scripted import ScriptedSide
from tests.integration.slack.waiting import whisper


def test_a_slash_command_is_answered_to_the_asker_alone(
    ada: Visitor, visit: MakeVisitor, script: ScriptedSide
) -> None:
    rack = RackTag(name="staging", color="green")
    table = Table(columns=("ID", "STATUS"), rows=(("RKJHGFDSAZX", "active"),))
    script.answers["releases"] = Reply(title="Releases of web", rack=rack, parts=(table,))

    ada.say("/rack releases --app web")

    answer = whisper(ada, "🟢 staging · Releases of web")
    assert "RKJHGFDSAZX" in answer.plain_text
    assert answer.raw["blocks"][-1]["type"] == "table"
    assert not [one for one in visit("grace").messages() if "RKJHGFDSAZX" in one.plain_text]
    asked = script.last
    assert asked.words == ("releases", "--app", "web")
    assert (asked.origin, asked.standing) == (Origin.SLASH, Standing.MEMBER)
    assert asked.actor.name == "ada"
    assert asked.channel_name == "deploys"


def test_typographic_quotes_and_dashes_are_understood(ada: Visitor, script: ScriptedSide) -> None:
    ada.say("/rack build web —ref “my branch”")

    whisper(ada, "You said")
    assert script.last.words == ("build", "web", "--ref", "my branch")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ('build "web', "a quote or backslash that is not closed"),
        ("🚀" * 10_000, "a command has at most 3,000"),
    ],
)
def test_what_is_no_command_line_gets_one_sentence(
    ada: Visitor, script: ScriptedSide, text: str, answer: str
) -> None:
    ada.say(f"/rack {text}")

    whisper(ada, answer)
    assert not script.requests


def test_slow_work_does_not_delay_the_acknowledgement(ada: Visitor, script: ScriptedSide) -> None:
    acknowledged = threading.Event()

    def slow(request: Request) -> Reply:
        assert acknowledged.wait(20)
        return Reply(parts=(Text(text="At last."),))

    script.answers["logs"] = slow
    for _ in range(40):  # more than there are threads for the work
        ada.say("/rack logs")  # fails where the acknowledgement took over three seconds
    assert not [one for one in ada.ephemerals() if "operation_timeout" in one.plain_text]
    acknowledged.set()
    ada.wait_for(lambda: sum("At last." in one.plain_text for one in ada.ephemerals()) == 40)


def test_what_breaks_is_logged_once_and_answered_with_its_reference(
    ada: Visitor, script: ScriptedSide, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(request: Request) -> Reply:
        raise ZeroDivisionError

    script.answers["status"] = broken
    with caplog.at_level(logging.ERROR):
        ada.say("/rack status")
        answer = whisper(ada, "Something broke on my side. Reference")
    (record,) = [one for one in caplog.records if one.exc_info]
    assert record.__dict__["reference"] in answer.plain_text
    assert len(record.__dict__["reference"]) == 8


def test_a_command_that_is_delivered_twice_is_answered_once(
    ada: Visitor, workspace: RunningWorkspace, script: ScriptedSide
) -> None:
    workspace.controls.duplicate("slash_commands")

    ada.say("/rack build web")
    whisper(ada, "You said")
    ada.say("/rack racks")
    whisper(ada, "racks")

    assert [request.words[0] for request in script.requests] == ["build", "racks"]
    assert sum("build web" in one.plain_text for one in ada.ephemerals()) == 1


def test_a_mention_is_answered_in_its_thread_for_all_to_see(
    ada: Visitor, visit: MakeVisitor, post_card: PostCard, script: ScriptedSide
) -> None:
    card = post_card()

    ada.say("@rackhand promote", thread_ts=card.ts)

    answer = visit("grace").wait_for_message("You said promote", thread_ts=card.ts)
    assert not answer.ephemeral
    assert script.last.words == ("promote",)
    assert script.last.subject == "PQWERTYUPAS"
    assert script.last.origin is Origin.MENTION


def test_a_mention_outside_a_thread_begins_one(ada: Visitor, script: ScriptedSide) -> None:
    ts = ada.say("@rackhand")

    ada.wait_for_message("You said", thread_ts=ts)
    assert script.last.words == ()


def test_a_direct_message_is_a_command_line(visit: MakeVisitor, script: ScriptedSide) -> None:
    grace = visit("grace", "@rackhand")

    grace.say("ps --app web")

    grace.wait_for_message("You said ps --app web")
    assert script.last.words == ("ps", "--app", "web")


@pytest.mark.parametrize(
    ("user", "standing"), [("pat", Standing.GUEST), ("robin", Standing.OUTSIDER)]
)
def test_standing_is_what_slack_says(
    visit: MakeVisitor, script: ScriptedSide, user: str, standing: Standing
) -> None:
    visitor = visit(user)

    visitor.say("@rackhand racks")

    visitor.wait_for(lambda: script.requests)
    assert script.last.standing is standing


def test_standing_is_unknown_where_slack_does_not_say_and_asked_again_later(
    ada: Visitor, workspace: RunningWorkspace, script: ScriptedSide
) -> None:
    workspace.controls.fault("users.info", "http_500")

    ada.say("/rack racks")
    whisper(ada, "racks")
    ada.say("/rack apps")
    whisper(ada, "apps")

    assert [one.standing for one in script.requests] == [Standing.UNKNOWN, Standing.MEMBER]
    assert {one.actor.user for one in script.requests} == {script.last.actor.user}


def test_an_answer_arrives_though_its_response_url_is_used_up(
    ada: Visitor, workspace: RunningWorkspace, script: ScriptedSide
) -> None:
    def late(request: Request) -> Reply:
        workspace.controls.expire_response_urls()
        return Reply(parts=(Text(text="Late."),))

    script.answers["logs"] = late
    ada.say("/rack logs")

    assert whisper(ada, "Late.").ephemeral


def test_an_answer_goes_to_direct_messages_where_the_channel_takes_none(
    ada: Visitor, visit: MakeVisitor, workspace: RunningWorkspace, script: ScriptedSide
) -> None:
    def late(request: Request) -> Reply:
        workspace.controls.expire_response_urls()
        workspace.controls.archive("deploys")
        return Reply(parts=(Text(text="Late."),))

    script.answers["logs"] = late
    ada.say("/rack logs")

    visit("ada", "@rackhand").wait_for_message("Late.")


def test_a_refused_table_is_told_as_aligned_text(
    ada: Visitor, workspace: RunningWorkspace, script: ScriptedSide
) -> None:
    table = Table(columns=("ID", "STATUS"), rows=(("RKJHGFDSAZX", "active"),))
    script.answers["releases"] = Reply(parts=(table,))
    workspace.controls.fault("chat.postMessage", "error", code="invalid_blocks")

    ts = ada.say("@rackhand releases")

    answer = ada.wait_for_message("RKJHGFDSAZX", thread_ts=ts)
    assert "ID           STATUS\nRKJHGFDSAZX  active" in answer.plain_text


def test_a_file_goes_into_the_thread_of_a_mention(ada: Visitor, script: ScriptedSide) -> None:
    script.answers["logs"] = Reply(parts=(Note(text="All of it."),), file=("web.log", "one\ntwo"))

    ts = ada.say("@rackhand logs")

    sent = ada.wait_for_message(lambda message: "web.log" in message.files, thread_ts=ts)
    assert ada.file_text(sent) == "one\ntwo"


def test_an_answer_too_long_for_a_message_comes_whole_as_a_file(
    ada: Visitor, visit: MakeVisitor, script: ScriptedSide
) -> None:
    rows = tuple((f"R{number:010}", "x" * 50) for number in range(300))
    script.answers["releases"] = Reply(parts=(Table(columns=("ID", "WHAT"), rows=rows),))

    ada.say("/rack releases")

    whisper(ada, "There is more than fits here.")
    direct = visit("ada", "@rackhand")
    sent = direct.wait_for_message(lambda message: "answer.txt" in message.files)
    assert direct.file_text(sent).count("\n") == 300
