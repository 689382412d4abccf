"""Pages of lists, and the Link header that leads through them."""

import urllib.parse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.local_github.api.call import Answer, Call
from bot.local_github.shapes.basics import Json

_USUAL = 30
_MOST = 100

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Which part of a list is wanted."""

    number: int
    size: int

    @property
    def start(self) -> int:
        """The place of its first item."""
        return (self.number - 1) * self.size


def page_of(call: Call) -> Page:
    """Read ``page`` and ``per_page``; what is no number counts as not given, as on GitHub."""
    number, size = (_whole(call.query, "page", 1), _whole(call.query, "per_page", _USUAL))
    return Page(number=number, size=min(size, _MOST))


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return max(1, int(text)) if text.isdecimal() else default


def listed(
    call: Call,
    items: Sequence[Item],
    draw: Callable[[Item], Json],
    *,
    under: str | None = None,
) -> Answer:
    """Answer with one page of *items*; *under* names the list beside a ``total_count``."""
    page = page_of(call)
    drawn = [draw(item) for item in items[page.start : page.start + page.size]]
    body = {"total_count": len(items), under: drawn} if under else drawn
    return Answer(body=body, headers=links(call, page, len(items)))


def links(call: Call, page: Page, total: int) -> dict[str, str]:
    """Return the Link header of one page, nothing where there is only one."""
    last = max(1, -(-total // page.size))
    places: dict[str, int] = {}
    if page.number > 1:
        places |= {"prev": min(page.number - 1, last), "first": 1}
    if page.number < last:
        places |= {"next": page.number + 1, "last": last}
    if not places:
        return {}
    parts = (f'<{_address(call, number)}>; rel="{name}"' for name, number in places.items())
    return {"Link": ", ".join(parts)}


def _address(call: Call, page: int) -> str:
    # GitHub leads through lists by the repository's id, so that they survive a move
    path = call.path
    if call.found:
        _, _, _owner, _name, *rest = path.split("/", 4)
        path = "/".join([f"/repositories/{call.found.id}", *rest])
    query = urllib.parse.urlencode({**call.query, "page": page})
    return f"{call.hub.urls.api}{path}?{query}"
