"""Interactive elements: buttons, menus and inputs."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from bot.workspace.blocks.text import (
    ActionId,
    Confirm,
    ConversationFilter,
    DispatchConfig,
    Option,
    OptionGroup,
    Plain75,
    Plain150,
    RichOption,
    Strict,
    Style,
    Url,
)


class Element(Strict):
    """What every interactive element may carry."""

    action_id: ActionId | None = None


class Button(Element):
    """A click."""

    type: Literal["button"]
    text: Plain75
    url: Url | None = None
    value: str | None = Field(default=None, max_length=2000)
    style: Style | None = None
    confirm: Confirm | None = None
    accessibility_label: str | None = Field(default=None, max_length=75)


class _Menu(Element):
    placeholder: Plain150 | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class _StaticMenu(_Menu):
    options: list[Option] | None = Field(default=None, min_length=1, max_length=100)
    option_groups: list[OptionGroup] | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _offers_something(self) -> "_StaticMenu":
        if (self.options is None) == (self.option_groups is None):
            raise ValueError("must provide either options or option_groups")
        return self

    def offered(self) -> list[Option]:
        """Return all options, whichever way they are grouped."""
        grouped = [option for group in self.option_groups or () for option in group.options]
        return list(self.options or ()) + grouped


def _must_be_offered(chosen: Sequence[Any], offered: Sequence[Any]) -> None:
    if any(choice not in offered for choice in chosen):
        raise ValueError("initial options must be among the options")


class StaticSelect(_StaticMenu):
    """Choose one of the listed options."""

    type: Literal["static_select"]
    initial_option: Option | None = None

    @model_validator(mode="after")
    def _initial_is_offered(self) -> "StaticSelect":
        _must_be_offered([self.initial_option] if self.initial_option else [], self.offered())
        return self


class MultiStaticSelect(_StaticMenu):
    """Choose several of the listed options."""

    type: Literal["multi_static_select"]
    initial_options: list[Option] | None = Field(default=None, min_length=1, max_length=100)
    max_selected_items: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _initial_are_offered(self) -> "MultiStaticSelect":
        _must_be_offered(self.initial_options or [], self.offered())
        return self


class UsersSelect(_Menu):
    """Choose a person."""

    type: Literal["users_select"]
    initial_user: str | None = None


class ChannelsSelect(_Menu):
    """Choose a public channel."""

    type: Literal["channels_select"]
    initial_channel: str | None = None
    response_url_enabled: bool | None = None


class ConversationsSelect(_Menu):
    """Choose any conversation."""

    type: Literal["conversations_select"]
    initial_conversation: str | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ConversationFilter | None = None


class Overflow(Element):
    """The three dots."""

    type: Literal["overflow"]
    options: list[Option] = Field(min_length=1, max_length=5)
    confirm: Confirm | None = None


class Checkboxes(Element):
    """Choose any number."""

    type: Literal["checkboxes"]
    options: list[RichOption] = Field(min_length=1, max_length=10)
    initial_options: list[RichOption] | None = Field(default=None, min_length=1)
    confirm: Confirm | None = None
    focus_on_load: bool | None = None

    @model_validator(mode="after")
    def _initial_are_offered(self) -> "Checkboxes":
        _must_be_offered(self.initial_options or [], self.options)
        return self


class RadioButtons(Element):
    """Choose one, all shown."""

    type: Literal["radio_buttons"]
    options: list[RichOption] = Field(min_length=1, max_length=10)
    initial_option: RichOption | None = None
    confirm: Confirm | None = None
    focus_on_load: bool | None = None

    @model_validator(mode="after")
    def _initial_is_offered(self) -> "RadioButtons":
        _must_be_offered([self.initial_option] if self.initial_option else [], self.options)
        return self


class DatePicker(Element):
    """Choose a day."""

    type: Literal["datepicker"]
    placeholder: Plain150 | None = None
    initial_date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    confirm: Confirm | None = None
    focus_on_load: bool | None = None


class _Typed(Element):
    placeholder: Plain150 | None = None
    focus_on_load: bool | None = None
    dispatch_action_config: DispatchConfig | None = None


class PlainTextInput(_Typed):
    """A line or more of typed text."""

    type: Literal["plain_text_input"]
    initial_value: str | None = Field(default=None, max_length=3000)
    multiline: bool | None = None
    min_length: int | None = Field(default=None, ge=0, le=3000)
    max_length: int | None = Field(default=None, ge=1, le=3000)

    @model_validator(mode="after")
    def _has_room(self) -> "PlainTextInput":
        if self.min_length and self.max_length and self.min_length > self.max_length:
            raise ValueError("min_length must not be more than max_length")
        return self


class NumberInput(_Typed):
    """A typed number."""

    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: str | None = None
    min_value: str | None = None
    max_value: str | None = None


class ImageElement(Strict):
    """A small picture beside text."""

    type: Literal["image"]
    image_url: Url
    alt_text: str = Field(min_length=1, max_length=2000)


_Select = StaticSelect | MultiStaticSelect | UsersSelect | ChannelsSelect | ConversationsSelect
_Choice = Checkboxes | RadioButtons | DatePicker

InActions = Annotated[
    Button
    | StaticSelect
    | UsersSelect
    | ChannelsSelect
    | ConversationsSelect
    | Overflow
    | Checkboxes
    | RadioButtons
    | DatePicker,
    Field(discriminator="type"),
]
Accessory = Annotated[
    Button | _Select | Overflow | _Choice | ImageElement, Field(discriminator="type")
]
InInput = Annotated[PlainTextInput | NumberInput | _Select | _Choice, Field(discriminator="type")]
