"""What people enter into elements: finding an element, reading and checking a value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.workspace.errors import Impossible

Json = dict[str, Any]

_PICKED = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "plain_text_input": "value",
    "number_input": "value",
}
_ONE_OPTION = frozenset({"static_select", "radio_buttons", "overflow"})
_MANY_OPTIONS = frozenset({"multi_static_select", "checkboxes"})
_INITIAL = {
    "users_select": "initial_user",
    "channels_select": "initial_channel",
    "conversations_select": "initial_conversation",
    "datepicker": "initial_date",
    "plain_text_input": "initial_value",
    "number_input": "initial_value",
    "static_select": "initial_option",
    "radio_buttons": "initial_option",
    "multi_static_select": "initial_options",
    "checkboxes": "initial_options",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An element and the block that holds it."""

    block: Json
    element: Json

    @property
    def keeps_state(self) -> bool:
        """Whether what one enters stays, as it does not for a button or overflow menu."""
        return self.element["type"] in _INITIAL


def placed_elements(blocks: list[Json]) -> Iterator[Placed]:
    """Yield every interactive element in the order shown."""
    for block in blocks:
        if block["type"] == "actions":
            for element in block["elements"]:
                yield Placed(block=block, element=element)
        for key in ("accessory", "element"):
            element = block.get(key)
            if element and element["type"] != "image":
                yield Placed(block=block, element=element)


def find_element(blocks: list[Json], action_id: str, block_id: str | None) -> Placed | None:
    """Return the element with this action id, in one block or in any."""
    for placed in placed_elements(blocks):
        inside = block_id in {None, placed.block["block_id"]}
        if inside and placed.element["action_id"] == action_id:
            return placed
    return None


def current_values(blocks: list[Json], entered: dict[str, Json]) -> dict[str, Json]:
    """Return what ``state.values`` holds: what was entered, else what was there initially."""
    values: dict[str, Json] = {}
    for placed in placed_elements(blocks):
        if not placed.keeps_state:
            continue
        block, action = placed.block["block_id"], placed.element["action_id"]
        value = entered.get(block, {}).get(action) or initial_value(placed.element)
        values.setdefault(block, {})[action] = value
    return values


def options_of(element: Json) -> list[Json]:
    """Return all options, whichever way they are grouped."""
    grouped = [
        option for group in element.get("option_groups") or () for option in group["options"]
    ]
    return [*(element.get("options") or ()), *grouped]


def initial_value(element: Json) -> Json:
    """Return the value that an element begins with."""
    kind = element["type"]
    initial = element.get(_INITIAL[kind])
    return {"type": kind, _key(kind): (initial or []) if kind in _MANY_OPTIONS else initial}


def _key(kind: str) -> str:
    if kind in _ONE_OPTION:
        return "selected_option"
    return "selected_options" if kind in _MANY_OPTIONS else _PICKED[kind]


def entered_value(element: Json, given: Any) -> Json:
    """Return *given* as the element's value. Raises ``Impossible`` for what is not offered.

    An option may be named by its value or by its label.
    """
    kind = element["type"]
    if kind in _ONE_OPTION:
        return {"type": kind, "selected_option": _option(element, given) if given else None}
    if kind in _MANY_OPTIONS:
        chosen = given if isinstance(given, list) else [given] if given else []
        return {"type": kind, "selected_options": [_option(element, one) for one in chosen]}
    return {"type": kind, _PICKED[kind]: given or None}


def _option(element: Json, name: Any) -> Json:
    for option in options_of(element):
        if name in {option["value"], option["text"]["text"]}:
            return option
    raise Impossible(f"There is no option {name!r} here.")


def is_empty(value: Json) -> bool:
    """Whether nothing was entered."""
    return not any(content for key, content in value.items() if key != "type")


def complaint(block: Json, value: Json) -> str | None:
    """Return what the client itself finds wrong with an input before sending it."""
    element = block["element"]
    if is_empty(value):
        return None if block.get("optional") else "Please complete this required field."
    text = value.get("value")
    if isinstance(text, str):
        least, most = element.get("min_length") or 0, element.get("max_length") or 3000
        if len(text) < least:
            return f"This must be at least {least} characters."
        if len(text) > most:
            return f"This must be at most {most} characters."
    return None
