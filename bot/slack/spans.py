"""Marked text as Slack takes it: rich text, which Slack never searches for markup.

What a person or a repository wrote is data there, so no commit subject can mention a channel,
turn bold or open a link. ``mrkdwn`` is used only for small print, where Slack takes nothing else.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.shown import clean
from bot.slack.limits import CONTEXT_ELEMENTS, TEXT, Block, cut, length
from engine.marks import Kind, Span, read
from storage.records import Person

_MARKUP = re.compile(r"[*_~`>]|:[\w+-]+:")
ELSEWHERE = frozenset({"email", "github", "terminal", "workflow"})  # not teams of Slack
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_DATE_FORMAT = "{date_short_pretty} {time}"


def is_in_slack(person: Person) -> bool:
    """Whether Slack knows the person, so that they can be mentioned."""
    return person.team not in ELSEWHERE and _USER_ID.fullmatch(person.user) is not None


def name_of(person: Person) -> str:
    """Return the name to read where a mention is not possible."""
    return clean(person.name).strip() or clean(person.user).strip() or "somebody"


def moment_in_words(at: datetime) -> str:
    """Return a point in time for readers whose time zone is not known."""
    return f"{at:%d %b %H:%M} UTC"


def plain(spans: Iterable[Span]) -> str:
    """Return the text alone."""
    return "".join(_plain(span) for span in spans)


def escape(text: str) -> str:
    """Return *text* so that Slack sees no mention or link in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich(spans: Iterable[Span]) -> list[Block]:
    """Return the elements of a rich text section."""
    return [element for span in spans if (element := _rich(span))]


def shorten(spans: Sequence[Span], limit: int) -> tuple[Span, ...]:
    """Return the first of *spans*, at most *limit* letters, with "…" where they were cut."""
    kept: list[Span] = []
    left = limit
    for span in spans:
        taken = length(_plain(span))
        if taken > left:
            if span.text and left > 1:
                kept.append(replace(span, text=cut(span.text, left)))
            break
        kept.append(span)
        left -= taken
    return tuple(kept)


def small_print(text: str, people: Sequence[Person] = ()) -> list[Block]:
    """Return the elements of a context block.

    One ``mrkdwn`` text where nothing in it could be taken for markup; else each piece by itself,
    words as plain text.
    """
    spans = [span for span in read(clean(text), people) if _plain(span)]
    words = [span for span in spans if span.kind is Kind.WORDS]
    names = "".join(_plain(span) for span in spans if span.kind is Kind.PERSON)
    if not any(_MARKUP.search(text) for text in [*(span.text for span in words), names]):
        whole = "".join(_mrkdwn(span) for span in spans)
        if 0 < length(whole) <= TEXT and whole.strip():
            return [{"type": "mrkdwn", "text": whole, "verbatim": True}]
    elements = [_small(span) for span in spans if _plain(span).strip()]
    if len(elements) > CONTEXT_ELEMENTS or any(length(one["text"]) > TEXT for one in elements):
        return [_plain_text(cut(plain(spans), TEXT))]
    return elements


def _plain(span: Span) -> str:
    if span.person:
        return name_of(span.person)
    if span.moment:
        return moment_in_words(span.moment)
    return span.text


def _rich(span: Span) -> Block | None:
    style: Block = {"style": {"bold": True}} if span.bold else {}
    if span.person and is_in_slack(span.person):
        return {"type": "user", "user_id": span.person.user} | style
    if span.moment:
        return {
            "type": "date",
            "timestamp": int(span.moment.timestamp()),
            "format": _DATE_FORMAT,
            "fallback": moment_in_words(span.moment),
        }
    if span.url:
        return {"type": "link", "url": span.url, "text": clean(span.text)} | style
    if span.kind is Kind.CODE:
        style = {"style": {"bold": True, "code": True} if span.bold else {"code": True}}
    text = clean(_plain(span))
    return {"type": "text", "text": text} | style if text else None


def _mrkdwn(span: Span) -> str:
    if span.person and is_in_slack(span.person):
        return f"<@{span.person.user}>"
    if span.moment:
        stamp, words = int(span.moment.timestamp()), moment_in_words(span.moment)
        return f"<!date^{stamp}^{_DATE_FORMAT}|{words}>"
    if span.url:
        return f"<{escape(span.url)}|{escape(span.text.replace('|', ' '))}>"
    if span.kind is Kind.CODE:
        return f"`{escape(span.text.replace('`', chr(39)))}`"
    return f"*{escape(span.text)}*" if _can_be_bold(span) else escape(_plain(span))


def _can_be_bold(span: Span) -> bool:
    return span.bold and span.kind is Kind.WORDS and span.text == span.text.strip()


def _small(span: Span) -> Block:
    if span.kind is Kind.WORDS or (span.person and not is_in_slack(span.person)):
        return _plain_text(_plain(span))
    return {"type": "mrkdwn", "text": _mrkdwn(span), "verbatim": True}


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}
