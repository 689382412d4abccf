"""Paths that a manifest names, kept inside the checkout."""

from pathlib import Path


def inside(checkout: Path, folder: Path, path: str) -> Path | None:
    """Return *path*, relative to *folder*, with its links followed; None if it leaves *checkout*.

    Links are followed because a repository may hold one that points at this machine's files.
    """
    try:
        resolved = (folder / path).resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL
        return None
    return resolved if resolved.is_relative_to(checkout.resolve()) else None
