"""Building a workflow in the dialog: each click, what it shows, and what is saved in the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from bot.slack.builder.side import BuilderSide
from bot.workspace.client import Visitor
from bot.workspace.seen import SeenView
from commands.building import AppOffer, Findings, Offers
from commands.reply import Actions, Button, RackTag, Reply
from commands.request import Request
from engine.workflows.templates import TEMPLATES
from engine.workflows.written import plain_of
from storage.workflow_records import Workflow
from tests.integration.slack.scripted import ScriptedSide

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RACKS = (RackTag(name="staging", color="green"), RackTag(name="production", color="red"))
APPS = (
    AppOffer(name="web", repo="https://git.example/web.git", branch="main", hosted="acme/web"),
    AppOffer(name="blog", repo="https://else.example/blog", branch="trunk", hosted=None),
)
QA = plain_of(TEMPLATES["qa-app"].make("web", "main", ["staging", "production"]))
FOUND = Findings(notes=("`main` of acme/web is at `4f2c1ab`.",), checks=("ci/test", "ci/lint"))
START = {
    "From nothing": ("workflows", "new"),
    "QA app": ("workflows", "new", "--template", "qa-app"),
    "Edit": ("workflows", "edit", "qa"),
    "Edit what is gone": ("workflows", "edit", "gone"),
}
BUTTONS = tuple(Button(label=name, words=words, opens="workflow") for name, words in START.items())


def _on_record(name: str) -> Workflow | None:
    if name != "qa":
        return None
    return Workflow(
        name="qa",
        app="web",
        definition=QA,
        revision=7,
        in_file=False,
        created_by=None,
        created_at=NOW,
        changed_at=NOW,
    )


def _answer(request: Request) -> Reply:
    listing = request.words == ("workflows",)
    return Reply(parts=(Actions(buttons=BUTTONS),)) if listing else Reply(title="Saved.")


@pytest.fixture
def faults() -> list[tuple[str, str]]:
    """What is wrong with whatever is to be saved."""
    return []


@pytest.fixture
def script(faults: list[tuple[str, str]]) -> ScriptedSide:
    scripted = ScriptedSide()
    scripted.answers["workflows"] = _answer
    scripted.builder = BuilderSide(
        offers=lambda: Offers(apps=APPS, racks=RACKS),
        on_record=_on_record,
        template=lambda name, app: ("qa-app", QA) if name == "qa-app" else None,
        look=lambda name, plain, *, is_new: FOUND,
        check=lambda name, plain, *, is_new: tuple(faults),
    )
    return scripted


@dataclass
class Desk:
    """One person before the dialog."""

    ada: Visitor
    script: ScriptedSide

    def start(self, label: str) -> None:
        self.ada.say("/rack workflows")
        message = self.ada.wait_for(
            lambda: next((one for one in self.ada.ephemerals() if one.control(label)), None)
        )
        self.ada.click(message, label)

    def shows(self, *texts: str, but: str | None = None) -> SeenView:
        def look() -> SeenView | None:
            modal = self.ada.modal()
            if modal is None or not all(text in modal.plain_text for text in texts):
                return None
            return None if but and but in modal.plain_text else modal

        return self.ada.wait_for(look)

    def add(self, kind: str, values: Mapping[str, Any], then: str) -> None:
        self.ada.click(self.shows("Tasks, in this order"), "wf:add", value=kind)
        self.ada.wait_for(lambda: self.has_input(next(iter(values))))
        assert self.ada.submit(values) == {}
        self.shows("Tasks, in this order", then)

    def has_input(self, name: str) -> bool:
        modal = self.ada.modal()
        return modal is not None and modal.control(f"wf:{name}") is not None

    def touch(self, index: int, label: str) -> None:
        view = self.shows("Tasks, in this order")
        self.ada.click(view, f"wf:task:{index}", value=label)

    def saved(self) -> tuple[tuple[str, ...], Any]:
        """The words that saved, and the workflow that they hold."""

        def look() -> tuple[str, ...] | None:
            return next((one.words for one in self.script.requests if "--yaml" in one.words), None)

        words = self.ada.wait_for(look)
        return words, yaml.safe_load(words[words.index("--yaml") + 1])["workflows"]


@pytest.fixture
def desk(ada: Visitor, script: ScriptedSide) -> Desk:
    return Desk(ada=ada, script=script)


def test_a_template_is_two_clicks_from_a_working_workflow(desk: Desk) -> None:
    desk.start("QA app")
    desk.shows("Wait for green checks", "Promote on a rack: production · when somebody clicks")
    assert desk.ada.submit() == {}

    words, saved = desk.saved()
    assert words[:4] == ("workflows", "new", "--name", "qa-app")
    assert saved["qa-app"]["tasks"] == QA["tasks"]


def test_a_workflow_is_built_from_nothing(desk: Desk) -> None:
    desk.start("From nothing")
    view = desk.shows("Tasks, in this order")
    desk.ada.click(view, "wf:app", value="web")
    desk.shows("acme/web", "is at 4f2c1ab")
    desk.add("wait_for_checks", {"timeout": "20m"}, "timeout 20m")
    desk.ada.click(desk.shows("Tasks, in this order"), "wf:add", value="build")
    desk.shows("Build the images")
    desk.add("promote", {"rack": "staging"}, "Promote on a rack: staging")
    desk.add(
        "promote",
        {"rack": "production", "on_click": "When somebody clicks", "canary": "10,50,100"},
        "when somebody clicks",
    )
    assert desk.ada.submit({"name": "deliver", "Branch": "release/*"}) == {}

    _, saved = desk.saved()
    assert saved["deliver"] == {
        "app": "web",
        True: {"push": "release/*"},  # PyYAML takes "on" for a truth
        "tasks": [
            {"wait_for_checks": {"timeout": "20m"}},
            "build",
            {"promote": {"rack": "staging"}},
            {"promote": {"rack": "production", "on_click": "true", "canary": "10,50,100"}},
        ],
    }


def test_checks_that_were_seen_on_the_branch_can_be_chosen(desk: Desk) -> None:
    desk.start("QA app")
    desk.touch(0, "Edit…")
    desk.ada.wait_for(lambda: desk.has_input("required"))
    assert desk.ada.submit({"required": ["ci/lint"], "others": "deploy/ok\n"}) == {}
    desk.shows("required ci/lint, deploy/ok")


def test_tasks_are_moved_joined_and_removed(desk: Desk) -> None:
    desk.start("QA app")
    desk.touch(3, "Side by side with the one above")
    desk.shows("③ Promote on a rack: production · when somebody clicks (side by side)")
    desk.touch(1, "Move up")
    desk.shows("① Build the images")
    desk.touch(1, "Remove")
    desk.shows("Tasks, in this order", but="green checks")
    assert desk.ada.submit() == {}

    _, saved = desk.saved()
    promotions = [QA["tasks"][2], QA["tasks"][3]]
    assert saved["qa-app"]["tasks"] == ["build", {"together": promotions}]


def test_another_app_brings_its_own_branch(desk: Desk) -> None:
    desk.start("QA app")
    desk.ada.click(desk.shows("acme/web"), "wf:app", value="blog")
    view = desk.shows("not on GitHub, so nothing but a click begins it")

    assert any(
        value.get("wf:pattern", {}).get("value") == "trunk" for value in view.values.values()
    )


def test_what_is_wrong_with_a_task_is_said_at_its_input(desk: Desk) -> None:
    desk.start("QA app")
    desk.touch(3, "Edit…")
    desk.shows("Canary")

    errors = desk.ada.submit({"canary": "50,10"})

    assert "rise" in errors["canary"]


def test_what_is_wrong_with_the_whole_is_said_before_anything_is_saved(
    desk: Desk, faults: list[tuple[str, str]]
) -> None:
    faults += [("name", "`qa-app` is taken."), ("on.push", "is no branch."), ("tasks[3]", "No.")]
    desk.start("QA app")
    desk.shows("Tasks, in this order")

    errors = desk.ada.submit()

    assert errors == {"name": "qa-app is taken.", "pattern-push-web": "is no branch.", "app": "No."}
    assert not [one for one in desk.script.requests if "--yaml" in one.words]


def test_editing_saves_over_what_was_seen(desk: Desk) -> None:
    desk.start("Edit")
    desk.shows("Tasks, in this order")
    assert desk.ada.submit() == {}

    words, saved = desk.saved()
    assert words[:5] == ("workflows", "edit", "qa", "--revision", "7")
    assert list(saved) == ["qa"]


def test_a_workflow_that_is_gone_is_said_to_be(desk: Desk) -> None:
    desk.start("Edit what is gone")

    desk.shows("not there any more")
