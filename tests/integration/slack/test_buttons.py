"""What is pressed: buttons, dialogs, shortcuts, App Home."""

import logging
from dataclasses import replace

import pytest
from slack_sdk import WebClient

from bot.slack.dialogs import _DELIVERED_TWICE
from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace
from commands.reply import Actions, Button, Confirm, Facts, Reply, Text, Tone
from commands.request import Origin, Request
from tests.integration.slack.conftest import PRODUCTION, MakeVisitor, PostCard
from tests.integration.slack.scripted import ScriptedSide
from tests.integration.slack.waiting import home, modal, whisper

CANCEL = Button(
    label="Cancel",
    words=("cancel", "PQWERTYUPAS"),
    style="danger",
    confirm=Confirm(title="Cancel it?", text="The old release stays.", danger=True),
)
PROMOTE = Button(
    label="Promote to production…",
    words=("promote", "RKJHGFDSAZX", "--rack", "production"),
    style="primary",
    opens="confirm",
)
SET = Button(
    label="Set values…",
    words=("env", "set", "--app", "web", "--rack", "production"),
    opens="environment",
)
PREVIEW = Reply(
    title="Promote RKJHGFDSAZX?", rack=PRODUCTION, parts=(Facts(pairs=(("Live now", "R2"),)),)
)


def promoting(request: Request) -> Reply:
    if "--preview" in request.words:
        return PREVIEW
    return Reply(parts=(Text(text="Promoting.", tone=Tone.BUSY),), follow="P1")


def test_a_press_asks_first_and_then_runs_the_words_of_the_button(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    card = post_card(CANCEL)

    pressed = ada.click(card, "Cancel", confirm=False)
    assert pressed.confirm
    assert pressed.confirm.title == "Cancel it?"
    assert not script.requests
    ada.click(card, "Cancel")

    whisper(ada, "You said cancel PQWERTYUPAS")
    assert script.last.words == ("cancel", "PQWERTYUPAS")
    assert script.last.origin is Origin.BUTTON
    assert script.last.subject == "PQWERTYUPAS"


def test_of_what_only_began_the_card_tells_enough(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    script.answers["cancel"] = Reply(follow="PQWERTYUPAS")
    card = post_card(CANCEL)

    ada.click(card, "Cancel")
    ada.wait_for(lambda: script.requests)
    ada.say("/rack racks")
    whisper(ada, "racks")

    assert len(ada.ephemerals()) == 1


def test_a_press_that_is_delivered_twice_counts_once(
    ada: Visitor, workspace: RunningWorkspace, post_card: PostCard, script: ScriptedSide
) -> None:
    card = post_card(CANCEL)
    workspace.controls.duplicate("interactive")

    ada.click(card, "Cancel")
    whisper(ada, "You said cancel")
    ada.say("/rack racks")
    whisper(ada, "racks")

    assert [request.words[0] for request in script.requests] == ["cancel", "racks"]


def test_a_button_of_another_version_says_so(
    ada: Visitor, bot_client: WebClient, deploys: str
) -> None:
    text = {"type": "plain_text", "text": "Old"}
    button = {"type": "button", "action_id": "old", "value": "promote:1", "text": text}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = bot_client.chat_postMessage(channel=deploys, text="Old card", blocks=blocks)["ts"]
    card = ada.wait_for_message(lambda message: message.ts == ts)

    ada.click(card, "Old")

    whisper(ada, "That button is from another version of the bot.")


def test_a_dialog_shows_what_will_happen_and_does_it_once_agreed(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    script.answers["promote"] = promoting
    card = post_card(PROMOTE)

    ada.click(card, "Promote to production…")
    shown = modal(ada, "Promote RKJHGFDSAZX?")
    assert "🔴 production 🔒" in shown.plain_text
    assert shown.submit == "Promote to production"
    ada.submit()

    whisper(ada, "Promoting.")
    assert ada.modal() is None
    assert [request.words[4:] for request in script.requests] == [("--preview",), ("--yes",)]
    assert script.last.origin is Origin.MODAL
    assert script.last.subject == "PQWERTYUPAS"


CHANGED = "Nothing was done, for things have changed since you looked. RNEW is live now."
UNLOCK = Button(label="Unlock…", words=("unlock", "web", "--rack", "production"), opens="reason")


def changing_once(script: ScriptedSide) -> None:
    """Promote as long as it is agreed to what is so: the first look is outdated at once."""

    def answer(request: Request) -> Reply:
        if "--preview" in request.words:
            return replace(PREVIEW, seen="first")
        if request.words[-3:] == ("--seen", "second", "--yes"):
            return Reply(parts=(Text(text="Promoting.", tone=Tone.BUSY),), follow="P1")
        first = Text(text=CHANGED, tone=Tone.BAD)
        return replace(
            PREVIEW,
            parts=(first, *PREVIEW.parts),
            failed=True,
            seen="second",
            ask_again=PROMOTE.words,
        )

    script.answers["promote"] = answer


def test_a_dialog_that_is_outdated_is_drawn_anew_with_what_changed(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    changing_once(script)
    card = post_card(PROMOTE)
    ada.click(card, "Promote to production…")
    modal(ada, "Promote RKJHGFDSAZX?")
    ada.submit()

    shown = modal(ada, "RNEW is live now.")
    assert shown.submit == "Promote to production"
    assert not ada.ephemerals()
    ada.submit()
    whisper(ada, "Promoting.")
    agreed = [one.words[4:] for one in script.requests if "--yes" in one.words]
    assert agreed == [("--seen", "first", "--yes"), ("--seen", "second", "--yes")]


def test_where_slack_does_not_draw_the_dialog_anew_a_button_does(
    ada: Visitor, workspace: RunningWorkspace, post_card: PostCard, script: ScriptedSide
) -> None:
    changing_once(script)
    card = post_card(PROMOTE)
    ada.click(card, "Promote to production…")
    modal(ada, "Promote RKJHGFDSAZX?")
    workspace.controls.fault("views.open", "error", code="expired_trigger_id")
    ada.submit()

    told = whisper(ada, "RNEW is live now.")
    ada.click(told, "Promote to production…")
    assert modal(ada, "Promote RKJHGFDSAZX?").submit == "Promote to production"


def test_what_needs_a_reason_asks_for_it(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    card = post_card(UNLOCK)
    ada.click(card, "Unlock…")
    assert modal(ada, "Why?").submit == "Unlock"
    assert ada.submit({"values": "payments are back"}) == {}

    whisper(ada, "You said unlock web")
    assert script.last.words == (*UNLOCK.words, "--reason", "payments are back")
    assert script.last.origin is Origin.MODAL


def test_there_is_nothing_to_agree_to_where_the_preview_failed(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    gone = Reply(parts=(Text(text="There is no release RKJHGFDSAZX.", tone=Tone.BAD),), failed=True)
    script.answers["promote"] = gone
    card = post_card(PROMOTE)

    ada.click(card, "Promote to production…")

    assert modal(ada, "There is no release RKJHGFDSAZX.").submit is None


def test_a_dialog_that_is_sent_twice_acts_once(
    ada: Visitor, workspace: RunningWorkspace, post_card: PostCard, script: ScriptedSide
) -> None:
    script.answers["promote"] = promoting
    card = post_card(PROMOTE)
    ada.click(card, "Promote to production…")
    modal(ada, "Promote RKJHGFDSAZX?")
    workspace.controls.duplicate("interactive")

    ada.submit()
    whisper(ada, "Promoting.")
    ada.say("/rack racks")
    whisper(ada, "racks")

    assert sum("--yes" in request.words for request in script.requests) == 1
    assert sum("Promoting." in one.plain_text for one in ada.ephemerals()) == 1


def test_a_closed_dialog_is_left_closed(
    ada: Visitor, post_card: PostCard, script: ScriptedSide, caplog: pytest.LogCaptureFixture
) -> None:
    def closed_meanwhile(request: Request) -> Reply:
        ada.close_modal()
        return PREVIEW

    script.answers["promote"] = closed_meanwhile
    card = post_card(PROMOTE)
    with caplog.at_level(logging.INFO, "bot.slack"):
        ada.click(card, "Promote to production…")
        ada.wait_for(lambda: "dialog not changed" in caplog.messages)

    assert ada.modal() is None
    assert not ada.ephemerals()


def test_a_dialog_that_slack_does_not_fill_is_told(
    ada: Visitor, workspace: RunningWorkspace, post_card: PostCard, script: ScriptedSide
) -> None:
    script.answers["promote"] = promoting
    workspace.controls.fault("views.update", "http_500")
    card = post_card(PROMOTE)

    ada.click(card, "Promote to production…")

    whisper(ada, "Slack did not show what would happen, so nothing was done.")


def test_a_dialog_that_slack_does_not_open_is_told(
    ada: Visitor, workspace: RunningWorkspace, post_card: PostCard, script: ScriptedSide
) -> None:
    workspace.controls.fault("views.open", "error", code="expired_trigger_id")
    card = post_card(PROMOTE)

    ada.click(card, "Promote to production…")

    whisper(ada, "Slack did not open the dialog.")
    assert not script.requests


def test_a_dialog_asked_for_twice_by_one_press_opens_once_and_in_silence(
    ada: Visitor, workspace: RunningWorkspace, post_card: PostCard, script: ScriptedSide
) -> None:
    workspace.controls.fault("views.open", "error", code=_DELIVERED_TWICE)
    card = post_card(PROMOTE)

    ada.click(card, "Promote to production…")
    ada.say("/rack racks")
    whisper(ada, "racks")

    assert len(ada.ephemerals()) == 1


def test_environment_values_are_checked_line_by_line_and_stay_secret(
    ada: Visitor, post_card: PostCard, script: ScriptedSide, caplog: pytest.LogCaptureFixture
) -> None:
    card = post_card(SET)
    with caplog.at_level(logging.DEBUG):
        ada.click(card, "Set values…")
        assert "web on production" in modal(ada, "Sets variables of").plain_text
        assert ada.submit({"values": "A=1\nhunter2"}) == {
            "values": "Line 2 has no “=”. Write NAME=value."
        }
        assert ada.submit({"values": "A=hunter2\nB=x=y\n\n# note\n"}) == {}
        whisper(ada, "You said env set")

    assert script.last.words == SET.words
    assert script.last.secret_words == ("A=hunter2", "B=x=y")
    own = [one for one in caplog.records if one.name.startswith(("bot", "commands"))]
    assert "hunter2" not in repr(script.last)
    assert not [one for one in own if "hunter2" in one.getMessage()]


def test_a_shortcut_on_a_card_means_that_card(
    ada: Visitor, post_card: PostCard, script: ScriptedSide
) -> None:
    card = post_card()

    ada.shortcut("cancel_this", card)

    whisper(ada, "You said cancel")
    assert script.last.subject == "PQWERTYUPAS"
    assert script.last.origin is Origin.SHORTCUT


def test_a_shortcut_without_a_message_is_answered_in_a_dialog(
    ada: Visitor, script: ScriptedSide
) -> None:
    buttons = (Button(label="Cancel", words=("cancel", "B1")), PROMOTE)
    script.answers["status"] = Reply(title="Under way", parts=(Actions(buttons=buttons),))
    script.answers["promote"] = promoting

    ada.shortcut("status")
    ada.click(modal(ada, "Under way"), "Cancel")
    modal(ada, "You said cancel B1")

    ada.close_modal()
    ada.shortcut("status")
    ada.click(modal(ada, "Under way"), "Promote to production…")
    modal(ada, "Promote RKJHGFDSAZX?")
    ada.submit()
    ada.wait_for(lambda: "--yes" in script.last.words)


def test_home_is_drawn_for_whoever_opens_it_and_anew_after_a_press(
    visit: MakeVisitor, script: ScriptedSide
) -> None:
    grace = visit("grace")
    buttons = (Button(label="Switch to staging", words=("switch", "staging")),)
    script.home_answer = Reply(title="You are on production", parts=(Actions(buttons=buttons),))
    grace.open_home()
    shown = home(grace, "You are on production")
    script.home_answer = Reply(title="You are on staging")

    grace.click(shown, "Switch to staging")

    home(grace, "You are on staging")
    modal(grace, "You said switch staging")
    assert script.last.channel is None
    assert {person.name for person, _ in script.homes} == {"grace"}


def test_an_answer_to_a_press_in_home_goes_to_direct_messages_where_no_dialog_opens(
    visit: MakeVisitor, workspace: RunningWorkspace, script: ScriptedSide
) -> None:
    grace = visit("grace")
    buttons = (Button(label="Switch to staging", words=("switch", "staging")),)
    script.home_answer = Reply(title="Racks", parts=(Actions(buttons=buttons),))
    grace.open_home()
    workspace.controls.fault("views.open", "error", code="expired_trigger_id")

    grace.click(home(grace, "Racks"), "Switch to staging")

    visit("grace", "@rackhand").wait_for_message("You said switch staging")


def test_home_says_so_where_it_cannot_be_drawn(visit: MakeVisitor, script: ScriptedSide) -> None:
    script.home_answer = ZeroDivisionError()
    grace = visit("grace")

    grace.open_home()

    home(grace, "Something broke on my side. Reference")
