"""Images on a rack's engine: looked for, pulled, pruned, and moved from engine to engine."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docker import APIClient
from docker.errors import APIError

from engine.adapters.docker import labels
from engine.adapters.docker.connection import Connection
from engine.adapters.docker.translate import full_disk
from engine.errors import NotFound, Refused

CONFLICT = 409
ID_PREFIX = "sha256:"
TAG_LENGTH = 32  # of an image id, as the tag of an image that came without one
UNTAGGED = "<none>:<none>"


class Images:
    """The engine's images; only those labelled with an app are ever removed."""

    def __init__(self, rack: str, connection: Connection) -> None:
        """*rack* is the rack's name."""
        self._rack = rack
        self._connection = connection

    def has(self, reference: str) -> bool:
        """Whether the engine holds an image of this id or reference."""
        try:
            with self._connection.client() as client:
                client.inspect_image(reference)  # type: ignore[no-untyped-call]
        except NotFound:
            return False
        return True

    def make_sure(self, reference: str, *, needed_by: str) -> None:
        """Pull what is not there; raises ``NotFound`` for an id, which nothing can pull."""
        if self.has(reference):
            return
        if reference.startswith(ID_PREFIX):
            raise NotFound(
                f"`{needed_by}`: its image {reference[:19]} is not on {self._rack}.",
                remedy="Build the release again.",
            )
        try:
            self._pull(reference)
        except NotFound as error:
            raise NotFound(
                f"`{needed_by}`: there is no image `{reference}` to pull ({error.detail})."
            ) from error

    def prune(self, app: str, keep: Sequence[str]) -> int:
        """Remove images of *app* that are not in *keep* and that no container uses."""
        with self._connection.client(patient=True) as client:
            found = client.images(filters={"label": f"{labels.APP}={app}"})
            gone = [image for image in found if image["Id"] not in keep]
            return sum(_remove(client, image["Id"], _tags(image)) for image in gone)

    def save(self, image_id: str) -> Iterator[bytes]:
        """Stream the image as an archive; raises ``NotFound`` for one that is not there."""
        if not self.has(image_id):
            raise NotFound(f"{self._rack} has no image {image_id}.")
        with self._connection.client(patient=True) as client:
            yield from client.get_image(image_id)

    def load(self, image_id: str, archive: Iterator[bytes]) -> None:
        """Load an archive; raises ``Refused`` unless it brought *image_id*."""
        with self._connection.client(patient=True) as client:
            for answer in client.load_image(archive):  # type: ignore[no-untyped-call]
                if "error" in answer:
                    raise full_disk(self._rack, answer["error"]) or Refused(
                        f"The engine of {self._rack} could not load {image_id}: {answer['error']}"
                    )
        if not self.has(image_id):
            raise Refused(
                f"The archive did not hold {image_id}.",
                remedy="Transfer it again; if that does not help, build the release again.",
            )
        self._give_a_name(image_id)

    def _give_a_name(self, image_id: str) -> None:
        """Tag an image that arrived by its id only: ``docker image prune`` takes nameless ones."""
        with self._connection.client() as client:
            found = client.inspect_image(image_id)  # type: ignore[no-untyped-call]
            marks = (found["Config"] or {}).get("Labels") or {}
            if labels.APP in marks and labels.SERVICE in marks:
                repository = f"rackhand/{marks[labels.APP]}/{marks[labels.SERVICE]}".lower()
                client.tag(image_id, repository, image_id.removeprefix(ID_PREFIX)[:TAG_LENGTH])

    def _pull(self, reference: str) -> None:
        """Pull *reference*; what goes wrong on the way is told in the stream of progress."""
        name, tag = reference, None
        if "@" not in reference and ":" not in reference.rpartition("/")[2]:
            tag = "latest"
        with self._connection.client(patient=True) as client:
            for answer in client.pull(name, tag=tag, stream=True, decode=True):
                if "error" in answer:
                    raise full_disk(self._rack, answer["error"]) or Refused(
                        f"`{reference}` could not be pulled: {answer['error']}"
                    )


def _tags(image: Mapping[str, Any]) -> list[str]:
    return [tag for tag in image["RepoTags"] or () if tag != UNTAGGED]


def _remove(client: APIClient, image_id: str, tags: Sequence[str]) -> int:
    """Remove an image by each of its names; 0 when something uses it."""
    try:
        for name in tags or (image_id,):
            client.remove_image(name)
    except APIError as error:
        if error.status_code not in {CONFLICT, 404}:
            raise
        return 0
    return 1
