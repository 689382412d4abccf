"""The drawing of a workflow, as it is read in Slack and at a terminal."""

from typing import Any

import pytest

from commands import flow
from engine.workflows.definition import Definition
from engine.workflows.reading import read
from tests.reading import as_read
from tests.worlds import Scene


def definition(*tasks: Any, **keys: Any) -> Definition:
    reading = read("x", {"app": "web", "tasks": list(tasks), **keys})
    assert reading.definition, reading.faults
    return reading.definition


def drawn(scene: Scene, *tasks: Any, **keys: Any) -> str:
    return as_read(flow.draw(scene.world, definition(*tasks, **keys)))


def test_a_workflow_is_drawn_in_one_line(protected: Scene) -> None:
    click = {"promote": {"rack": "production", "on_click": True, "canary": "10,50", "pause": "5m"}}
    line = drawn(
        protected,
        {"wait_for_checks": {"required": ["ci/test", "lint"]}},
        "build",
        {"promote": "staging"},
        {"run": {"rack": "staging", "service": "web", "command": "bin/smoke *"}},
        {"wait": "10m"},
        {"notify": {"text": "x", "channel": "#web"}},
        click,
        on={"push": "main"},
    )
    assert line == (
        "on push to main → ① checks (ci/test and lint) → ② build → ③ promote 🟢 staging → "
        "④ run bin/smoke * in web on 🟢 staging → ⑤ wait 10 min → ⑥ notify #web → "
        "⑦ promote 🔴 production 🔒 (canary 10,50 %, 5 min apart, click)"
    )


def test_tasks_that_go_side_by_side_stand_below_each_other(scene: Scene) -> None:
    both = {"together": [{"promote": "staging"}, {"promote": "production"}, {"wait": "1m"}]}
    assert drawn(scene, "build", both, {"notify": "x"}, {"wait": "2m"}).split("\n") == [
        "by hand → ① build →",
        "┌ ② promote 🟢 staging",
        "├ ② promote 🔴 production",
        "└ ② wait 1 min",
        "→ ③ notify → ④ wait 2 min",
    ]


def test_nothing_but_an_arrow_stands_between_two_such_steps(scene: Scene) -> None:
    checks: dict[str, Any] = {"together": ["wait_for_checks", "build"]}
    both = {"together": [{"promote": "staging"}, {"promote": "production"}]}
    assert drawn(scene, checks, both).split("\n") == [
        "by hand →",
        "┌ ① checks",
        "└ ① build",
        "→",
        "┌ ② promote 🟢 staging",
        "└ ② promote 🔴 production",
    ]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ({"push": ["main", "dev", "release/*"]}, "on push to main, dev or release/*"),
        ({"push": ["a", "b", "c", "d", "e"]}, "on push to a, b, c or 2 more"),
        ({"push": "*"}, "on push to any branch"),
        ([{"push": "main"}, {"tag": "v*"}], "on push to main, on tag v*"),
        ({"release": "*"}, "on a GitHub release"),
        ([], "by hand"),
    ],
)
def test_what_begins_it_is_said_as_people_say_it(on: Any, said: str) -> None:
    assert flow.when(definition("build", on=on)) == said


def test_a_rack_that_is_gone_is_drawn_all_the_same(scene: Scene) -> None:
    assert drawn(scene, "build", {"promote": "gone"}).endswith("② promote ⚪ gone")
