"""The workflows of rackhand.yml: known after the start, and their faults told with the others."""

from pathlib import Path

import pytest

from bot.settings import load
from bot.wiring import wire
from engine.errors import UserError
from engine.workflows import keeping
from engine.workflows.reading import definition_of
from storage import workflows
from storage.workflow_records import Workflow

RACKS = "racks:\n  staging: {provider: memory}\n  production: {provider: memory, protected: true}\n"
APPS = "apps:\n  shop: {repo: https://github.com/acme/shop.git}\n"
WORKFLOW = """\
workflows:
  delivery:
    app: shop
    on: {push: main}
    tasks:
      - build
      - promote: staging
"""
GOOD = RACKS + APPS + WORKFLOW
KEY = {"RACKHAND_SECRET_KEY": "a key for tests"}


def written(folder: Path, text: str) -> Path:
    path = folder / "rackhand.yml"
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        load(written(folder, text), KEY)
    return str(caught.value)


def started(folder: Path, text: str) -> list[Workflow]:
    """Start with the file, and return what is on record then."""
    database = f"sqlite:///{folder / 'rackhand.db'}"
    wired = wire(load(written(folder, text), {**KEY, "RACKHAND_DATABASE_URL": database}))
    try:
        with wired.world.store.read() as transaction:
            return workflows.all_of_them(transaction)
    finally:
        wired.close()


def test_the_files_workflows_are_known_after_the_start_and_gone_when_it_lacks_them(
    tmp_path: Path,
) -> None:
    (found,) = started(tmp_path, GOOD)
    assert found.name == "delivery"
    assert found.in_file
    assert found.definition == {
        "app": "shop",
        "on": {"push": "main"},
        "tasks": ["build", {"promote": "staging"}],
    }
    assert started(tmp_path, RACKS + APPS) == []


def test_a_restart_changes_nothing_and_an_edit_counts_a_revision(tmp_path: Path) -> None:
    first = started(tmp_path, GOOD)
    assert started(tmp_path, GOOD) == first
    (edited,) = started(tmp_path, GOOD.replace("main", "trunk"))
    assert edited.revision == first[0].revision + 1
    assert edited.created_at == first[0].created_at


def test_faults_of_workflows_are_told_with_the_others_each_with_its_line(tmp_path: Path) -> None:
    text = GOOD.replace("build", "biuld").replace("push", "psh").replace("apps:", "appz:")
    told = faults_of(tmp_path, text)
    assert "line 4: appz" in told
    assert "line 9: workflows.delivery.on.psh: nothing begins with `psh`" in told
    assert "line 11: workflows.delivery.tasks[0]: there is no task `biuld`" in told


def test_a_rack_that_is_not_in_the_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    told = faults_of(tmp_path, GOOD.replace("promote: staging", "promote: stagin"))
    assert "line 12: workflows.delivery.tasks[1].promote: there is no rack `stagin`" in told
    assert "Did you mean `staging`?" in told


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("workflows: [a]\n", "line 6: workflows: must hold workflows by their names"),
        ("workflows: {Bad: {app: shop, tasks: [build]}}\n", "workflows.Bad.name: `Bad` cannot"),
        ("workflows:\n  a: x\n", "line 7: workflows.a: this is no workflow"),
        ("workflows:\n  a: {}\n  a: {}\n", "`workflows.a` is written twice"),
    ],
)
def test_a_section_that_holds_no_workflows_is_refused(
    tmp_path: Path, section: str, said: str
) -> None:
    assert said in faults_of(tmp_path, RACKS + APPS + section)


def test_an_empty_section_is_none(tmp_path: Path) -> None:
    assert load(written(tmp_path, RACKS + "workflows:\n"), KEY).file.workflows == {}


def test_an_app_that_is_nowhere_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        started(tmp_path, GOOD.replace("app: shop", "app: shp"))
    assert "workflows.delivery.app: there is no app shp. Did you mean `shop`?" in str(caught.value)


def test_a_name_that_was_made_in_slack_too_stops_the_start(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'rackhand.db'}"
    settings = load(written(tmp_path, GOOD), {**KEY, "RACKHAND_DATABASE_URL": database})
    wired = wire(settings)
    try:
        with wired.world.store.write() as transaction:
            (one,) = workflows.all_of_them(transaction)
            workflows.change(transaction, one, in_file=False)
        with pytest.raises(UserError) as caught:
            keeping.name_workflows(wired.world, {"delivery": definition_of(one)})
    finally:
        wired.close()
    assert "in rackhand.yml and were made in Slack too: delivery." in str(caught.value)
