"""Finding the manifest of a checkout: the file that was named, a usual one, or a Dockerfile."""

from dataclasses import replace
from pathlib import Path

from engine.errors import UserError
from engine.lookup import nearest
from engine.manifest.compose import read_compose
from engine.manifest.model import BuildSection, Manifest, ServiceManifest
from engine.manifest.paths import inside
from engine.manifest.repository import repository_notices

LONE_FILE = "Dockerfile"
USUAL_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def read_manifest(checkout: Path, *, app: str, path: str | None = None) -> Manifest:
    """Read the Compose file *path*, or what a checkout without a named one usually has.

    A lone Dockerfile is one service named after the app, routed where its image EXPOSEs a port.
    Raises ``UserError`` that names file, line, key, and what to write instead.
    """
    manifest = _read(checkout, app, path)
    return replace(manifest, notices=(*repository_notices(checkout), *manifest.notices))


def _read(checkout: Path, app: str, path: str | None) -> Manifest:
    if path is not None:
        return read_compose(checkout, _named(checkout, path))
    for name in USUAL_NAMES:
        found = inside(checkout, checkout, name)
        if found and found.is_file():
            return read_compose(checkout, found)
    dockerfile = inside(checkout, checkout, LONE_FILE)
    if dockerfile and dockerfile.is_file():
        return lone_dockerfile(app)
    raise UserError(
        "There is nothing to build in the repository.",
        why="It has neither a `compose.yaml` nor a `Dockerfile` at its top.",
        remedy="Add one, or name the Compose file in the app's settings.",
    )


def _named(checkout: Path, path: str) -> Path:
    found = inside(checkout, checkout, path)
    if found is None:
        raise UserError(
            f"The manifest `{path}` is not inside the repository.", remedy="Name a file inside it."
        )
    if not found.is_file():
        files = [str(file.relative_to(checkout)) for file in checkout.glob("*.y*ml")]
        raise UserError(
            f"The repository has no file `{path}`.",
            why=nearest(path, files),
            remedy="Name the Compose file in the app's settings, from the top of the repository.",
        )
    return found


def lone_dockerfile(app: str) -> Manifest:
    """Return the manifest of a repository that has a Dockerfile and no Compose file."""
    service = ServiceManifest(
        name=app, build=BuildSection(arguments={}), environment={}, port_from_image=True
    )
    return Manifest(file=LONE_FILE, services=(service,))
