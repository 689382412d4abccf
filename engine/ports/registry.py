"""The port to a registry that images travel through."""

from typing import Protocol


class Registry(Protocol):
    """A place to push images to from one engine and pull them from with another."""

    def push(self, image_id: str, *, app: str, service: str) -> str:
        """Push from the building engine; return "repository@sha256:…", the manifest digest.

        A repeat pushes nothing new and returns the same. Raises ``Unreachable`` or ``Refused``.
        """
        ...

    def pull(self, rack: str, manifest_digest: str, image_id: str) -> None:
        """Pull on *rack*'s engine and verify that the config digest is *image_id*."""
        ...
