"""The ``ports`` and ``expose`` of a service: which container port the router sends to."""

import re

from engine.manifest.reading import Reading
from engine.manifest.values import Value, given

PORT_LIMIT = 65_535
SHORT = re.compile(
    r"(?:(?P<host>.*):)?(?P<port>\d{1,5})(?:-(?P<last>\d{1,5}))?(?:/(?P<protocol>[a-z]+))?\Z"
)
LONG_KEYS = ("target", "published", "protocol", "host_ip", "mode", "name", "app_protocol")


def read_ports(value: Value, reading: Reading) -> int | None:
    """Return the first TCP container port. Tells of host ports and of further ports."""
    found: int | None = None
    for element in value.elements():
        port, host, protocol = _long(element) if element.is_mapping else _short(element)
        if protocol != "tcp":
            reading.notice(element, f"is not routed: the router speaks TCP only, not {protocol}.")
        elif found is not None:
            reading.notice(element, f"is not routed: only the first port ({found}) is.")
        else:
            found = port
            if host:
                reading.notice(element, f"is not published as {host}: it is routed by name.")
    return found


def read_expose(value: Value) -> int | None:
    """Return the first exposed TCP port."""
    ports = [_short(element) for element in value.elements()]
    return next((port for port, _, protocol in ports if protocol == "tcp"), None)


def checked_port(value: Value, port: int) -> int:
    """Return *port* where there can be such a port."""
    if 1 <= port <= PORT_LIMIT:
        return port
    raise value.fault(f"must be a port from 1 to {PORT_LIMIT}, not {port}")


def _short(value: Value) -> tuple[int, str, str]:
    """Return container port, host part and protocol of ``127.0.0.1:8080:80/tcp``."""
    written = value.fixed_text()
    found = SHORT.match(written)
    if found is None:
        raise value.fault(
            f"is not a port: `{written[:40]}`", 'Write the container\'s port in quotes: "8080".'
        )
    port = checked_port(value, int(found["port"]))
    return port, found["host"] or "", found["protocol"] or "tcp"


def _long(value: Value) -> tuple[int, str, str]:
    entries = value.entries()
    for name, entry in entries.items():
        if name not in LONG_KEYS:
            raise entry.fault("is not known here", f"Known are {', '.join(LONG_KEYS)}.")
    if "target" not in entries:
        raise value.fault("needs a `target`: the container's port")
    port = entries["target"].whole(least=1, most=PORT_LIMIT)
    host = given(entries, "published", Value.fixed_text, "")
    protocol = given(entries, "protocol", Value.fixed_text, "tcp")
    return port, host, protocol
