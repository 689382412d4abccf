"""Commands: a text that is split as a shell would, or a list of words."""

import shlex
from collections.abc import Mapping

from engine.manifest.model import Words
from engine.manifest.values import Value
from engine.manifest.variables import fill


def read_words(value: Value) -> Words | None:
    """Read a command; None where nothing is written."""
    if value.is_null:
        return None
    if value.is_list:
        return tuple(element.text() for element in value.elements())
    text = value.text()
    try:
        shlex.split(text)
    except ValueError as error:
        raise value.fault("has a quote that is not closed") from error
    return text


def filled(words: Words | None, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    """Fill the variables, then split a text. Raises ``ValueError`` for a quote left open."""
    if words is None:
        return None
    if isinstance(words, str):
        return tuple(shlex.split(fill(words, environment)))
    return tuple(fill(word, environment) for word in words)
