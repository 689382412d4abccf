"""What ARCHITECTURE.md names must exist, so that it stays true."""

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
TEXT = (TOP / "ARCHITECTURE.md").read_text(encoding="utf-8")
CITED = sorted(set(re.findall(r"`([\w/.]+\.py)(?::([\w.]+))?`", TEXT)))
FOLDERS = sorted(set(re.findall(r"`((?:bot|commands|engine|storage|tests)/[\w/]*/)`", TEXT)))


def names_in(path: Path) -> set[str]:
    """Return what the module defines: functions, classes, their methods, and constants."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name):
                found.add(name)
            case ast.ClassDef(name=name, body=body):
                found.add(name)
                found |= {
                    f"{name}.{inner.name}" for inner in body if isinstance(inner, ast.FunctionDef)
                }
            case ast.Assign(targets=targets):
                found |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                pass
    return found


@pytest.mark.parametrize(("file", "name"), CITED, ids=lambda part: part or "whole")
def test_every_cited_name_is_defined_where_the_text_says(file: str, name: str) -> None:
    path = TOP / file
    assert path.is_file(), f"ARCHITECTURE.md cites {file}, which is not there"
    if name:
        assert name in names_in(path), f"{file} defines no {name}"


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_cited_folder_is_there(folder: str) -> None:
    assert (TOP / folder).is_dir()


def test_the_text_cites_a_whole_way_through_the_layers() -> None:
    layers = {file.split("/")[0] for file, _ in CITED}
    assert {"bot", "commands", "engine", "storage"} <= layers
