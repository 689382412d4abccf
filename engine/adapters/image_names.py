"""How images are named: by app and service, so that people and prunes can tell them apart."""

import re

from engine.ports.builder import BuildSpec


def repository(app: str, service: str) -> str:
    """Return "shop/web" in letters that every engine and registry allows."""
    return f"{_part(app)}/{_part(service)}"


def built_name(spec: BuildSpec) -> str:
    """Return the name that a built image carries.

    A nameless image would be taken for rubbish by ``docker image prune``, and with it the way
    back to an older release.
    """
    return f"rackhand/{repository(spec.app, spec.service)}:{spec.build_id}"


def _part(name: str) -> str:
    """Return *name* in lower case with single separators within."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "app"
