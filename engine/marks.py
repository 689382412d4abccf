"""The few marks that a text for people may carry, read the same way for every screen.

``*bold*``, ```code```, ``{0}`` for the first of the text's people, a link, and a moment that each
reader sees in their own time. What people or repositories wrote goes in through ``literal``, so
that it is shown as it is, whatever it contains.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from storage.records import Person

_ESCAPED = r"\\[\\*`{]"
_MARKS = re.compile(
    rf"(?P<escaped>{_ESCAPED})"
    rf"|`(?P<code>(?:{_ESCAPED}|[^`\n])+)`"
    rf"|(?<![\w*])\*(?P<bold>(?=\S)(?:{_ESCAPED}|[^*\n])+(?<=\S))\*(?![\w*])"
    r"|\{@(?P<moment>-?[0-9]{1,10})\}"
    r"|\{(?P<person>[0-9]{1,2})\}"
    r"|\{(?P<link>[^{}|\n]+\|https?://[^\s{}|]+)\}"
)


class Kind(StrEnum):
    """What a piece of text is, beside being bold or not."""

    WORDS = "words"
    CODE = "code"
    PERSON = "person"
    MOMENT = "moment"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of text of one kind."""

    kind: Kind = Kind.WORDS
    text: str = ""  # words and code, and what a link says
    bold: bool = False
    person: Person | None = None
    moment: datetime | None = None
    url: str | None = None


def literal(text: str) -> str:
    """Return *text* so that it is shown letter by letter where marks would be read."""
    return re.sub(r"[\\*`{]", r"\\\g<0>", text)


def link(label: str, url: str | None) -> str:
    """Return the mark for a link; the label alone for a *url* that is none of the web's."""
    shown = re.sub(r"[{}|\s]+", " ", label).strip() or "link"
    if url is None or not re.fullmatch(r"https?://[^\s{}|]+", url):
        return literal(shown)
    return f"{{{shown}|{url}}}"


def moment(at: datetime) -> str:
    """Return the mark for a point in time; Slack shows it in the reader's own time zone."""
    return f"{{@{int(at.timestamp())}}}"


def read(text: str, people: Sequence[Person] = ()) -> tuple[Span, ...]:
    """Take *text* apart. A mark that is not whole, or of nobody, stays as it was written."""
    spans: list[Span] = []
    for span in _pieces(text, people, bold=False):
        last = spans[-1] if spans else None
        if last and last.kind is span.kind is Kind.WORDS and last.bold == span.bold:
            spans[-1] = Span(text=last.text + span.text, bold=span.bold)
        else:
            spans.append(span)
    return tuple(spans)


def _pieces(text: str, people: Sequence[Person], *, bold: bool) -> Iterator[Span]:
    start = 0
    for found in _MARKS.finditer(text):
        if found.start() > start:
            yield Span(text=text[start : found.start()], bold=bold)
        yield from _marked(found, people, bold=bold)
        start = found.end()
    if start < len(text):
        yield Span(text=text[start:], bold=bold)


def _marked(found: re.Match[str], people: Sequence[Person], *, bold: bool) -> Iterator[Span]:
    group, content = str(found.lastgroup), found[str(found.lastgroup)]
    match group:
        case "escaped":
            yield Span(text=content[1:], bold=bold)
        case "code":
            yield Span(kind=Kind.CODE, text=re.sub(_ESCAPED, lambda one: one[0][1:], content))
        case "bold":
            yield from _pieces(content, people, bold=True)
        case "moment":
            at = datetime.fromtimestamp(int(content), UTC)
            yield Span(kind=Kind.MOMENT, moment=at, bold=bold)
        case "link":
            label, url = content.split("|", 1)
            yield Span(kind=Kind.LINK, text=label, url=url, bold=bold)
        case "person" if int(content) < len(people):
            yield Span(kind=Kind.PERSON, person=people[int(content)], bold=bold)
        case _:
            yield Span(text=found[0], bold=bold)
