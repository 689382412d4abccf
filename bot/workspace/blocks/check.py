"""Checks blocks as Slack does, and words what is wrong as Slack does."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.workspace.blocks.surfaces import Attachments, HomeCall, MessageBlocks, ModalCall
from bot.workspace.errors import SlackError

_MOST_TEXT = 13_200  # of all blocks together: measured at Slack, not documented
_MOST_TABLE_TEXT = 10_000
_MOST_VIEW_BYTES = 250_000

_WORDS = {
    "string_too_short": "must be more than 0 characters",
    "string_type": "must provide a string",
    "list_type": "must provide an array",
    "model_type": "must provide an object",
    "model_attributes_type": "must provide an object",
    "dict_type": "must provide an object",
    "bool_type": "must provide a boolean",
    "int_type": "must provide an integer",
    "literal_error": "must be a valid enum value",
    "string_pattern_mismatch": "must match the expected format",
    "union_tag_not_found": "missing required field: type",
}


def check_blocks(blocks: Any) -> None:
    """Check the blocks of a message. Raises ``SlackError`` with every fault's JSON pointer."""
    faults = _faults(MessageBlocks, {"blocks": blocks})
    if not faults:
        faults = [*_repeats(blocks, "/blocks"), *_table_faults(blocks, "/blocks")]
    if faults:
        raise _invalid("invalid_blocks", faults)
    if _text_length(blocks) > _MOST_TEXT:
        raise SlackError("msg_blocks_too_long")


def check_attachments(attachments: Any) -> None:
    """Check attachments and the blocks in them. Raises ``SlackError``."""
    if isinstance(attachments, list) and len(attachments) > 100:
        raise SlackError("too_many_attachments")
    faults = _faults(Attachments, {"attachments": attachments})
    if not faults:
        for index, attachment in enumerate(attachments):
            blocks = attachment.get("blocks") or []
            pointer = f"/attachments/{index}/blocks"
            faults += [*_repeats(blocks, pointer), *_table_faults(blocks, pointer)]
    if faults:
        in_blocks = any("/blocks" in fault for fault in faults)
        raise _invalid("invalid_blocks" if in_blocks else "invalid_attachments", faults)
    if any(_text_length(attachment.get("blocks")) > _MOST_TEXT for attachment in attachments):
        raise SlackError("msg_blocks_too_long")


def check_tables(blocks: list[Any], attachments: list[Any]) -> None:
    """Check that a message has at most one table in all. Raises ``SlackError``."""
    everywhere = list(blocks)
    for attachment in attachments:
        everywhere += attachment.get("blocks") or []
    if sum(block["type"] == "table" for block in everywhere) > 1:
        raise _invalid("invalid_blocks", ["only_one_table_allowed [json-pointer:/blocks]"])


def check_view(view: Any, *, home: bool) -> None:
    """Check a modal or Home. Raises ``SlackError`` ``invalid_arguments`` or ``view_too_large``."""
    if len(json.dumps(view).encode()) > _MOST_VIEW_BYTES:
        raise SlackError("view_too_large")
    faults = _faults(HomeCall if home else ModalCall, {"view": view})
    if not faults:
        faults = list(_repeats(view["blocks"], "/view/blocks"))
    if faults:
        raise SlackError("invalid_arguments", messages=[f"[ERROR] {fault}" for fault in faults])


def _invalid(code: str, faults: list[str]) -> SlackError:
    return SlackError(code, messages=[f"[ERROR] {fault}" for fault in faults], errors=faults)


def _faults(model: type[BaseModel], data: Any) -> list[str]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return [f"{_worded(fault)} [json-pointer:{_pointer(fault, data)}]" for fault in found]
    return []


def _worded(fault: Any) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "string_too_long":
        return f"must be less than {context['max_length'] + 1} characters"
    if kind == "too_long":
        return f"no more than {context['max_length']} items allowed"
    if kind == "too_short":
        return f"no fewer than {context['min_length']} items allowed"
    if kind == "missing":
        return f"missing required field: {fault['loc'][-1]}"
    if kind == "extra_forbidden":
        return f"invalid additional property: {fault['loc'][-1]}"
    if kind == "union_tag_invalid":
        return f"unsupported type: {context['tag']}"
    if kind == "value_error":
        return str(context["error"])
    return _WORDS.get(kind) or str(fault["msg"])


def _pointer(fault: Any, data: Any) -> str:
    """Turn the model's path into a JSON pointer: the names of union branches are left out."""
    steps: list[str] = []
    path = list(fault["loc"])
    if fault["type"] in {"missing", "extra_forbidden"}:
        path.pop()
    for step in path:
        inside_list = isinstance(data, list) and isinstance(step, int) and step < len(data)
        if inside_list or (isinstance(data, dict) and step in data):
            data = data[step]
            steps.append(str(step))
    if fault["type"] == "union_tag_invalid":
        steps.append("type")
    return "".join(f"/{step}" for step in steps)


def _repeats(blocks: list[Any], pointer: str) -> Iterator[str]:
    """Yield what is named twice: block ids on the surface, action ids within a block."""
    ids = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for index, block in enumerate(blocks):
        name = block.get("block_id")
        if name and ids[name] > 1:
            ids[name] = 0
            yield f'`block_id` "{name}" already exists [json-pointer:{pointer}/{index}/block_id]'
        actions = Counter(
            element["action_id"]
            for element in block.get("elements") or ()
            if block["type"] == "actions" and element.get("action_id")
        )
        for action, count in actions.items():
            if count > 1:
                where = f"{pointer}/{index}/elements"
                yield f'`action_id` "{action}" already exists in this block [json-pointer:{where}]'


def _table_faults(blocks: list[Any], pointer: str) -> Iterator[str]:
    tables = [(index, block) for index, block in enumerate(blocks) if block["type"] == "table"]
    if len(tables) > 1:
        yield f"only_one_table_allowed [json-pointer:{pointer}/{tables[1][0]}]"
    for index, table in tables:
        if _text_length(table["rows"]) > _MOST_TABLE_TEXT:
            where = f"{pointer}/{index}/rows"
            yield f"must be less than {_MOST_TABLE_TEXT + 1} characters [json-pointer:{where}]"


def _text_length(value: Any) -> int:
    if isinstance(value, list):
        return sum(_text_length(item) for item in value)
    if isinstance(value, dict):
        own = value.get("text")
        here = len(own) if isinstance(own, str) else 0
        return here + sum(_text_length(item) for item in value.values())
    return 0
