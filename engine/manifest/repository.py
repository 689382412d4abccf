"""What a checkout lacks, though its repository speaks of it: submodules and files of Git LFS."""

from pathlib import Path

from engine.manifest.paths import inside

READ_LIMIT = 64 * 1024  # characters of a file that are looked at


def repository_notices(checkout: Path) -> tuple[str, ...]:
    """Return one line for each thing that a build may miss."""
    notices = []
    if _text(checkout, ".gitmodules").strip():
        notices.append("`.gitmodules`: submodules are not fetched, so their folders are empty.")
    if "filter=lfs" in _text(checkout, ".gitattributes"):
        notices.append("`.gitattributes`: files of Git LFS are not fetched, only their pointers.")
    return tuple(notices)


def _text(checkout: Path, name: str) -> str:
    file = inside(checkout, checkout, name)
    if file is None or not file.is_file():
        return ""
    with file.open(encoding="utf-8", errors="replace") as opened:
        return opened.read(READ_LIMIT)
