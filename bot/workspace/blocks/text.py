"""Text and the small objects that elements are made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator


class Strict(BaseModel):
    """Base of every model here: unknown fields are refused and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Plain(Strict):
    """A ``plain_text`` object; where it may stand, ``mrkdwn`` may not."""

    type: Literal["plain_text"]
    text: str = Field(min_length=1, max_length=3000)
    emoji: bool | None = None


class Mrkdwn(Strict):
    """A ``mrkdwn`` object."""

    type: Literal["mrkdwn"]
    text: str = Field(min_length=1, max_length=3000)
    verbatim: bool | None = None


class Plain24(Plain):
    """Titles and buttons of a view."""

    text: str = Field(min_length=1, max_length=24)


class Plain30(Plain):
    """Buttons of a confirm dialog."""

    text: str = Field(min_length=1, max_length=30)


class Plain75(Plain):
    """Labels of buttons and options."""

    text: str = Field(min_length=1, max_length=75)


class Plain100(Plain):
    """Titles of confirm dialogs."""

    text: str = Field(min_length=1, max_length=100)


class Plain150(Plain):
    """Headers and placeholders."""

    text: str = Field(min_length=1, max_length=150)


class Plain300(Plain):
    """Text of confirm dialogs."""

    text: str = Field(min_length=1, max_length=300)


class Plain2000(Plain):
    """Labels, hints, fields and image titles."""

    text: str = Field(min_length=1, max_length=2000)


class Mrkdwn75(Mrkdwn):
    """Labels of checkboxes and radio buttons."""

    text: str = Field(min_length=1, max_length=75)


class Mrkdwn300(Mrkdwn):
    """Text of confirm dialogs."""

    text: str = Field(min_length=1, max_length=300)


class Mrkdwn2000(Mrkdwn):
    """Fields of a section."""

    text: str = Field(min_length=1, max_length=2000)


AnyText = Annotated[Plain | Mrkdwn, Field(discriminator="type")]
AnyText75 = Annotated[Plain75 | Mrkdwn75, Field(discriminator="type")]
AnyText300 = Annotated[Plain300 | Mrkdwn300, Field(discriminator="type")]
AnyText2000 = Annotated[Plain2000 | Mrkdwn2000, Field(discriminator="type")]

ActionId = Annotated[str, StringConstraints(min_length=1, max_length=255)]
BlockId = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Url = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9+.-]*:\S+$", max_length=3000)]
Style = Literal["primary", "danger"]


class Confirm(Strict):
    """A question before a click takes effect."""

    title: Plain100
    text: AnyText300
    confirm: Plain30
    deny: Plain30
    style: Style | None = None


class Option(Strict):
    """One choice of a select or overflow menu."""

    text: Plain75
    value: str = Field(min_length=1, max_length=150)
    description: Plain75 | None = None
    url: Url | None = None


class RichOption(Strict):
    """One checkbox or radio button, whose label may be ``mrkdwn``."""

    text: AnyText75
    value: str = Field(min_length=1, max_length=150)
    description: AnyText75 | None = None


class OptionGroup(Strict):
    """Options under a common label."""

    label: Plain75
    options: list[Option] = Field(min_length=1, max_length=100)


class DispatchConfig(Strict):
    """When typing counts as an action."""

    trigger_actions_on: list[Literal["on_enter_pressed", "on_character_entered"]] = Field(
        min_length=1
    )


class ConversationFilter(Strict):
    """Which conversations a select offers."""

    include: list[Literal["im", "mpim", "private", "public"]] | None = Field(
        default=None, min_length=1
    )
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ConversationFilter":
        if not self.model_fields_set:
            raise ValueError("must have at least one property")
        return self
