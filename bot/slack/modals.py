"""The dialogs: those that ask before they act, or for values or a reason, and one that tells."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.slack.buttons import plain_text
from bot.slack.inbound import Arrival, Asker
from bot.slack.limits import METADATA, VIEW, VIEW_TITLE, Block
from bot.slack.render import view_blocks
from commands.reply import Note, Reply, Text
from commands.request import Origin

CONFIRM = "confirm"  # callback ids, and what a button's ``opens`` says
ENVIRONMENT = "environment"
REASON = "reason"
VALUES = "values"  # block and action of the input

_MOST_TYPED = 3_000
_LONGEST_REASON = 200


def waiting() -> Block:
    """Draw what is shown at once, while what will be shown is being found out."""
    return _modal("Rackhand", view_blocks(Reply(parts=(Text(text="One moment…"),))))


def confirm(arrival: Arrival, label: str, preview: Reply) -> Block:
    """Draw what the words of *arrival* would do, with a button that does it.

    A preview that failed has no such button: there is nothing to agree to.
    """
    if preview.failed:
        return result(preview)
    modal = _modal("Are you sure?", view_blocks(preview, replace(VIEW, rest="")))
    seen = ("--seen", preview.seen) if preview.seen else ()
    return modal | {
        "callback_id": CONFIRM,
        "private_metadata": pack(replace(arrival, words=(*arrival.words, *seen)), label),
        "submit": plain_text(label.rstrip("… ") or "Yes", VIEW_TITLE),
        "close": plain_text("No", VIEW_TITLE),
    }


def environment(arrival: Arrival) -> Block:
    """Draw the form for environment values."""
    words = dict(zip(arrival.words, arrival.words[1:], strict=False))
    app, rack = words.get("--app"), words.get("--rack")
    place = f"*{app}* on *{rack}*" if app and rack else "this app"
    note = "Values are sealed at once and never shown again. Quotes are kept as they are."
    about = Reply(parts=(Text(text=f"Sets variables of {place}."), Note(text=note)))
    form = _input("NAME=value, one a line", _MOST_TYPED, multiline=True)
    return _modal("Environment", [*view_blocks(about), form]) | {
        "callback_id": ENVIRONMENT,
        "private_metadata": pack(arrival),
        "submit": plain_text("Set", VIEW_TITLE),
        "close": plain_text("Cancel", VIEW_TITLE),
    }


def reason(arrival: Arrival, label: str) -> Block:
    """Draw the form that asks why, for words that need a ``--reason``."""
    note = Note(text="It is told in the threads that it is about.")
    form = _input("Why?", _LONGEST_REASON, multiline=False)
    return _modal("Say why", [*view_blocks(Reply(parts=(note,))), form]) | {
        "callback_id": REASON,
        "private_metadata": pack(arrival, label),
        "submit": plain_text(label.rstrip("… ") or "Yes", VIEW_TITLE),
        "close": plain_text("Cancel", VIEW_TITLE),
    }


def result(reply: Reply) -> Block:
    """Draw an answer as a dialog."""
    return _modal("Rackhand", view_blocks(reply))


def entered(view: Mapping[str, Any]) -> str:
    """Return the text that was entered into the form."""
    return str(view["state"]["values"][VALUES][VALUES].get("value") or "")


def of_submission(body: Mapping[str, Any]) -> Arrival:
    """Read a sent dialog: what it was opened for, by whom it was sent."""
    view, user = body["view"], body["user"]
    packed = json.loads(view["private_metadata"])
    team = user.get("team_id") or body["team"]["id"]
    return Arrival(
        origin=Origin.MODAL,
        asker=Asker(team=team, user=user["id"], name=user.get("name") or ""),
        key=f"view:{view['id']}:{view['hash']}",
        words=tuple(packed["words"]),
        channel=packed["channel"],
        channel_name=packed["channel_name"],
        card_ts=packed["card_ts"],
        thread_ts=packed["thread_ts"],
        trigger_id=body.get("trigger_id"),
    )


def label_of(body: Mapping[str, Any]) -> str:
    """Return what the button said that opened a sent dialog."""
    return str(json.loads(body["view"]["private_metadata"])["label"])


def _input(label: str, max_length: int, *, multiline: bool) -> Block:
    return {
        "type": "input",
        "block_id": VALUES,
        "label": plain_text(label, 2_000),
        "element": {
            "type": "plain_text_input",
            "action_id": VALUES,
            "multiline": multiline,
            "max_length": max_length,
            "focus_on_load": True,
        },
    }


def _modal(title: str, blocks: list[Block]) -> Block:
    return {
        "type": "modal",
        "title": plain_text(title, VIEW_TITLE),
        "close": plain_text("Close", VIEW_TITLE),
        "blocks": blocks,
    }


def pack(arrival: Arrival, label: str = "") -> str:
    """Return what a sent dialog must know; a button's words always fit beside the rest."""
    packed = json.dumps(
        {
            "words": arrival.words,
            "channel": arrival.channel,
            "channel_name": arrival.channel_name,
            "card_ts": arrival.card_ts,
            "thread_ts": arrival.thread_ts,
            "label": label,
        },
        separators=(",", ":"),
    )
    assert len(packed) <= METADATA, "a button's value is bounded far below this"
    return packed
