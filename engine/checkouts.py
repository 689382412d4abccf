"""The folders that commits are checked out into; none outlasts its build for long."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.lifecycle import is_final
from engine.world import World
from storage import builds


@contextmanager
def folder_for(world: World, build_id: str) -> Iterator[Path]:
    """Give an empty folder for a build's checkout, whatever a killed attempt left in it."""
    folder = world.work_folder / build_id
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear(world: World) -> list[str]:
    """Remove what killed processes left of builds that have ended; return their ids."""
    if not world.work_folder.exists():
        return []
    found = [(path, _build_id(path)) for path in sorted(world.work_folder.iterdir())]
    with world.store.read() as transaction:
        ended = {
            build.id
            for build in (builds.get(transaction, build_id) for _, build_id in found)
            if build and is_final(build.status)
        }
    for path, build_id in found:
        if build_id in ended:
            _remove(path)
    return sorted(ended)


def _build_id(path: Path) -> str:
    """Read whose checkout it is; what git writes beside it is named ``.ID.index``."""
    return path.name.strip(".").split(".")[0]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
