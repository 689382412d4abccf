"""Compose's ``${VAR}`` in texts: parsed once, filled from an environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.errors import UserError

DEPTH_LIMIT = 10  # defaults within defaults
OPENING = re.compile(
    r"\$(?:(?P<dollar>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?P<way>:?[-?+])?)",
    re.ASCII,
)


class BadTemplate(ValueError):
    """A ``$`` that begins no variable. Its text says what to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One variable and what stands for it: ``${name:-rest}``, ``${name:?rest}``, …"""

    name: str
    way: Literal["-", "?", "+"] | None = None
    empty_is_unset: bool = False
    rest: "tuple[str | Variable, ...]" = ()


Template = tuple[str | Variable, ...]


def parse(text: str) -> Template:
    """Split *text* into literal parts and variables; raises ``BadTemplate``."""
    template, _ = _parse(text, 0, depth=0)
    return template


def fill(text: str, environment: Mapping[str, str]) -> str:
    """Replace the variables in *text*. One that is not set is empty, as Compose has it.

    Raises ``UserError`` for a required one (``${VAR:?why}``) that is missing, and
    ``BadTemplate``.
    """
    return _fill(parse(text), environment)


def literal(text: str) -> str:
    """Return the template that stands for exactly *text*."""
    return text.replace("$", "$$")


def _parse(text: str, at: int, *, depth: int) -> tuple[Template, int]:
    """Parse from *at* to the end, or within braces (depth > 0) to the one that closes."""
    if depth > DEPTH_LIMIT:
        raise BadTemplate("variables are nested too deeply")
    parts: list[str | Variable] = []
    while at < len(text):
        if depth and text[at] == "}":
            return tuple(parts), at + 1
        if text[at] != "$":
            end = _end_of_literal(text, at, in_braces=depth > 0)
            parts.append(text[at:end])
            at = end
            continue
        part, at = _parse_dollar(text, at, depth=depth)
        parts.append(part)
    if depth:
        raise BadTemplate("a `${` has no closing brace")
    return tuple(parts), at


def _end_of_literal(text: str, at: int, *, in_braces: bool) -> int:
    found = re.compile(r"[$}]" if in_braces else r"\$").search(text, at)
    return found.start() if found else len(text)


def _parse_dollar(text: str, at: int, *, depth: int) -> tuple[str | Variable, int]:
    found = OPENING.match(text, at)
    if found is None:
        raise BadTemplate("a `$` begins no variable; a plain dollar sign is written `$$`")
    if found["dollar"]:
        return "$", found.end()
    if found["plain"]:
        return Variable(name=found["plain"]), found.end()
    way = found["way"]
    if way is None:
        if text[found.end() : found.end() + 1] != "}":
            raise BadTemplate(f"`${{{found['braced']}` is not closed or has an unknown form")
        return Variable(name=found["braced"]), found.end() + 1
    rest, end = _parse(text, found.end(), depth=depth + 1)
    kind: Literal["-", "?", "+"] = "-" if way[-1] == "-" else "?" if way[-1] == "?" else "+"
    variable = Variable(name=found["braced"], way=kind, empty_is_unset=len(way) == 2, rest=rest)
    return variable, end


def _fill(template: Template, environment: Mapping[str, str]) -> str:
    return "".join(
        part if isinstance(part, str) else _value(part, environment) for part in template
    )


def _value(variable: Variable, environment: Mapping[str, str]) -> str:
    value = environment.get(variable.name)
    is_set = bool(value) if variable.empty_is_unset else value is not None
    if variable.way == "+":
        return _fill(variable.rest, environment) if is_set else ""
    if is_set or variable.way is None:
        return value or ""
    rest = _fill(variable.rest, environment)
    if variable.way == "-":
        return rest
    raise UserError(
        f"The variable `{variable.name}` is required and not set.",
        why=f"The manifest says: {rest}." if rest else "",
        remedy=f"Set it with `/rack env set {variable.name}=…`.",
    )
