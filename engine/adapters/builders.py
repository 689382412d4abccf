"""Choosing the best builder that this machine has for an engine."""

from collections.abc import Mapping

from engine.adapters.buildkit import BuildKitBuilder
from engine.adapters.classic_builder import ClassicBuilder
from engine.adapters.docker_cli import find_cli
from engine.ports.builder import Builder


def builder_for(engine_url: str, *, environment: Mapping[str, str] | None = None) -> Builder:
    """Return a BuildKit builder, or the classic one where no docker command can BuildKit."""
    cli = find_cli()
    if cli is None:
        return ClassicBuilder(engine_url, environment=environment)
    return BuildKitBuilder(engine_url, cli, environment=environment)
