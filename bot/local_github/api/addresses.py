"""Addresses of repositories: by id, and by names that they had."""

from bot.local_github.api.access import may_see
from bot.local_github.api.errors import not_found
from bot.local_github.credentials import Caller
from bot.local_github.hub import Hub


def moved_to(hub: Hub, caller: Caller, path: str, query: str) -> str | None:
    """Return where *path* leads now, where it names a repository as it was called before."""
    kind, _, rest = path.removeprefix("/").partition("/")
    owner, _, rest = rest.partition("/")
    name, slash, rest = rest.partition("/")
    full_name = f"{owner}/{name}"
    repository = hub.repositories.formerly(full_name) if kind == "repos" else None
    if repository is None or hub.repositories.find(full_name) or not may_see(caller, repository):
        return None
    asked = f"?{query}" if query else ""
    return f"{hub.urls.api}/repositories/{repository.id}{slash}{rest}{asked}"


def by_name(hub: Hub, path: str) -> str:
    """Turn a path by id, as lists and moves lead to, into one by name; others stay as they are.

    Raises ``ApiError`` (404) where no repository has that id.
    """
    kind, _, rest = path.removeprefix("/").partition("/")
    number, slash, rest = rest.partition("/")
    if kind != "repositories" or not number.isdecimal():
        return path
    repository = hub.repositories.by_id(int(number))
    if repository is None:
        raise not_found()
    return f"/repos/{repository.full_name}{slash}{rest}"
