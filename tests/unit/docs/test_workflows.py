"""docs/workflows.md: its workflows can be read, and it names all that there is."""

import re
from pathlib import Path

import pytest
import yaml

from engine.workflows.reading import parse_yaml, read
from engine.workflows.task_reading import KEYS, TOGETHER
from engine.workflows.tasks.notify import PLACEHOLDERS
from engine.workflows.templates import TEMPLATES
from storage.workflow_records import TaskKind

DOCS = Path(__file__).parents[3] / "docs"
TEXT = (DOCS / "workflows.md").read_text(encoding="utf-8")
EXAMPLES = [
    found
    for page in ("workflows.md", "configuration.md")
    for found in re.findall(r"```yaml\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)
    if "workflows:" in found
]
TRIGGERS = re.findall(r"^\| `([\[{].*?)` \| ", TEXT, re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_can_be_read(example: str) -> None:
    plain, _ = parse_yaml(example)
    for name, workflow in plain["workflows"].items():
        assert read(name, workflow).faults == ()


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_every_trigger_of_the_table_can_be_read(trigger: str) -> None:
    plain = {"app": "shop", "on": yaml.safe_load(trigger), "tasks": ["build"]}
    assert read("x", plain).faults == ()


@pytest.mark.parametrize("kind", TaskKind)
def test_every_task_and_its_settings_are_named(kind: TaskKind) -> None:
    section = TEXT.partition(f"### `{kind}`")[2].partition("### ")[0]
    assert section
    assert [key for key in KEYS[kind] if key not in section and key != "for"] == []


def test_what_stands_beside_the_tasks_is_named_too() -> None:
    words = [f"`{TOGETHER}`", *(f"`{name}`" for name in TEMPLATES), *PLACEHOLDERS]
    assert [word for word in words if word not in TEXT] == []
    assert len(EXAMPLES) >= 2
    assert len(TRIGGERS) >= 5
