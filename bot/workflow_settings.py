"""The workflows of rackhand.yml: read by the one reader of workflows, each fault with its line."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from engine.errors import UserError
from engine.manifest.values import Value
from engine.workflows.checking import rack_faults
from engine.workflows.places import line_of
from engine.workflows.reading import plain_of_value, read

KEY = "workflows"


def plain_workflows(
    root: yaml.Node | None, path: Path, racks: Collection[str], faults: list[str]
) -> dict[str, Any]:
    """Return the plain form of each workflow by its name, and add to *faults* what is wrong.

    Read from the YAML's nodes, where ``on`` is a key and no truth.
    """
    value = _section(root, path)
    if value is None or value.is_null:
        return {}
    try:
        named, lines = plain_of_value(value)
    except UserError as error:
        faults.append(str(error))
        return {}
    if not isinstance(named, Mapping):
        faults.append(f"{path}, line {value.line}: {KEY}: must hold workflows by their names")
        return {}
    for name, plain in named.items():
        own = dict(_below(f"{KEY}.{name}", lines))
        for place, text in _faults_of(name, plain, own, racks):
            full = f"{KEY}.{name}" + (f".{place}" if place else "")
            faults.append(f"{path}, line {line_of(place, own)}: {full}: {text}")
    return dict(named)


def _faults_of(
    name: str, plain: Any, lines: Mapping[str, int], racks: Collection[str]
) -> Iterator[tuple[str, str]]:
    reading = read(name, plain, lines=lines)
    for fault in reading.faults:
        yield fault.path, fault.text
    if reading.definition and racks:
        for fault in rack_faults(reading.definition, racks):
            yield fault.path, fault.text


def _section(root: yaml.Node | None, path: Path) -> Value | None:
    if not isinstance(root, yaml.MappingNode):
        return None
    for key, node in root.value:
        if key.value == KEY:
            line = key.start_mark.line + 1
            return Value(file=str(path), path=KEY, line=line, node=node)
    return None


def _below(prefix: str, lines: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Give the lines below a path by what follows it."""
    for path, line in lines.items():
        if path == prefix or path.startswith((f"{prefix}.", f"{prefix}[")):
            yield path.removeprefix(prefix).removeprefix("."), line
