"""What people typed, as the words of a command line: split as a shell would, but forgiving.

Phones and macOS turn quotes and dashes into typographic ones, and Slack wraps links, people and
channels in angle brackets; all of that is undone.
"""

import re
import shlex

from bot.shown import clean
from bot.slack.limits import COMMAND
from engine.errors import UserError

_REFERENCE = re.compile(r"<(?P<to>[^<>|\s]+)(?:\|(?P<label>[^<>]*))?>")
_DOUBLE_QUOTES = re.compile("[“”„‟«»＂]")
_SINGLE_QUOTES = re.compile("[‘‚‛＇]|(?<![\\w])’|’(?![\\w])")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_DASHES = re.compile(r"(?<!\S)(?=[-–—―−]*[–—―−])[-–—―−]+(?=\w)(?P<rest>\S*)")


def words_of(text: str) -> tuple[str, ...]:
    """Split *text* into words. Raises ``UserError`` for an open quote or far too much of it."""
    if len(text) > COMMAND:
        raise UserError(
            f"That is {len(text):,} characters; a command has at most {COMMAND:,}.",
            remedy="`/rack help` shows what can be typed.",
        )
    plain = _straight(_unwrapped(text))
    try:
        return tuple(shlex.split(plain))
    except ValueError as error:
        raise UserError(
            "That command has a quote or backslash that is not closed.",
            remedy="Close it, or leave it out: quotes are only needed around spaces.",
        ) from error


def without_mention(text: str, bot_user: str) -> str:
    """Take the mention of the bot out of *text*, and a "/rack" typed out of habit."""
    bare = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text).strip()
    return re.sub(r"^/rack\b", "", bare).strip()


def _unwrapped(text: str) -> str:
    """Undo Slack's wrapping: ``<https://x>``, ``<#C1|web>``, ``<@U1|ada>``, ``&lt;``."""
    plain = _REFERENCE.sub(_what_was_typed, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _what_was_typed(found: re.Match[str]) -> str:
    to, label = found["to"], found["label"] or ""
    match to[0]:
        case "@":
            return to
        case "#":
            return f"#{label}" if label else to[1:]
        case "!":
            return label or f"@{to[1:]}"
        case _ if to.endswith(label):  # typed without "https://" or "mailto:", which Slack added
            return label or to
        case _:
            return to


def _straight(text: str) -> str:
    text = _INVISIBLE.sub("", _SPACES.sub(" ", clean(text)))
    text = _SINGLE_QUOTES.sub("'", _DOUBLE_QUOTES.sub('"', text))
    return _DASHES.sub(_straight_dash, text)


def _straight_dash(found: re.Match[str]) -> str:
    rest = found["rest"]
    return f"{'-' if len(rest) == 1 else '--'}{rest}"
