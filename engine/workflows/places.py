"""One value of a workflow as it was typed, that knows its place: each fault names path and line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.durations import of_seconds
from engine.lookup import nearest, shown
from engine.workflows.definition import Fault

D = TypeVar("D")
TEXT_LIMIT = 300  # characters
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LENGTH = re.compile(r"(?:\d{1,9}(?:\.\d{1,9})?[smhd])+\Z")
LENGTH_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
TRUTHS = {"true": True, "false": False, "yes": True, "no": False, "on": True, "off": False}
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")  # not to be shown, nor stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """What was found wrong so far, with the lines of the text that is read."""

    lines: Mapping[str, int] = field(default_factory=dict)
    found: list[Fault] = field(default_factory=list)

    def add(self, path: str, text: str) -> None:
        """Note a fault at *path*, in the line of the nearest thing around it that has one."""
        self.found.append(Fault(path=path, text=text, line=line_of(path, self.lines)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A value at a path. What cannot be read is noted as a fault, and stands as a default."""

    path: str
    value: Any
    faults: Faults

    def fault(self, text: str) -> None:
        """Note what is wrong here."""
        self.faults.add(self.path, text)

    def at(self, name: str, value: Any) -> "Place":
        """Return the place of one of its keys."""
        path = f"{self.path}.{name}" if self.path else name
        return Place(path=path, value=value, faults=self.faults)

    def elements(self) -> "Iterator[Place]":
        """Give the elements of a list."""
        for number, value in enumerate(self.value):
            yield Place(path=f"{self.path}[{number}]", value=value, faults=self.faults)

    def one_or_more(self) -> "list[Place]":
        """Return the elements of a list, or the single value as one."""
        return list(self.elements()) if isinstance(self.value, list | tuple) else [self]

    def keys(
        self, known: Sequence[str], *, needed: Mapping[str, str], main: str | None = None
    ) -> "Keys":
        """Return its keys. *needed* holds those that must be there, each with what to write.

        A value that is no mapping stands for the key *main*.
        """
        if main and self.value is not None and not isinstance(self.value, Mapping | list | tuple):
            return Keys(entries={main: self})
        if self.value is not None and not isinstance(self.value, Mapping):
            self.fault(f"must have keys: {_listed(known)}.")
            return Keys()
        entries: dict[str, Place] = {}
        for key, value in (self.value or {}).items():
            entry = self.at(str(key), value)
            if key in known:
                entries[key] = entry
            else:
                hint = nearest(str(key), known) or f"There are {_listed(known)}."
                entry.fault(f"is not known. {hint}")
        for name, example in needed.items():
            if name not in entries:
                self.fault(f"`{name}` is missing. Write {example}.")
        return Keys(entries=entries)

    def text(self, *, limit: int = TEXT_LIMIT) -> str:
        """Return a text, at most *limit* characters long; a number is one too."""
        if self.value is None or self.value == "":
            self.fault("is empty. A text that begins with # needs quotes in YAML.")
        elif isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            self.fault('must be a text. Write it in quotes: "…".')
        elif len(str(self.value)) > limit:
            self.fault(f"is too long. It may have {limit:,} characters.")
        elif UNWRITABLE.search(str(self.value)):
            self.fault("has characters in it that cannot be shown. Take them out.")
        else:
            return str(self.value)
        return ""

    def word(self, *, limit: int = TEXT_LIMIT) -> str:
        """Return a text without blanks."""
        text = self.text(limit=limit)
        if re.search(r"\s", text):
            self.fault(f"must not have blanks in it: `{shown(text)}`.")
            return ""
        return text

    def seconds(self, *, least: float, most: float, default: D) -> float | D:
        """Return a length of time such as "90s", "5m" or "1h30m"."""
        written = str(self.value) if self.value is not None else ""
        if not LENGTH.match(written):
            remedy = f"`{written}s` or `{written}m`" if written.isdigit() else "`30s`, `5m` or `2h`"
            self.fault(f"must be a length of time such as {remedy}, {_not(written)}.")
            return default
        seconds = sum(
            float(number) * UNIT_SECONDS[unit] for number, unit in LENGTH_PART.findall(written)
        )
        if not least <= seconds <= most:
            bounds = f"from {of_seconds(least)} to {of_seconds(most)}"
            self.fault(f"must be {bounds}, not {of_seconds(seconds)}.")
        return seconds

    def truth(self) -> bool:
        """Return true or false."""
        written = str(self.value).lower()
        if written not in TRUTHS:
            self.fault(f"must be true or false, {_not(str(self.value or ''))}.")
        return TRUTHS.get(written, False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys that a mapping has."""

    entries: Mapping[str, Place] = field(default_factory=dict)

    def get(self, name: str) -> Place | None:
        """Return the value of a key, or None where it is not written."""
        return self.entries.get(name)

    def text(self, name: str, default: D, *, limit: int = TEXT_LIMIT) -> str | D:
        """Return a text, or *default* where it is not written."""
        place = self.get(name)
        return place.text(limit=limit) if place else default

    def word(self, name: str, default: D) -> str | D:
        """Return a text without blanks, or *default* where it is not written."""
        place = self.get(name)
        return place.word() if place else default

    def seconds(self, name: str, default: D, *, least: float, most: float) -> float | D:
        """Return a length of time in seconds, or *default* where it is not written."""
        place = self.get(name)
        return place.seconds(least=least, most=most, default=default) if place else default

    def truth(self, name: str) -> bool:
        """Return true or false; false where it is not written."""
        place = self.get(name)
        return place.truth() if place else False


def line_of(path: str, lines: Mapping[str, int]) -> int | None:
    """Return the line of *path*, else of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return lines.get(path)


def _not(written: str) -> str:
    return f"not `{shown(written)}`" if written else "not nothing"


def _listed(words: Sequence[str]) -> str:
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
