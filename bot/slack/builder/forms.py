"""The pieces that the builder's dialogs are made of, and how what is entered is read back."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.buttons import plain_text
from bot.slack.limits import Block

LABEL = 75  # characters of an option's text
OPTION_VALUE = 150
OPTIONS = 100

Option = tuple[str, str]  # value and label


def text_input(
    name: str,
    label: str,
    initial: str,
    *,
    hint: str = "",
    optional: bool = False,
    asks: bool = False,
    multiline: bool = False,
    longest: int = 200,
    block_id: str | None = None,
) -> Block:
    """Return a line to type into; with *asks* the dialog answers when Enter is pressed.

    Slack keeps what was typed while *block_id* stays the same; it is *name* where none is given.
    """
    element: Block = {
        "type": "plain_text_input",
        "action_id": f"wf:{name}",
        "max_length": longest,
        "multiline": multiline,
    }
    if initial:
        element["initial_value"] = initial[:longest]
    if asks:
        element["dispatch_action_config"] = {"trigger_actions_on": ["on_enter_pressed"]}
    block = _input(name, label, element, hint=hint, optional=optional, asks=asks)
    return block | ({"block_id": block_id} if block_id else {})


def select(
    name: str, label: str, options: Sequence[Option], chosen: str | None, *, asks: bool = False
) -> Block:
    """Return a menu; with *asks* the dialog answers at once."""
    element: Block = {
        "type": "static_select",
        "action_id": f"wf:{name}",
        "options": [option(*one) for one in options[:OPTIONS]],
    }
    for one in options[:OPTIONS]:
        if one[0] == chosen:
            element["initial_option"] = option(*one)
    return _input(name, label, element, asks=asks)


def many(name: str, label: str, options: Sequence[str], chosen: Sequence[str], hint: str) -> Block:
    """Return a menu of which any number may be chosen."""
    element: Block = {
        "type": "multi_static_select",
        "action_id": f"wf:{name}",
        "options": [option(one, one) for one in options[:OPTIONS]],
    }
    if initial := [option(one, one) for one in options[:OPTIONS] if one in chosen]:
        element["initial_options"] = initial
    return _input(name, label, element, hint=hint, optional=True)


def choice(name: str, label: str, options: Sequence[Option], chosen: str) -> Block:
    """Return radio buttons."""
    element: Block = {
        "type": "radio_buttons",
        "action_id": f"wf:{name}",
        "options": [option(*one) for one in options],
        "initial_option": next(option(*one) for one in options if one[0] == chosen),
    }
    return _input(name, label, element)


def option(value: str, label: str) -> Block:
    """Return one option of a menu."""
    return {"text": plain_text(label, LABEL), "value": value[:OPTION_VALUE] or "-"}


def values_of(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in a view's inputs, by their names: texts, or lists of texts."""
    found: dict[str, Any] = {}
    for actions in view["state"]["values"].values():
        for action_id, value in actions.items():
            found[action_id.removeprefix("wf:")] = _entered(value)
    return found


def _entered(value: Mapping[str, Any]) -> Any:
    match value["type"]:
        case "static_select" | "radio_buttons":
            chosen = value.get("selected_option")
            return chosen["value"] if chosen else ""
        case "multi_static_select":
            return [one["value"] for one in value.get("selected_options") or ()]
    return str(value.get("value") or "").strip()


def _input(
    name: str,
    label: str,
    element: Block,
    *,
    hint: str = "",
    optional: bool = False,
    asks: bool = False,
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, 2_000),
        "element": element,
        "optional": optional,
        "dispatch_action": asks,
    }
    return block | ({"hint": plain_text(hint, 2_000)} if hint else {})
