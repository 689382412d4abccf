"""Reading a Compose file that exists only as text."""

from pathlib import Path

import pytest
import yaml

from engine.errors import UserError
from engine.manifest.compose import read_services
from engine.manifest.document import parse
from engine.manifest.model import Manifest, ServiceManifest
from engine.manifest.reading import Reading


def read(text: str) -> Manifest:
    """Read a Compose file whose services need no file beside it."""
    nowhere = Path("/nowhere")
    root = parse(text.encode(), "compose.yaml")
    return read_services(root, Reading(checkout=nowhere, folder=nowhere))


def service(text: str, name: str = "web") -> ServiceManifest:
    """Read the keys of one service; one without an image gets one."""
    keys = yaml.safe_load(text) or {}
    image = "" if "image" in keys else "    image: acme/web\n"
    indented = "".join(f"    {line}\n" for line in text.splitlines())
    manifest = read(f"services:\n  {name}:\n{image}{indented}")
    return manifest.services[0]


def fault(text: str) -> UserError:
    """Return the complaint about a Compose file."""
    with pytest.raises(UserError) as error:
        read(text)
    return error.value
