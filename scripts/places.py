"""Where engines, services and their logs live: under ``.run/`` in the project."""

import hashlib
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_SOCKET_DIRECTORY = 60  # characters; a socket's whole path may have 107


def run_directory(name: str) -> Path:
    """Return the directory called *name*, made if missing."""
    home = place_of(name, PROJECT)
    home.mkdir(parents=True, exist_ok=True)
    return home


def place_of(name: str, project: Path) -> Path:
    """Return where the directory called *name* belongs.

    It is ``.run/NAME`` in the project, or under the temporary directory where the project's path
    is too long for a Unix socket.
    """
    home = project / ".run" / name
    if len(str(home)) > LONGEST_SOCKET_DIRECTORY:
        return Path(tempfile.gettempdir()) / f"rackhand-{fingerprint(project)}" / name
    return home


def fingerprint(path: Path) -> str:
    """Return six characters that tell *path* from others on this machine."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:6]
