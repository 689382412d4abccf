"""What builders share: reading an image's own settings, and asking for a Dockerfile."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.ports.builder import BuildFailed, BuildSpec


def needs_dockerfile(spec: BuildSpec) -> None:
    """Raise ``BuildFailed`` where there is no Dockerfile: engines tell of it in riddles."""
    if not (spec.context / spec.dockerfile).is_file():
        raise BuildFailed(spec.service, f"The Dockerfile `{spec.dockerfile}` cannot be read.")


def lowest_port(exposed: Iterable[str]) -> int | None:
    """Return the lowest TCP port of "8080/tcp", "53/udp", …"""
    ports = [port.partition("/") for port in exposed]
    return min((int(port) for port, _, kind in ports if kind in {"", "tcp"}), default=None)


def has_healthcheck(config: Mapping[str, Any]) -> bool:
    """Whether an image's config has a HEALTHCHECK that is not NONE."""
    test = (config.get("Healthcheck") or {}).get("Test") or ["NONE"]
    return bool(test[0] != "NONE")
