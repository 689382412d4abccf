"""What Slack refuses to show, and how text is made to fit it."""

from dataclasses import dataclass
from typing import Any

from bot.shown import clean

Block = dict[str, Any]

TEXT = 3_000  # one section, one code block
FALLBACK = 3_500  # text beside blocks; chat.update takes 4,000
TABLE_ROWS = 100
TABLE_COLUMNS = 20
TABLE_CHARACTERS = 10_000
HEADER = 150
BUTTONS = 25  # in one block
LABEL = 75
VALUE = 2_000
CONFIRM_TITLE = 100
CONFIRM_TEXT = 300
CONFIRM_BUTTON = 30
CONTEXT_ELEMENTS = 10
VIEW_TITLE = 24
METADATA = 3_000
COMMAND = 3_000  # ours: longer than any command that a person means


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """A place that blocks are shown on, and how much it takes."""

    blocks: int
    characters: int  # of all text together; Slack's own limits lie somewhat higher
    size: int = 200_000  # bytes of all blocks as JSON; a view has 250 kB
    tables: bool = False  # takes one table block
    headers: bool = False  # has room for large headings, each under a line
    rest: str  # where to find what did not fit


MESSAGE = Surface(
    blocks=49, characters=12_000, tables=True, rest="The whole answer comes as a file."
)
CARD = Surface(blocks=48, characters=11_000, rest="`/rack builds logs` shows all of a log.")
HOME = Surface(
    blocks=99, characters=15_000, headers=True, rest="`/rack status` in a channel shows more."
)
VIEW = Surface(blocks=99, characters=15_000, rest="The same command in a channel shows all of it.")


def length(text: str) -> int:
    """Count as the strictest reader does: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int, end: str = "…") -> str:
    """Return *text* if it fits *limit*, else its beginning with *end*."""
    if length(text) <= limit:
        return text
    room = max(0, limit - length(end))
    units = clean(text).encode("utf-16-le")[: room * 2]
    return units.decode("utf-16-le", "ignore") + end


def last_lines(text: str, limit: int) -> tuple[str, int]:
    """Return the last lines that fit *limit* characters, and how many lines were left out."""
    lines = text.split("\n")
    kept: list[str] = []
    left = limit
    for line in reversed(lines):
        left -= length(line) + 1
        if left < 0:
            break
        kept.append(line)
    if not kept:
        return cut(lines[-1], limit), len(lines) - 1
    return "\n".join(reversed(kept)), len(lines) - len(kept)
