"""The ``build`` section of a service."""

from pathlib import Path

from engine.manifest.environment import pairs
from engine.manifest.model import BuildSection
from engine.manifest.paths import inside
from engine.manifest.reading import Reading
from engine.manifest.values import Value, given

SUPPORTED = ("context", "dockerfile", "args", "target")
REASONS = {
    "dockerfile_inline": "put it into a file and name that in `dockerfile`",
    "no_cache": "ask for it when you build: `--no-cache`",
    "tags": "a built image is pinned by its id",
}


def read_build(value: Value, reading: Reading) -> BuildSection:
    """Read ``build: folder`` or its long form; both paths must be inside the repository."""
    if not value.is_mapping:
        context = _folder(value, value.fixed_text(), reading)
        return _section(value, context, reading)
    entries = value.entries()
    reading.leave_out(entries, SUPPORTED, REASONS)
    at = entries.get("context", value)
    return _section(
        entries.get("dockerfile", at),
        _folder(at, given(entries, "context", Value.fixed_text, "."), reading),
        reading,
        dockerfile=given(entries, "dockerfile", Value.fixed_text, "Dockerfile"),
        target=given(entries, "target", Value.fixed_text, None),
        arguments=given(entries, "args", pairs, {}),
    )


def _folder(value: Value, path: str, reading: Reading) -> Path:
    if "://" in path or path.startswith("git@"):
        raise value.fault(
            "must be a folder of this repository", "Give the other repository its own app."
        )
    folder = inside(reading.checkout, reading.folder, path)
    if folder is None:
        raise value.fault(f"leads out of the repository: `{path}`", "Name a folder inside it.")
    if not folder.is_dir():
        raise value.fault(f"names no folder of the repository: `{path}`")
    return folder


def _section(
    value: Value,
    context: Path,
    reading: Reading,
    *,
    dockerfile: str = "Dockerfile",
    target: str | None = None,
    arguments: dict[str, str | None] | None = None,
) -> BuildSection:
    file = inside(reading.checkout, context, dockerfile)
    if file is None:
        raise value.fault(
            f"leads out of the repository: `{dockerfile}`", "Name a Dockerfile inside it."
        )
    if not file.is_file():
        shown = context.relative_to(reading.checkout.resolve()) / dockerfile
        raise value.fault(f"needs the file `{shown}`, which the repository does not have")
    return BuildSection(
        context=str(context.relative_to(reading.checkout.resolve())),
        dockerfile=dockerfile,
        target=target,
        arguments=arguments or {},
    )
