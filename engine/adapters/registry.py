"""A registry that images travel through, pushed and pulled by the Docker engines themselves."""

from collections.abc import Iterator, Mapping
from typing import Any

from docker import APIClient

from engine.adapters.docker.connection import Connection
from engine.adapters.docker.translate import full_disk
from engine.adapters.image_names import repository
from engine.errors import NotFound, PortError, Refused, Unreachable

TAG_LENGTH = 32  # of the image id: a push needs a tag, though nothing is found by it
# An engine passes on a registry's refusal as text only; these are the signs of one.
REFUSED_SIGNS = ("unauthorized", "denied", "authentication", "no basic auth", "forbidden")
NOT_FOUND_SIGNS = ("not found", "manifest unknown")


class DockerRegistry:
    """The registry at *address* ("127.0.0.1:5000", "registry.example.com/team").

    Engines speak HTTPS to it, or plain HTTP on a loopback address and where the engine itself
    lists it among its insecure registries. Without *username* each engine's own client
    configuration on this machine is used.
    """

    def __init__(
        self,
        address: str,
        connections: Mapping[str, Connection],
        *,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        """*connections* lead to the engines that build and run images, by rack."""
        self._address = address.rstrip("/")
        self._connections = dict(connections)
        self._login = {"username": username, "password": password} if username else None

    def push(self, image_id: str, *, app: str, service: str) -> str:
        """Push from the engine that has the image; see the port."""
        name = f"{self._address}/{repository(app, service)}"
        tag = image_id.removeprefix("sha256:")[:TAG_LENGTH]
        with self._holder(image_id).client(patient=True) as client:
            client.tag(image_id, name, tag, force=True)
            messages = client.push(name, tag=tag, stream=True, decode=True, auth_config=self._login)
            digest = self._digest_pushed(messages)
        return f"{name}@{digest}"

    def pull(self, rack: str, manifest_digest: str, image_id: str) -> None:
        """Pull by digest and compare the image id; see the port. A wrong image is removed."""
        with self._connections[rack].client(patient=True) as client:
            for message in client.pull(
                manifest_digest, stream=True, decode=True, auth_config=self._login
            ):
                if "error" in message:
                    said = str(message["error"])
                    raise full_disk(rack, said) or self._error(said)
            found = _image_id(client, manifest_digest)
            if found != image_id:
                client.remove_image(manifest_digest)
                raise Refused(
                    f"The registry gave another image than the one that was built: {found}, "
                    f"not {image_id}.",
                    remedy="Build the commit again, and look who else writes to the registry.",
                )

    def _holder(self, image_id: str) -> Connection:
        """Return a connection to an engine that has the image."""
        silent: PortError | None = None
        for connection in self._connections.values():
            try:
                with connection.client() as client:
                    _image_id(client, image_id)
            except NotFound:
                continue
            except Unreachable as error:
                silent = error
                continue
            return connection
        raise silent or NotFound(
            f"No engine has the image {image_id[:19]}.", remedy="Build the commit again."
        )

    def _digest_pushed(self, messages: Iterator[Mapping[str, Any]]) -> str:
        digest: str | None = None
        for message in messages:
            if "error" in message:
                raise self._error(str(message["error"]))
            digest = (message.get("aux") or {}).get("Digest", digest)
        if digest is None:
            raise Refused(f"The registry {self._address} told no digest of what was pushed.")
        return digest

    def _error(self, said: str) -> PortError:
        signs = said.lower()
        said = " ".join(said.split())[:300]
        if any(sign in signs for sign in REFUSED_SIGNS):
            return Refused(
                f"The registry {self._address} does not let us in: {said}",
                remedy="Check REGISTRY_USERNAME and REGISTRY_PASSWORD.",
            )
        if any(sign in signs for sign in NOT_FOUND_SIGNS):
            return NotFound(
                f"The registry {self._address} lacks the image: {said}",
                remedy="Build the commit again.",
            )
        return Unreachable(
            f"The registry {self._address} does not answer the engine: {said}",
            remedy="Check that it runs and that the engine may reach it.",
        )


def _image_id(client: APIClient, reference: str) -> str:
    facts: Mapping[str, str] = client.inspect_image(reference)  # type: ignore[no-untyped-call]
    return facts["Id"]
