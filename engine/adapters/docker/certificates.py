"""The operator's certificates for the router's HTTPS entrance."""

from engine.adapters.docker.settings import DockerRackSettings
from engine.errors import Refused


def read_certificates(settings: DockerRackSettings) -> dict[str, bytes]:
    """Return the content of each ``*.pem`` by its name; nothing for a rack without HTTPS.

    Raises ``Refused`` for a folder that cannot be read or has none.
    """
    if not settings.has_https or settings.certificates is None:
        return {}
    folder = settings.certificates
    try:
        found = {path.name: path.read_bytes() for path in sorted(folder.glob("*.pem"))}
    except OSError as error:
        raise Refused(f"The certificates in {folder} cannot be read: {error.strerror}.") from error
    if not found:
        raise Refused(
            f"There is no certificate in {folder}.",
            remedy="Put a *.pem there, with the certificate, its chain and its key, "
            "or take `https` out of the rack's `router:`.",
        )
    return found
