"""Choosing the best builder that this machine has for an engine."""

import weakref
from collections.abc import Callable, Mapping, Sequence

from engine.adapters.buildkit import BuildKitBuilder
from engine.adapters.classic_builder import ClassicBuilder
from engine.adapters.docker.address import parse
from engine.adapters.docker.tunnel import Tunnel
from engine.adapters.docker_cli import find_cli


def builder_for(
    engine_url: str,
    *,
    environment: Mapping[str, str] | None = None,
    ssh_options: Sequence[str] = (),
) -> BuildKitBuilder | ClassicBuilder:
    """Return a BuildKit builder, or the classic one where no docker command can BuildKit.

    An engine at ``ssh://`` is reached through a tunnel of the builder's own, opened when it is
    first needed; *ssh_options* are further arguments of ssh. Raises ``Refused`` for no URL.
    """
    address = parse(engine_url, tls="DOCKER_TLS_VERIFY" in (environment or {}))
    tunnel = Tunnel(engine_url, address, ssh_options) if address.scheme == "ssh" else None
    opened: Callable[[], str] | None = tunnel.open if tunnel else None
    cli = find_cli()
    builder: BuildKitBuilder | ClassicBuilder
    if cli is None:
        builder = ClassicBuilder(engine_url, environment=environment, opened=opened)
    else:
        builder = BuildKitBuilder(engine_url, cli, environment=environment, opened=opened)
    if tunnel:
        weakref.finalize(builder, tunnel.close)  # with the builder, or at the end of the process
    return builder
