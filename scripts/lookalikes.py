"""Makes look-alikes of the base images from Debian's packages, where no registry can be reached.

They have the same programs at the same paths, users and defaults as the images that they stand
in for, so that what runs on them runs on the real ones.
"""

import hashlib
import io
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from scripts import rootfs
from scripts.places import run_directory
from scripts.rootfs import RootFilesystem

LABEL = "rackhand.lookalike"
RECIPE_LABEL = f"{LABEL}.recipe"

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}  # the image format's names
PYTHON = Path("/usr/bin/python3")


class CannotMake(Exception):
    """What the look-alike is made of is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """How to make one image: what it holds and how it starts (in the image format's words)."""

    reference: str
    needs: tuple[str, ...]  # programs on this machine
    fill: Callable[[RootFilesystem], None]
    config: Mapping[str, object]


def recipe() -> str:
    """Return a mark that changes when the way of making look-alikes does."""
    sources = (Path(__file__), Path(rootfs.__file__))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def archive(lookalike: Lookalike) -> Path:
    """Return the image as an archive to load, made anew when the recipe changed.

    Raises ``CannotMake`` where what it is made of is not installed.
    """
    lacking = [program for program in lookalike.needs if not shutil.which(program)]
    if lacking or sys.platform != "linux":
        raise CannotMake(
            f"{lookalike.reference} cannot be pulled, and its stand-in needs a Debian or Ubuntu "
            f"machine with {', '.join(lacking) or 'its packages'}."
        )
    name = lookalike.reference.replace(":", "-")
    made = run_directory("images") / f"{name}-{recipe()}.tar"
    with FileLock(made.with_name(f"{name}.lock")):  # of two runs that start at once, one makes it
        if not made.exists():
            for outdated in made.parent.glob(f"{name}-*.tar"):
                outdated.unlink(missing_ok=True)
            _make(lookalike, made)
    return made


def _make(lookalike: Lookalike, made: Path) -> None:
    """Write the archive; it is there whole or not at all."""
    with tempfile.TemporaryDirectory(dir=made.parent) as directory:
        layer = Path(directory) / "layer.tar"
        root = RootFilesystem(layer)
        lookalike.fill(root)
        root.close()
        half_made = Path(directory) / "image.tar"
        _wrap(layer, lookalike, half_made)
        half_made.replace(made)


def _wrap(layer: Path, lookalike: Lookalike, image: Path) -> None:
    """Write the one-layer image in the form that ``docker save`` has."""
    with layer.open("rb") as content:
        layer_digest = hashlib.file_digest(content, "sha256").hexdigest()
    labels = {LABEL: "true", RECIPE_LABEL: recipe()}
    config = {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {"Env": [f"PATH={PATH}", "LANG=C.UTF-8"], "Labels": labels, **lookalike.config},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{layer_digest}"]},
        "history": [{"created_by": "rackhand stand-in"}],
    }
    manifest = [
        {"Config": "config.json", "RepoTags": [lookalike.reference], "Layers": ["layer.tar"]}
    ]
    with tarfile.open(image, "w") as archive_file:
        archive_file.add(layer, "layer.tar")
        for member, value in (("config.json", config), ("manifest.json", manifest)):
            data = json.dumps(value).encode()
            entry = tarfile.TarInfo(member)
            entry.size = len(data)
            archive_file.addfile(entry, io.BytesIO(data))


def _fill_busybox(root: RootFilesystem) -> None:
    root.basics()
    root.busybox()


def _fill_haproxy(root: RootFilesystem) -> None:
    root.basics(users=["haproxy:99"])
    root.busybox()
    program = shutil.which("haproxy")
    assert program is not None
    root.program(Path(program), "/usr/local/sbin/haproxy")
    root.directory("/usr/local/etc/haproxy")
    root.directory("/var/lib/haproxy", 0o777)


def _fill_python(root: RootFilesystem) -> None:
    root.basics(users=["www-data:33"])
    root.busybox()
    binary = PYTHON.resolve()
    root.program(binary)
    for name in ("python", "python3", binary.name):
        root.link(f"/usr/local/bin/{name}", str(binary))
    bytecode = binary.name.replace("python", "cpython-").replace(".", "")
    for source in _standard_library(binary.name):
        if ".so" in source.suffixes:
            root.program(source)
        else:
            root.file(source)
        compiled = source.parent / "__pycache__" / f"{source.stem}.{bytecode}.pyc"
        if source.suffix == ".py" and compiled.exists():
            root.file(compiled)


def _standard_library(python: str) -> list[Path]:
    packages = (f"{python}-minimal", f"lib{python}-minimal", f"lib{python}-stdlib")
    listed = subprocess.run(
        ["dpkg", "--listfiles", *packages], check=True, capture_output=True, text=True
    ).stdout
    paths = {Path(line) for line in listed.splitlines() if line.startswith("/usr/lib/python3")}
    return sorted(path for path in paths if path.is_file())


LOOKALIKES = (
    Lookalike(
        reference="haproxy:lts",
        needs=("haproxy", "busybox", "ldd"),
        fill=_fill_haproxy,
        config={
            "User": "haproxy",
            "WorkingDir": "/var/lib/haproxy",
            "StopSignal": "SIGUSR1",
            "Cmd": ["haproxy", "-W", "-db", "-f", "/usr/local/etc/haproxy/haproxy.cfg"],
        },
    ),
    Lookalike(
        reference="busybox:stable",
        needs=("busybox",),
        fill=_fill_busybox,
        config={"Cmd": ["sh"]},
    ),
    Lookalike(
        reference="python:3-slim",
        needs=("python3", "busybox", "ldd", "dpkg"),
        fill=_fill_python,
        config={"Cmd": ["python3"]},
    ),
)
