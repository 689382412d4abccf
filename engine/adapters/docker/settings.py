"""What has to be known of a Docker rack to work with it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerRackSettings:
    """One Docker engine, or the share of one, and the router in front of it."""

    name: str
    engine: str  # unix:///path, tcp://host[:port] or ssh://[user@]host[:port][/path/to.sock]
    tls: Path | None = None  # directory with ca.pem, cert.pem and key.pem, for tcp://
    ssh_options: tuple[str, ...] = ()  # further arguments of ssh, before the destination
    http_port: int = 80
    https_port: int | None = None
    certificates: Path | None = None  # directory of *.pem, each a certificate chain and its key
    router_image: str = "haproxy:lts"
    bind_address: str = "0.0.0.0"  # noqa: S104 - a router is there to be reached

    @property
    def has_https(self) -> bool:
        """Whether the router listens for HTTPS too."""
        return self.https_port is not None and self.certificates is not None
