"""The surfaces that blocks are shown on: messages, attachments, modals and Homes."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.workspace.blocks.layout import Input, MessageBlock, ViewBlock
from bot.workspace.blocks.text import Plain24, Strict


class MessageBlocks(Strict):
    """The blocks of a message."""

    blocks: list[MessageBlock] = Field(max_length=50)


class Attachment(BaseModel):
    """A secondary part of a message: blocks beside a color bar, or the legacy fields."""

    model_config = ConfigDict(extra="forbid", strict=True)

    color: str | None = Field(
        default=None, pattern=r"^(#?[0-9a-fA-F]{6}|#?[0-9a-fA-F]{3}|good|warning|danger)$"
    )
    fallback: str | None = None
    blocks: list[MessageBlock] | None = Field(default=None, max_length=50)
    pretext: str | None = None
    text: str | None = None
    title: str | None = None
    title_link: str | None = None
    footer: str | None = None
    footer_icon: str | None = None
    author_name: str | None = None
    author_link: str | None = None
    author_icon: str | None = None
    image_url: str | None = None
    thumb_url: str | None = None
    ts: int | str | None = None
    fields: list[dict[str, Any]] | None = None
    mrkdwn_in: list[str] | None = None


class Attachments(Strict):
    """The attachments of a message."""

    attachments: list[Attachment] = Field(max_length=100)


class _View(Strict):
    callback_id: str | None = Field(default=None, max_length=255)
    private_metadata: str | None = Field(default=None, max_length=3000)
    external_id: str | None = Field(default=None, max_length=255)
    blocks: list[ViewBlock] = Field(max_length=100)


class Modal(_View):
    """A dialog."""

    type: Literal["modal"]
    title: Plain24
    submit: Plain24 | None = None
    close: Plain24 | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None
    submit_disabled: bool | None = None

    @model_validator(mode="after")
    def _inputs_can_be_sent(self) -> "Modal":
        if self.submit is None and any(isinstance(block, Input) for block in self.blocks):
            raise ValueError("missing required field: submit")
        return self


class HomeTab(_View):
    """What a person sees when they open the app."""

    type: Literal["home"]


class ModalCall(Strict):
    """The argument of a call that shows a modal, so that pointers begin with ``/view``."""

    view: Modal


class HomeCall(Strict):
    """The argument of a call that publishes a Home."""

    view: HomeTab
