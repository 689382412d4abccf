"""The operator's certificates for the router's HTTPS entrance, read and checked."""

from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import load_pem_x509_certificates

from engine.adapters.docker.settings import DockerRackSettings
from engine.errors import Refused


def read_certificates(settings: DockerRackSettings) -> dict[str, bytes]:
    """Return the content of each ``*.pem`` by its name; nothing for a rack without HTTPS.

    Raises ``Refused`` for a folder that cannot be read, that has none, or that has one which
    HAProxy could not start with.
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
    for name, pem in found.items():
        _check(folder / name, pem)
    return found


def _check(path: Path, pem: bytes) -> None:
    """Raise ``Refused`` unless *pem* holds a certificate and the key that belongs to it."""
    try:
        certificate = load_pem_x509_certificates(pem)[0]
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused(
            f"{path} cannot be used as a certificate: {error}",
            remedy="It has to hold the certificate, its chain, and its key without a password.",
        ) from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if key.public_key().public_bytes(*form) != certificate.public_key().public_bytes(*form):
        raise Refused(
            f"The key in {path} does not belong to the certificate in it.",
            remedy="The certificate of the site comes first, then its chain, then its key.",
        )
