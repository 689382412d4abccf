"""A Docker engine that no other program uses, so that what is measured on it is ours alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from scripts import base_images, dockerd
from scripts.lookalikes import CannotMake
from scripts.places import run_directory


@contextmanager
def own_engine(name: str) -> Iterator[str]:
    """Start an engine for the benchmark *name*, with the base images on it; give its URL.

    Its images stay for the next run. Ends the program where none can be started.
    """
    engine = dockerd.Engine(home=run_directory(f"bench-{name}-engine"))
    try:
        dockerd.start(engine)
        dockerd.empty(engine.url, keep=base_images.REFERENCES)
        base_images.ensure(engine.url)
    except (dockerd.CannotStart, CannotMake) as error:
        raise SystemExit(str(error)) from error
    try:
        yield engine.url
    finally:
        dockerd.empty(engine.url, keep=base_images.REFERENCES)
        dockerd.stop(engine)
