"""Answers kept with their ETag, so that asking again costs nothing where nothing changed."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

KEPT = 500  # answers: pages of branches, tags, releases and checks that are looked at again


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer, and where the next page is."""

    body: Any
    following: str | None = None
    etag: str | None = None


class Seen:
    """The pages that were asked for last. Thread-safe."""

    def __init__(self, kept: int = KEPT) -> None:
        """*kept* bounds the memory: the page that was not asked for the longest goes first."""
        self._kept = kept
        self._lock = threading.Lock()
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()

    def get(self, repo: str, url: str) -> Page | None:
        """Return the page as it was last seen."""
        with self._lock:
            page = self._pages.get((repo, url))
            if page:
                self._pages.move_to_end((repo, url))
            return page

    def keep(self, repo: str, url: str, page: Page) -> None:
        """Remember a page."""
        with self._lock:
            self._pages[repo, url] = page
            self._pages.move_to_end((repo, url))
            while len(self._pages) > self._kept:
                self._pages.popitem(last=False)
