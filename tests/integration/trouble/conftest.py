"""A Rackhand on a real engine for each story of trouble with racks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts import dockerd
from tests.integration.trouble.rack_ground import Ground, ground_in
from tests.integration.trouble.rack_scene import RealScene, real_scene
from tests.services.engines import engine_to_stop, remove_what_rackhand_made

Lay = Callable[[str], Ground]


@pytest.fixture(scope="module")
def lay_staging(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Lay:
    """Lay ground for the rack staging on the engine at a URL, with nothing of ours on it.

    A first release takes seconds to go live: where a test has left a clean world, the next one
    begins there, as a process does that is started anew.
    """
    laid: dict[str, Ground] = {}

    def lay(url: str) -> Ground:
        if url not in laid or not is_at_rest(laid[url]):
            remove_what_rackhand_made(url)
            folder = tmp_path_factory.mktemp("ground")
            laid[url] = ground_in(folder, sqlite_template, {"staging": url})
        return laid[url]

    return lay


def is_at_rest(ground: Ground) -> bool:
    """Whether there is one live release on staging and nothing else."""
    with real_scene(ground) as scene:
        return not scene.under_way() and not scene.unclean()


@pytest.fixture(scope="module")
def emptied_engine(engine_url: str) -> Iterator[str]:
    """An engine with nothing of ours on it, before and after the tests of a module."""
    remove_what_rackhand_made(engine_url)
    yield engine_url
    remove_what_rackhand_made(engine_url)


@pytest.fixture
def real(lay_staging: Lay, emptied_engine: str) -> Iterator[RealScene]:
    """A process with the rack staging on a real engine."""
    with real_scene(lay_staging(emptied_engine)) as scene:
        yield scene


@pytest.fixture(scope="module")
def own_engine(slot: Path) -> Iterator[dockerd.Engine]:
    """An engine that no other test uses."""
    with engine_to_stop(slot) as engine:
        yield engine


@pytest.fixture
def fragile(lay_staging: Lay, own_engine: dockerd.Engine) -> Iterator[RealScene]:
    """The same on an engine that the test may end."""
    dockerd.start(own_engine)
    with real_scene(lay_staging(own_engine.url)) as scene:
        yield scene
