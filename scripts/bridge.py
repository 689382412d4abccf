"""Gives a Docker engine a network bridge and address ranges that nothing else here uses."""

import fcntl
import ipaddress
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

Network = ipaddress.IPv4Network

CANDIDATES = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        *(f"10.{second}.0.0/16" for second in range(83, 250)),
        *(f"172.{second}.0.0/16" for second in range(20, 32)),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """A bridge that exists, and the range that its engine may give away."""

    name: str
    range: Network

    @property
    def pool(self) -> Network:
        """The upper half of the range: for the networks that the engine makes."""
        return list(self.range.subnets(prefixlen_diff=1))[1]


class NoFreeRange(Exception):
    """Every candidate overlaps with an address or route of this machine."""


def choose(used: Iterable[Network]) -> Network:
    """Return the first candidate that overlaps with none of *used*."""
    taken = tuple(used)
    for candidate in CANDIDATES:
        if not any(candidate.overlaps(other) for other in taken):
            return candidate
    raise NoFreeRange("No private address range is free for a Docker engine on this machine.")


def ensure(name: str) -> Bridge:
    """Make the bridge *name* unless it exists. Needs root; safe against others who do the same."""
    with _one_at_a_time():
        present = _addresses().get(name)
        if present:
            return Bridge(name=name, range=present[0].supernet(new_prefix=16))
        chosen = choose(_in_use())
        gateway = next(chosen.hosts())
        if name not in _links():
            _ip("link", "add", "name", name, "type", "bridge")
        _ip("address", "add", f"{gateway}/24", "dev", name)
        _ip("link", "set", name, "up")
        return Bridge(name=name, range=chosen)


def remove(name: str) -> None:
    """Remove the bridge. A repeat does nothing."""
    subprocess.run(["ip", "link", "delete", name], capture_output=True, check=False)


def _links() -> set[str]:
    return {str(link["ifname"]) for link in json.loads(_ip("-json", "link"))}


def _addresses() -> dict[str, list[Network]]:
    return {
        str(link["ifname"]): [
            ipaddress.IPv4Network(f"{address['local']}/{address['prefixlen']}", strict=False)
            for address in link["addr_info"]
        ]
        for link in json.loads(_ip("-json", "-4", "address"))
    }


def _in_use() -> list[Network]:
    routes = json.loads(_ip("-json", "-4", "route"))
    networks = [Network(str(route["dst"])) for route in routes if route["dst"] != "default"]
    for addresses in _addresses().values():
        networks += addresses
    return networks


def _ip(*arguments: str) -> str:
    result = subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)
    return result.stdout or "[]"


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / "rackhand-bridges.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
