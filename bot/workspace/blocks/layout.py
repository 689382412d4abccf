"""Blocks, and which of them a message, a modal and a Home may hold."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bot.workspace.blocks.elements import Accessory, ImageElement, InActions, InInput
from bot.workspace.blocks.rich_text import RichTextBlock
from bot.workspace.blocks.text import (
    AnyText,
    AnyText2000,
    BlockId,
    Mrkdwn,
    Plain,
    Plain150,
    Plain2000,
    Strict,
    Url,
)


class Block(Strict):
    """What every block may carry."""

    block_id: BlockId | None = None


class Section(Block):
    """Text, fields, and one element beside them."""

    type: Literal["section"]
    text: AnyText | None = None
    fields: list[AnyText2000] | None = Field(default=None, min_length=1, max_length=10)
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Section":
        if self.text is None and self.fields is None:
            raise ValueError("must provide text or fields")
        return self


class ActionsBlock(Block):
    """Elements side by side."""

    type: Literal["actions"]
    elements: list[InActions] = Field(min_length=1, max_length=25)


class Context(Block):
    """Small print."""

    type: Literal["context"]
    elements: list[Annotated[Plain | Mrkdwn | ImageElement, Field(discriminator="type")]] = Field(
        min_length=1, max_length=10
    )


class Divider(Block):
    """A line."""

    type: Literal["divider"]


class Header(Block):
    """Large bold text."""

    type: Literal["header"]
    text: Plain150


class ImageBlock(Block):
    """A picture of its own."""

    type: Literal["image"]
    image_url: Url
    alt_text: str = Field(min_length=1, max_length=2000)
    title: Plain2000 | None = None


class Input(Block):
    """A labelled input."""

    type: Literal["input"]
    label: Plain2000
    element: InInput
    hint: Plain2000 | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None


class RawText(Strict):
    """A cell of plain text."""

    type: Literal["raw_text"]
    text: str = Field(min_length=1)


class RawNumber(Strict):
    """A cell with a number."""

    type: Literal["raw_number"]
    value: float | int
    text: str | None = None


class ColumnSettings(Strict):
    """How one column is set."""

    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


Cell = Annotated[RawText | RawNumber | RichTextBlock, Field(discriminator="type")]
Row = Annotated[list[Cell], Field(min_length=1, max_length=20)]


class Table(Block):
    """Rows of cells, the first being the head."""

    type: Literal["table"]
    rows: list[Row] = Field(min_length=1, max_length=100)
    column_settings: list[ColumnSettings | None] | None = Field(default=None, max_length=20)


class Markdown(Block):
    """Text in standard Markdown."""

    type: Literal["markdown"]
    text: str = Field(min_length=1, max_length=12_000)


_Everywhere = (
    Section | ActionsBlock | Context | Divider | Header | ImageBlock | Input | RichTextBlock
)
MessageBlock = Annotated[_Everywhere | Table | Markdown, Field(discriminator="type")]
ViewBlock = Annotated[_Everywhere, Field(discriminator="type")]
