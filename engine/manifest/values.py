"""One value of a YAML document that knows its place, so that each complaint names its line."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import yaml

from engine.errors import UserError
from engine.manifest.variables import BadTemplate, fill, parse

T = TypeVar("T")
D = TypeVar("D")
TAG = "tag:yaml.org,2002:"
UNIT_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 0.000001}
DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:h|ms|us|m|s))+\Z")
DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|us|m|s)")
TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
SHOWN_LENGTH = 40  # characters of a wrong value that a complaint quotes


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A node of the document *file*, found at *path* ("services.web.ports")."""

    file: str
    path: str
    line: int  # of its key, or of itself within a list
    node: yaml.Node

    def fault(self, what: str, remedy: str = "") -> UserError:
        """Make the error that says what is wrong here."""
        return UserError(f"`{self.file}`, line {self.line}: `{self.path}` {what}.", remedy=remedy)

    @property
    def is_null(self) -> bool:
        """Whether nothing is written here, or ``null``."""
        return self.node.tag == TAG + "null"

    @property
    def is_mapping(self) -> bool:
        """Whether it has keys."""
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.node, yaml.SequenceNode)

    def entries(self) -> dict[str, "Value"]:
        """Return its keys; merged ones (``<<``) come after, and never over, its own."""
        if self.is_null:
            return {}
        if not isinstance(self.node, yaml.MappingNode):
            raise self.fault("must have keys", f"Write `{self._name}:` and indented keys below it.")
        own: dict[str, Value] = {}
        merged: dict[str, Value] = {}
        for key, node in self.node.value:
            if key.tag == TAG + "merge":
                merged = {**self._merge(node), **merged}
                continue
            name, value = self._entry(key, node)
            if name in own:
                raise value.fault(
                    f"is written twice, first in line {own[name].line}", "Keep one of the two."
                )
            own[name] = value
        return {**merged, **own}

    def elements(self) -> list["Value"]:
        """Return the elements of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.fault("must be a list", "Write each element as `- element` below it.")
        return [
            Value(file=self.file, path=f"{self.path}[{number}]", line=_line(node), node=node)
            for number, node in enumerate(self.node.value)
        ]

    def one_or_more(self) -> list["Value"]:
        """Return the elements of a list, or the single value as one."""
        return self.elements() if self.is_list else [self]

    def text(self) -> str:
        """Return a text as it is written, ``${VAR}`` and all; numbers and ``yes`` are text too."""
        if not isinstance(self.node, yaml.ScalarNode) or self.is_null:
            raise self.fault("must be a text", 'Write it in quotes: "…".')
        value: str = self.node.value
        if "\0" in value:
            raise self.fault("holds a NUL character", "Remove it.")
        try:
            parse(value)
        except BadTemplate as error:
            raise self.fault(f"cannot be read: {error}") from error
        return value

    def fixed_text(self) -> str:
        """Return a text that is needed before any rack is known: only defaults are filled."""
        return fill(self.text(), {})

    def whole(self, *, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        written = self.fixed_text()
        if re.fullmatch(r"\d{1,9}", written) and least <= int(written) <= most:
            return int(written)
        raise self.fault(
            f"must be a whole number from {least} to {most}, not {_shown(written)}",
            self._remedy_for_variables(),
        )

    def seconds(self) -> float:
        """Return a plain number of seconds."""
        written = self.fixed_text()
        if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", written):
            return float(written)
        raise self.fault(
            f"must be a number of seconds such as 10, not {_shown(written)}",
            self._remedy_for_variables(),
        )

    def duration(self) -> float:
        """Return a Compose duration such as ``1m30s`` in seconds."""
        written = self.fixed_text()
        if DURATION.match(written) and len(written) <= SHOWN_LENGTH:
            return sum(
                float(number) * UNIT_SECONDS[unit]
                for number, unit in DURATION_PART.findall(written)
            )
        raise self.fault(
            f"must be a duration, not {_shown(written)}",
            "Write a number with its unit: 10s, 1m30s.",
        )

    def truth(self) -> bool:
        """Return true or false."""
        written = self.fixed_text()
        if written.lower() in TRUTHS:
            return TRUTHS[written.lower()]
        raise self.fault(f"must be true or false, not {_shown(written)}")

    @property
    def _name(self) -> str:
        return self.path.rpartition(".")[2]

    def _merge(self, node: yaml.Node) -> dict[str, "Value"]:
        """Return the keys that ``<<`` brings; of several mappings the first named wins."""
        source = Value(file=self.file, path=self.path, line=_line(node), node=node)
        merged: dict[str, Value] = {}
        for mapping in source.one_or_more():
            merged = {**mapping.entries(), **merged}
        return merged

    def _entry(self, key: yaml.Node, node: yaml.Node) -> tuple[str, "Value"]:
        if not isinstance(key, yaml.ScalarNode):
            raise self.fault("has a key that is not a text", "Write keys as plain words.")
        path = f"{self.path}.{key.value}" if self.path else str(key.value)
        return str(key.value), Value(file=self.file, path=path, line=_line(key), node=node)

    def _remedy_for_variables(self) -> str:
        has_variable = isinstance(self.node, yaml.ScalarNode) and "$" in self.node.value
        return "No variable is known when the file is read: give it a default." * has_variable


def given(entries: Mapping[str, Value], name: str, read: Callable[[Value], T], default: D) -> T | D:
    """Read one key, or return *default* where it is not written."""
    return read(entries[name]) if name in entries else default


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _shown(written: str) -> str:
    return f"`{written[:SHOWN_LENGTH]}`" if written else "nothing"
