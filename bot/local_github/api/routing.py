"""Finds the endpoint for a path."""

import re
from collections.abc import Iterable, Mapping

from bot.local_github.api.call import Endpoint

_WITH_SLASHES = frozenset({"branch", "ref", "basehead", "tag"})
_PARAMETER = re.compile(r"\{(\w+)\}")


def _compiled(path: str) -> re.Pattern[str]:
    def group(match: re.Match[str]) -> str:
        name = match[1]
        return f"(?P<{name}>{'.+' if name in _WITH_SLASHES else '[^/]+'})"

    return re.compile(_PARAMETER.sub(group, path))


class Router:
    """Tries endpoints in the order given, so that the narrower path comes first."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._endpoints = [(_compiled(endpoint.path), endpoint) for endpoint in endpoints]

    def find(self, method: str, path: str) -> tuple[Endpoint, Mapping[str, str]] | None:
        """Return the endpoint and what the path names, or None."""
        wanted = "GET" if method == "HEAD" else method
        for pattern, endpoint in self._endpoints:
            if endpoint.method == wanted and (match := pattern.fullmatch(path)):
                return endpoint, match.groupdict()
        return None
