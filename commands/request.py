"""One request, whichever way it came: a slash command, a click, a mention, a terminal line."""

from dataclasses import dataclass, field
from enum import StrEnum

from storage.records import Person


class Origin(StrEnum):
    """Where a request came in; each has its own way to answer."""

    SLASH = "slash"
    BUTTON = "button"
    MODAL = "modal"
    MENTION = "mention"
    SHORTCUT = "shortcut"
    TERMINAL = "terminal"


class Standing(StrEnum):
    """What Slack says of a person; policy decides what it allows."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    OUTSIDER = "outsider"  # a member of another workspace
    UNKNOWN = "unknown"  # Slack did not say: may look, not act


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked, in words of the command tree."""

    actor: Person
    standing: Standing
    origin: Origin
    words: tuple[str, ...]
    key: str  # the same click, delivered twice, has the same key
    channel: str | None = None  # Slack channel id
    channel_name: str | None = None  # without "#", where the payload tells it
    subject: str | None = None  # id of the build or promotion whose thread it was said in
    # K=V pairs of a modal or terminal: never stored or logged
    secret_words: tuple[str, ...] = field(default=(), repr=False)
