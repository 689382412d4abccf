"""What there is to build of a manifest."""

from collections.abc import Mapping
from pathlib import Path

from engine.errors import UserError
from engine.manifest.model import BuildSection, Manifest
from engine.manifest.paths import inside
from engine.manifest.variables import fill
from engine.ports.builder import BuildSpec


def build_specs(
    manifest: Manifest,
    checkout: Path,
    *,
    build_id: str,
    app: str,
    no_cache: bool = False,
    environment: Mapping[str, str] | None = None,
) -> list[BuildSpec]:
    """Return one spec for each service that is built, in the manifest's order.

    *environment* fills variables in build arguments; they can be read from the image, so give no
    secrets. Raises ``UserError`` for a path that leaves *checkout*.
    """
    return [
        BuildSpec(
            build_id=build_id,
            app=app,
            service=service.name,
            context=_context(service.name, service.build, checkout),
            dockerfile=service.build.dockerfile,
            target=service.build.target,
            arguments=_arguments(service.build, environment or {}),
            no_cache=no_cache,
        )
        for service in manifest.services
        if service.build is not None
    ]


def _context(service: str, build: BuildSection, checkout: Path) -> Path:
    context = inside(checkout, checkout, build.context)
    if context is None or inside(checkout, context, build.dockerfile) is None:
        raise UserError(
            f"The build of `{service}` leads out of the repository.",
            remedy="Name a folder and a Dockerfile inside it.",
        )
    return context


def _arguments(build: BuildSection, environment: Mapping[str, str]) -> dict[str, str]:
    """Fill the arguments; one without a value is left to the Dockerfile when nobody sets it."""
    arguments: dict[str, str] = {}
    for name, text in build.arguments.items():
        if text is not None:
            arguments[name] = fill(text, environment)
        elif name in environment:
            arguments[name] = environment[name]
    return arguments
