"""What a person reads in a message or view, as plain text from top to bottom."""

import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot.workspace.channels import Channels
from bot.workspace.emoji import with_emoji
from bot.workspace.inputs import options_of
from bot.workspace.people import People

Json = dict[str, Any]

_MARKUP = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_MARKS = re.compile(r"(?<![\w`])([*_~])(?=\S)(.+?)(?<=\S)\1(?![\w`])")
_CODE = re.compile(r"```(.*?)```|`([^`\n]+)`", re.DOTALL)
_GAP = "  "
_TEXTS = frozenset({"plain_text", "mrkdwn"})


class Reader:
    """Reads for people: names instead of ids, characters instead of codes."""

    def __init__(self, people: People, channels: Channels) -> None:
        self._people = people
        self._channels = channels

    def message(self, message: Json) -> str:
        """Return what a message shows: blocks or text, attachments, files."""
        lines: list[str] = []
        if message.get("blocks"):
            lines += self.blocks(message["blocks"])
        elif message.get("text"):
            lines.append(self.mrkdwn(message["text"]))
        for attachment in message.get("attachments") or ():
            lines += self._attachment(attachment)
        lines += [_file(file) for file in message.get("files") or ()]
        return "\n".join(lines)

    def view(self, view: Json) -> str:
        """Return what a modal or Home shows."""
        lines = []
        if view["type"] == "modal":
            lines.append(view["title"]["text"])
        lines += self.blocks(view["blocks"])
        buttons = [view[key]["text"] for key in ("close", "submit") if view.get(key)]
        if buttons:
            lines.append(_GAP.join(f"[{label}]" for label in buttons))
        return "\n".join(lines)

    def blocks(self, blocks: list[Json]) -> list[str]:
        """Return the lines of some blocks."""
        return [line for block in blocks for line in self._block(block)]

    def mrkdwn(self, text: str) -> str:
        """Return mrkdwn without its marks."""
        kept: list[str] = []

        def set_aside(found: re.Match[str]) -> str:
            kept.append((found[1] if found[1] is not None else found[2]).strip("\n"))
            return f"\x00{len(kept) - 1}\x00"

        plain = _CODE.sub(set_aside, text)
        while (bare := _MARKS.sub(r"\2", plain)) != plain:
            plain = bare
        plain = with_emoji(self._linked(plain))
        plain = re.sub(r"\x00(\d+)\x00", lambda found: self._linked(kept[int(found[1])]), plain)
        return html.unescape(plain)

    def _linked(self, text: str) -> str:
        return _MARKUP.sub(self._mention, text)

    def _mention(self, found: re.Match[str]) -> str:
        mark, target, label = found.groups()
        if mark == "@":
            user = self._people.find(target)
            return f"@{user.name if user else label or target}"
        if mark == "#":
            channel = self._channels.get(target)
            return f"#{channel.name if channel else label or target}"
        if mark == "!":
            return label or f"@{target.partition('^')[0]}"
        return label or target

    def _text(self, text: Json) -> str:
        shown = text["text"]
        return self.mrkdwn(shown) if text["type"] == "mrkdwn" else with_emoji(shown)

    def _attachment(self, attachment: Json) -> Iterator[str]:
        if attachment.get("blocks"):
            yield from self.blocks(attachment["blocks"])
            return
        for key in ("pretext", "author_name", "title", "text"):
            if attachment.get(key):
                yield self.mrkdwn(attachment[key])
        for field in attachment.get("fields") or ():
            yield self.mrkdwn(f"{field.get('title', '')}: {field.get('value', '')}")
        if attachment.get("footer"):
            yield self.mrkdwn(attachment["footer"])

    def _block(self, block: Json) -> Iterator[str]:
        """Yield the lines of one block; a kind without words yields none."""
        readers: dict[str, Callable[[Json], Iterable[str]]] = {
            "section": self._section,
            "header": lambda one: [self._text(one["text"])],
            "context": lambda one: [self._side_by_side(one)],
            "actions": lambda one: [self._side_by_side(one)],
            "input": lambda one: [f"{one['label']['text']}: {self._element(one['element'])}"],
            "image": lambda one: [self._element(one)],
            "divider": lambda _one: ["───"],
            "markdown": lambda one: [one["text"]],
            "table": self._table,
            "rich_text": self._rich_text,
        }
        yield from readers[block["type"]](block)

    def _side_by_side(self, block: Json) -> str:
        return _GAP.join(
            self._text(one) if one["type"] in _TEXTS else self._element(one)
            for one in block["elements"]
        )

    def _section(self, block: Json) -> Iterator[str]:
        lines = [self._text(block["text"])] if block.get("text") else []
        lines += [self._text(field) for field in block.get("fields") or ()]
        accessory = block.get("accessory")
        if accessory:
            lines[-1] += _GAP + self._element(accessory)
        yield from lines

    def _element(self, element: Json) -> str:
        kind = element["type"]
        if kind == "button":
            return f"[{element['text']['text']}]"
        if kind == "image":
            return f"[image {element['alt_text']}]"
        if kind == "overflow":
            return f"[⋮ {' | '.join(o['text']['text'] for o in element['options'])}]"
        if kind in {"checkboxes", "radio_buttons"}:
            return _GAP.join(f"( ) {self._text(option['text'])}" for option in options_of(element))
        placeholder = element.get("placeholder") or {}
        chosen = (element.get("initial_option") or {}).get("text") or placeholder
        label = chosen.get("text", "")
        if kind.endswith("input"):
            return f"[{element.get('initial_value') or label or '          '}]"
        return f"[{label} ▾]"

    def _table(self, block: Json) -> Iterator[str]:
        rows = [[self._cell(cell) for cell in row] for row in block["rows"]]
        columns = max(len(row) for row in rows)
        widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(columns)]
        for row in rows:
            cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
            yield _GAP.join(cells).rstrip()

    def _cell(self, cell: Json) -> str:
        if cell["type"] == "rich_text":
            return " ".join(self._rich_text(cell))
        return str(cell.get("text") or cell.get("value", ""))

    def _rich_text(self, block: Json) -> Iterator[str]:
        for part in block["elements"]:
            if part["type"] == "rich_text_list":
                for item, section in enumerate(part["elements"], start=1):
                    bullet = f"{item}." if part["style"] == "ordered" else "•"
                    yield f"{bullet} {self._runs(section['elements'])}"
            else:
                yield from self._runs(part["elements"]).splitlines()

    def _runs(self, runs: list[Json]) -> str:
        return "".join(self._run(run) for run in runs)

    def _run(self, run: Json) -> str:
        kind = run["type"]
        if kind == "user":
            return self.mrkdwn(f"<@{run['user_id']}>")
        if kind == "channel":
            return self.mrkdwn(f"<#{run['channel_id']}>")
        if kind == "emoji":
            return with_emoji(f":{run['name']}:")
        if kind == "broadcast":
            return f"@{run['range']}"
        if kind == "date":
            return str(run.get("fallback") or run["timestamp"])
        return str(run.get("text") or run.get("url", ""))


def _file(file: Json) -> str:
    if alt_text := file.get("alt_txt"):
        return f"[image {file['title']}: {alt_text}]"
    return f"[file {file['title']}]"
