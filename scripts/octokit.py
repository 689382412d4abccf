"""Fetches what GitHub publishes of its webhooks and its REST API, as packed by Octokit for npm.

Versions are pinned and each download is checked against the hash below, so that tests see the
same description everywhere.
"""

import base64
import hashlib
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from scripts.places import run_directory

_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """One version of an npm package, and the one file of it that is wanted."""

    name: str
    version: str
    integrity: str  # sha512 of the packed file, in base64
    member: str

    @property
    def packed_name(self) -> str:
        """The name that ``npm pack`` gives the file."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


SCHEMAS = Package(
    name="@octokit/webhooks-schemas",
    version="7.6.1",
    integrity=(
        "qW0Bwtb76r4m2WzVhKDyfEeEnt1GEQoRjkCqmq2ZeB0nNVDJ+Z2LBDS9FDPyduuMXf/ZTWiCJp9PFFHgRfBe3A=="
    ),
    member="package/schema.json",
)
EXAMPLES = Package(
    name="@octokit/webhooks-examples",
    version="7.6.1",
    integrity=(
        "De6U3XB6O3DtCa7bKgCMzTHdeopqqZ6SNivMYJnK65ierKL1AnNIA0tkRYCRS7lwGT792d+Ps1WbfHlso6MynQ=="
    ),
    member="package/api.github.com/index.json",
)
OPENAPI = Package(
    name="@octokit/openapi",
    version="23.0.2",
    integrity=(
        "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="
    ),
    member="package/generated/api.github.com.json",
)


class NotFetched(Exception):
    """A package could not be fetched, or is another than the pinned one."""


def fetched(package: Package) -> Path:
    """Return the wanted file of *package*, fetched once a machine; a repeat fetches nothing.

    Raises ``NotFetched``.
    """
    home = run_directory("octokit")
    wanted = home / package.packed_name.replace(".tgz", ".json")
    with FileLock(home / "lock"):  # test runs side by side
        if not wanted.exists():
            packed = _packed(package, home)
            _extract(package, packed, wanted)
            packed.unlink()
    return wanted


def _packed(package: Package, home: Path) -> Path:
    asked = f"{package.name}@{package.version}"
    command = ["npm", "pack", "--silent", "--ignore-scripts", asked]
    try:
        ended = subprocess.run(
            command, cwd=home, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotFetched(f"npm could not fetch {asked}: {error}") from error
    if ended.returncode:
        raise NotFetched(f"npm could not fetch {asked}: {ended.stderr.strip()}")
    packed = home / package.packed_name
    digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
    if digest != package.integrity:
        packed.unlink()
        raise NotFetched(f"{asked} is not what it was: its sha512 is {digest}.")
    return packed


def _extract(package: Package, packed: Path, wanted: Path) -> None:
    with tarfile.open(packed) as archive:
        member = archive.extractfile(package.member)
        if member is None:
            raise NotFetched(f"{package.name} holds no {package.member}.")
        part = wanted.with_suffix(".part")
        part.write_bytes(member.read())
    part.rename(wanted)  # a run that is killed leaves no half of it
