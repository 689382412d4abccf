"""Emoji shortcodes and their characters, from the same file that the page reads."""

import json
import re
from functools import cache
from pathlib import Path

_SHORTCODE = re.compile(r":([a-z0-9_+-]+):")


@cache
def _table() -> dict[str, str]:
    path = Path(__file__).parent / "page" / "emoji.json"
    loaded: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def with_emoji(text: str) -> str:
    """Put characters for the shortcodes that are known."""
    return _SHORTCODE.sub(lambda found: _table().get(found[1], found[0]), text)
