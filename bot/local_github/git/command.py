"""Runs git in a bare repository, untouched by what this machine's git is set to."""

import os
import subprocess
from pathlib import Path

_SECONDS = 60.0


class GitFailed(Exception):
    """Git ended with a code other than 0; the text is what it said."""

    def __init__(self, code: int, said: str) -> None:
        """*code* is its exit code."""
        super().__init__(said)
        self.code = code


def environment() -> dict[str, str]:
    """Return the environment that git runs in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "LC_ALL": "C",
    }


def run(folder: Path, *arguments: str, **variables: str) -> str:
    """Run git with *arguments* and return its output.

    Raises ``GitFailed`` where it ends with a code other than 0.
    """
    ended = subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=folder,
        env=environment() | variables,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.decode("utf-8", "replace").strip()
        raise GitFailed(ended.returncode, said or ended.stdout.decode("utf-8", "replace"))
    return ended.stdout.decode("utf-8", "replace")
