"""Turns what is typed into a composer into message text, as the client of Slack does."""

import re

from bot.workspace.workspace import Workspace

_MENTION = re.compile(r"(?<![\w@])@([a-z0-9._-]*[a-z0-9_-])")
_CHANNEL = re.compile(r"(?<![\w#&])#([a-z0-9_-]+)")
_LINK = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)'\"]")


def escaped(text: str) -> str:
    """Escape the three characters that carry meaning in message text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def with_mentions(workspace: Workspace, text: str) -> str:
    """Put ids for the handles and channels that exist."""

    def person(found: re.Match[str]) -> str:
        user = workspace.people.find(found[1])
        return f"<@{user.id}>" if user else found[0]

    def channel(found: re.Match[str]) -> str:
        known = workspace.channels.find(found[1])
        return f"<#{known.id}|{known.name}>" if known and known.kind != "im" else found[0]

    return _CHANNEL.sub(channel, _MENTION.sub(person, text))


def composed(workspace: Workspace, typed: str) -> str:
    """Return message text: escaped, with mentions, channels and links marked."""
    parts: list[str] = []
    end = 0
    for link in _LINK.finditer(typed):
        parts.append(with_mentions(workspace, escaped(typed[end : link.start()])))
        parts.append(f"<{escaped(link[0])}>")
        end = link.end()
    parts.append(with_mentions(workspace, escaped(typed[end:])))
    return "".join(parts)
