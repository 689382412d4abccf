"""The commands by which HAProxy's runtime API changes a server. Pure."""

from collections.abc import Iterator

from engine.adapters.docker.configuration import CHECK_HOSTS, PATHS, check_path, check_settings
from engine.adapters.docker.snapshot import ServerState
from engine.adapters.docker.table import Server
from engine.adapters.placement import Traffic

ADDED = ("", "New server registered", "Key not found")  # what ``adding`` is answered by
STATES = {Traffic.READY: "ready", Traffic.DRAINING: "drain", Traffic.STANDBY: "maint"}


def adding(server: Server) -> Iterator[str]:
    """Add a server that is checked and gets nothing yet."""
    for file, value in ((PATHS, check_path(server)), (CHECK_HOSTS, server.check_host)):
        yield f"del map {file} {server.name}"  # of an earlier life, perhaps none
        yield f"add map {file} {server.name} {escaped(value)}"
    # Never "enabled": once such a server is deleted, its backend answers 503 until a restart.
    yield (
        f"add server {server.place}/{server.name} {server.address} "
        f"{check_settings(server)} weight {server.weight}"
    )
    yield checking(server)


def checking(server: Server) -> str:
    """Switch its checks on."""
    return f"enable health {server.place}/{server.name}"


def readying(server: Server, seen: ServerState | None) -> Iterator[str]:
    """Give it traffic, unless it was *seen* to have it."""
    if seen is not None and seen.traffic is Traffic.READY:
        return
    if seen is not None and seen.weight != server.weight:
        yield setting_weight(server)
    yield setting_state(server)


def setting_weight(server: Server) -> str:
    """Give it its weight beside the others."""
    return f"set server {server.place}/{server.name} weight {server.weight}"


def setting_state(server: Server) -> str:
    """Let it have traffic, keep what it has, or stand by."""
    return f"set server {server.place}/{server.name} state {STATES[server.traffic]}"


def escaped(word: str) -> str:
    r"""Guard what the runtime API takes for the end of a word or a command."""
    return "".join(f"\\{letter}" if letter in " ;\\" else letter for letter in word)
