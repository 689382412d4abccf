"""A whole Compose file."""

from collections.abc import Sequence
from pathlib import Path

from engine.errors import UserError
from engine.lookup import nearest
from engine.manifest.document import load
from engine.manifest.model import Manifest, ServiceManifest
from engine.manifest.reading import Reading
from engine.manifest.service import read_service
from engine.manifest.values import Value

SUPPORTED = ("services", "volumes", "version")  # ``version`` means nothing to Compose itself
REASONS = {
    "configs": "copy the files into the image",
    "include": "write the services into this file",
    "name": "the app's name is used",
    "networks": "all services of a rack share its network",
    "secrets": "set them with `/rack env set`",
}


def read_compose(checkout: Path, path: Path) -> Manifest:
    """Read the Compose file *path* of a checkout. Raises ``UserError`` naming line and key."""
    root = load(path, str(path.relative_to(checkout.resolve())))
    return read_services(root, Reading(checkout=checkout, folder=path.parent))


def read_services(root: Value, reading: Reading) -> Manifest:
    """Read a Compose file that is loaded already. Raises ``UserError``."""
    entries = root.entries()
    reading.leave_out(entries, SUPPORTED, REASONS)
    _read_volumes(entries, reading)
    if "services" not in entries:
        raise UserError(
            f"`{root.file}` has no `services`.",
            remedy="Write `services:` with the app's services below it.",
        )
    sections = entries["services"].entries()
    found = [read_service(name, value, reading) for name, value in sections.items()]
    services = tuple(service for service in found if service)
    if not services:
        raise entries["services"].fault("names no service that runs")
    _check_depends_on(services, sections)
    _check_domains(services, sections)
    return Manifest(file=root.file, services=services, notices=tuple(reading.notices))


def _read_volumes(entries: dict[str, Value], reading: Reading) -> None:
    """The volumes' own section: a rack makes plain ones; their options have no effect."""
    volumes = entries["volumes"].entries() if "volumes" in entries else {}
    for volume in volumes.values():
        reading.leave_out(volume.entries(), (), dict.fromkeys(volume.entries(), ""))


def _check_depends_on(services: Sequence[ServiceManifest], sections: dict[str, Value]) -> None:
    """Every dependency must exist, and none may lead back to its service."""
    needs = {service.name: set(service.depends_on) for service in services}
    for service in services:
        for name in service.depends_on:
            if name not in needs:
                raise sections[service.name].fault(
                    f"depends on `{name[:60]}`, which is not run", nearest(name, needs)
                )
    while needs:
        free = [name for name, others in needs.items() if not others & needs.keys()]
        if not free:
            name = next(iter(needs))
            raise sections[name].fault("depends on itself by way of others", "Break the circle.")
        for name in free:
            del needs[name]


def _check_domains(services: Sequence[ServiceManifest], sections: dict[str, Value]) -> None:
    owners: dict[str, str] = {}
    for service in services:
        for domain in service.domains:
            owner = owners.setdefault(domain, service.name)
            if owner != service.name:
                raise sections[service.name].fault(
                    f"asks for the domain `{domain}`, which `{owner}` has already"
                )
