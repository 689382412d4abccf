"""Reads the fields of a request's body, and says what is wrong with one as GitHub does."""

from collections.abc import Collection
from typing import Any

from bot.local_github.api.errors import malformed, missing
from bot.local_github.shapes.basics import Json


def text(body: Json, name: str) -> str:
    """Return a text that must be there; raises ``ApiError`` (422)."""
    value = optional_text(body, name)
    if value is None:
        raise missing(name)
    return value


def optional_text(body: Json, name: str, default: str | None = None) -> str | None:
    """Return a text that may be missing or null; raises ``ApiError`` (422) for anything else."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, str):
        raise malformed(f"For 'properties/{name}', {_shown(value)} is not a string.")
    return value


def choice(body: Json, name: str, allowed: Collection[str], default: str | None = None) -> str:
    """Return one of *allowed*; raises ``ApiError`` (422)."""
    value = optional_text(body, name, default)
    if value is None:
        raise missing(name)
    if value not in allowed:
        raise malformed(
            f"For 'properties/{name}', {_shown(value)} is not a member of {[*allowed]}."
        )
    return value


def switch(body: Json, name: str, *, default: bool) -> bool:
    """Return a yes or no; raises ``ApiError`` (422) for anything else."""
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise malformed(f"For 'properties/{name}', {_shown(value)} is not a boolean.")
    return value


def texts(body: Json, name: str) -> list[str] | None:
    """Return a list of texts, None where it is missing; raises ``ApiError`` (422)."""
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise malformed(f"For 'properties/{name}', {_shown(value)} is not an array of strings.")
    return value


def mapping(body: Json, name: str) -> Json:
    """Return an object, an empty one where it is missing; raises ``ApiError`` (422)."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise malformed(f"For 'properties/{name}', {_shown(value)} is not an object.")
    return value


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else "nil" if value is None else str(value)
