"""Buttons: a click carries the words of a command, whatever happened to the bot meanwhile."""

import json
from dataclasses import dataclass

from bot.shown import clean
from bot.slack.limits import (
    CONFIRM_BUTTON,
    CONFIRM_TEXT,
    CONFIRM_TITLE,
    LABEL,
    VALUE,
    Block,
    cut,
    length,
)
from commands.reply import Button, Confirm

ACTION = "rack:"  # what the action ids of our buttons begin with


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What a button stands for, read back from its value."""

    words: tuple[str, ...]
    opens: str | None = None


def button(drawn: Button, number: int) -> Block | None:
    """Return the element, or None where its words are longer than Slack carries.

    *number* makes its action id unique on the surface.
    """
    value = pack(Click(words=drawn.words, opens=drawn.opens))
    if length(value) > VALUE:
        return None
    element: Block = {
        "type": "button",
        "action_id": f"{ACTION}{number}",
        "text": plain_text(drawn.label, LABEL),
        "value": value,
    }
    if drawn.style in {"primary", "danger"}:
        element["style"] = drawn.style
    if drawn.confirm:
        element["confirm"] = _confirm(drawn.confirm)
    return element


def pack(click: Click) -> str:
    """Return the value of a button."""
    packed = {"w": click.words} | ({"o": click.opens} if click.opens else {})
    return json.dumps(packed, separators=(",", ":"))


def unpack(value: str) -> Click | None:
    """Read the value of a button; None for one that some other version of the bot made."""
    try:
        packed = json.loads(value)
    except ValueError:
        return None
    if not isinstance(packed, dict) or not isinstance(packed.get("w"), list):
        return None
    words = tuple(word for word in packed["w"] if isinstance(word, str))
    opens = packed.get("o")
    return Click(words=words, opens=opens if isinstance(opens, str) else None)


def plain_text(text: str, limit: int) -> Block:
    """Return a text object that shows *text* letter by letter, never empty."""
    return {"type": "plain_text", "text": cut(clean(text), limit).strip() or "…", "emoji": False}


def _confirm(confirm: Confirm) -> Block:
    return {
        "title": plain_text(confirm.title, CONFIRM_TITLE),
        "text": plain_text(confirm.text, CONFIRM_TEXT),
        "confirm": plain_text(confirm.ok, CONFIRM_BUTTON),
        "deny": plain_text(confirm.cancel, CONFIRM_BUTTON),
        "style": "danger" if confirm.danger else "primary",
    }
