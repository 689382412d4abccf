"""Rich text, as Slack's own composer writes it."""

from typing import Annotated, Literal

from pydantic import Field

from bot.workspace.blocks.text import BlockId, Strict, Url


class TextStyle(Strict):
    """How a run of text looks."""

    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    code: bool | None = None
    underline: bool | None = None
    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class RichRun(Strict):
    """A run of text."""

    type: Literal["text"]
    text: str = Field(min_length=1)
    style: TextStyle | None = None


class RichLink(Strict):
    """A link."""

    type: Literal["link"]
    url: Url
    text: str | None = None
    unsafe: bool | None = None
    style: TextStyle | None = None


class RichUser(Strict):
    """A mention of a person."""

    type: Literal["user"]
    user_id: str
    style: TextStyle | None = None


class RichChannel(Strict):
    """A mention of a channel."""

    type: Literal["channel"]
    channel_id: str
    style: TextStyle | None = None


class RichEmoji(Strict):
    """An emoji by name."""

    type: Literal["emoji"]
    name: str
    unicode: str | None = None
    style: TextStyle | None = None


class RichDate(Strict):
    """A moment, told in the reader's own time."""

    type: Literal["date"]
    timestamp: int
    format: str
    fallback: str | None = None
    url: Url | None = None


class RichBroadcast(Strict):
    """A mention of everybody."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]


Run = Annotated[
    RichRun | RichLink | RichUser | RichChannel | RichEmoji | RichDate | RichBroadcast,
    Field(discriminator="type"),
]


class RichSection(Strict):
    """A paragraph."""

    type: Literal["rich_text_section"]
    elements: list[Run]


class RichPreformatted(Strict):
    """A block of code."""

    type: Literal["rich_text_preformatted"]
    elements: list[Run]
    border: int | None = None
    language: str | None = None


class RichQuote(Strict):
    """A quotation."""

    type: Literal["rich_text_quote"]
    elements: list[Run]
    border: int | None = None


class RichList(Strict):
    """A list, with bullets or numbers."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[RichSection]
    indent: int | None = Field(default=None, ge=0, le=8)
    offset: int | None = None
    border: int | None = None


class RichTextBlock(Strict):
    """The block, which is also a cell of a table."""

    type: Literal["rich_text"]
    elements: list[
        Annotated[
            RichSection | RichPreformatted | RichQuote | RichList, Field(discriminator="type")
        ]
    ]
    block_id: BlockId | None = None
