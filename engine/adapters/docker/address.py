"""Where an engine is, read from its URL."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from engine.errors import Refused

SOCKET = "/var/run/docker.sock"
TLS_PORT = 2376
PLAIN_PORT = 2375


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """An engine's URL in parts."""

    scheme: str  # "unix", "tcp" or "ssh"
    host: str | None = None
    port: int | None = None
    user: str | None = None
    path: str = SOCKET  # of the socket, on the engine's machine

    @property
    def destination(self) -> str:
        """What ``ssh`` is told to go to."""
        return f"{self.user}@{self.host}" if self.user else str(self.host)


def parse(url: str, *, tls: bool) -> Address:
    """Read *url*; raises ``Refused`` for one that is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unknown(url) from error
    if parts.scheme == "unix" and parts.path and not parts.netloc:
        return Address(scheme="unix", path=parts.path)
    if parts.scheme == "tcp" and _is_host(parts):
        return Address(
            scheme="tcp", host=parts.hostname, port=port or (TLS_PORT if tls else PLAIN_PORT)
        )
    if parts.scheme == "ssh" and _is_host(parts) and not parts.password:
        path = SOCKET if parts.path in {"", "/"} else parts.path
        return Address(scheme="ssh", host=parts.hostname, port=port, user=parts.username, path=path)
    raise _unknown(url)


def _is_host(parts: SplitResult) -> bool:
    """Whether there is a host that no program takes for an option."""
    return bool(parts.hostname) and not f"{parts.netloc}".startswith("-")


def _unknown(url: str) -> Refused:
    return Refused(
        f"`{url}` is not the URL of a Docker engine.",
        remedy="Write unix:///var/run/docker.sock, ssh://user@host or tcp://host:2376.",
    )
