"""What a command answers: data that Slack blocks, plain text and terminal tables are drawn from.

Text carries the marks of ``engine.marks`` and no others. Mentions of people go through ``Person``;
everything else is data to whoever draws it.
"""

from dataclasses import dataclass
from enum import StrEnum

from storage.records import Person


class Tone(StrEnum):
    """How a status is meant; each edge has its own sign and color for it."""

    GOOD = "good"
    BAD = "bad"
    BUSY = "busy"
    WAITING = "waiting"
    MUTED = "muted"


@dataclass(frozen=True, slots=True, kw_only=True)
class RackTag:
    """A rack as it is shown everywhere: its name and its color."""

    name: str
    color: str  # "green", "red", "blue", "yellow", "purple", "orange", "brown", "white", "black"
    protected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """A question before a click takes effect."""

    title: str  # at most 100 characters
    text: str  # at most 300
    ok: str = "Yes"
    cancel: str = "No"
    danger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A click that stands for a command line. *words* are what one would have typed."""

    label: str  # at most 75 characters
    words: tuple[str, ...]
    style: str | None = None  # "primary", "danger"
    confirm: Confirm | None = None
    opens: str | None = None  # name of a modal that is opened instead of running the words


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A paragraph."""

    text: str
    tone: Tone | None = None
    people: tuple[Person, ...] = ()  # "{0}" in the text is the first of these


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The title of what follows, where an answer has several sections. Carries no marks."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Names with values, such as what one release consists of."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A listing: aligned columns with a head. Cells carry no marks: they are shown as they are."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "Nothing yet."  # shown instead of a table without rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Preformatted lines: a log, an error."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """Buttons side by side."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Small print under the rest."""

    text: str
    people: tuple[Person, ...] = ()


Part = Text | Heading | Facts | Table | Code | Actions | Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. Only the asker sees it; cards and threads tell the channel."""

    title: str | None = None
    rack: RackTag | None = None
    parts: tuple[Part, ...] = ()
    follow: str | None = None  # id of the build, promotion or job that this began
    file: tuple[str, str] | None = None  # (name, text) too long for a message
    failed: bool = False  # a terminal exits non-zero
    seen: str | None = None  # a digest of what a preview shows: who agrees sends it back
    ask_again: tuple[str, ...] = ()  # words to be agreed to anew, after what this says


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """The card of a build, promotion or job, drawn from its present state."""

    subject: str
    title: str
    rack: RackTag | None  # None: it is about several
    tone: Tone
    parts: tuple[Part, ...]
