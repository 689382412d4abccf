"""Makes sure that the base images are on an engine: pulled, or made here when that fails.

As a program: ``python -m scripts.base_images [--engine URL]``.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from scripts import lookalikes
from scripts.lookalikes import LABEL, LOOKALIKES, RECIPE_LABEL, Lookalike

REFERENCES = tuple(lookalike.reference for lookalike in LOOKALIKES)
LOOK_SECONDS = 6  # how long the registry may take to say that it has an image
PULL_SECONDS = 300  # how long a pull may say nothing
LOAD_SECONDS = 120


def ensure(url: str | None, *, pull: bool = True) -> list[str]:
    """Make sure of every base image on the engine at *url*; return one line per thing done.

    None means the engine that the environment points to. Without *pull*, missing images are made
    here at once. A repeat finds all of them and does nothing. Raises ``CannotMake`` when an image
    can neither be pulled nor made.
    """
    lines: list[str] = []
    reachable = pull
    with _client(url, PULL_SECONDS) as client:
        missing = [wanted for wanted in LOOKALIKES if not _is_present(client, wanted)]
        for wanted in missing:
            reachable = reachable and _registry_has(url, wanted.reference)
            if reachable:
                client.images.pull(wanted.reference)
                lines.append(f"Pulled {wanted.reference}.")
            else:
                _make(url, wanted)
                lines.append(
                    f"Made a stand-in for {wanted.reference} from this machine's packages, "
                    "since no registry gave it."
                )
    return lines


def _is_present(client: docker.DockerClient, wanted: Lookalike) -> bool:
    try:
        labels = client.images.get(wanted.reference).labels
    except ImageNotFound:
        return False
    return LABEL not in labels or labels.get(RECIPE_LABEL) == lookalikes.recipe()


def _registry_has(url: str | None, reference: str) -> bool:
    try:
        with _client(url, LOOK_SECONDS) as client:
            client.images.get_registry_data(reference)
    except (APIError, RequestException):
        return False
    return True


def _make(url: str | None, wanted: Lookalike) -> None:
    with _client(url, LOAD_SECONDS) as client, lookalikes.archive(wanted).open("rb") as archive:
        client.images.load(archive)


@contextmanager
def _client(url: str | None, timeout_seconds: int) -> Iterator[docker.DockerClient]:
    if url is None:
        client = docker.from_env(timeout=timeout_seconds)
    else:
        client = docker.DockerClient(base_url=url, timeout=timeout_seconds)
    try:
        yield client
    finally:
        client.close()


def main() -> int:
    """Run from a terminal; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--engine", help="URL of the engine; else where the environment points")
    arguments = parser.parse_args()
    try:
        for line in ensure(arguments.engine):
            print(line)
    except (DockerException, lookalikes.CannotMake) as error:
        print(f"The base images are not there: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
