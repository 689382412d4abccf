"""Workflows as people make them in the dialog, and a merge on GitHub that one brings live."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.demo.outside import becomes_true
from bot.demo.stage import REPOSITORY
from tests.e2e.company import Company
from tests.e2e.screen import SIGHT_SECONDS, Screen, screen_of, sees

WORK_SECONDS = 120.0
CHECK = "ci/test"


@pytest.fixture
def ada(browser: Browser, simulated: Company, pictures: Path) -> Iterator[Screen]:
    with screen_of(browser, simulated.url, "ada", pictures) as screen:
        yield screen


@pytest.fixture
def grace(browser: Browser, simulated: Company, pictures: Path) -> Iterator[Screen]:
    with screen_of(browser, simulated.url, "grace", pictures) as screen:
        yield screen


def add(screen: Screen, kind: str) -> None:
    """Choose a kind of task in the dialog's menu."""
    screen.dialog.get_by_label("Add a task…").select_option(label=kind)


def enter(screen: Screen, title: str, verb: str = "Add", **values: str) -> None:
    """Fill in the form of a task and send it."""
    expect(screen.dialog.locator(".dialog-title")).to_have_text(title, timeout=20_000)
    for label, value in values.items():
        field = screen.dialog.get_by_label(label, exact=True)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    screen.press(screen.dialog, verb)


def test_the_qa_workflow_is_built_from_nothing_and_brings_a_merge_live(
    simulated: Company, ada: Screen, grace: Screen
) -> None:
    github = simulated.stage.github.client(REPOSITORY)
    build_it(ada)
    ada.page.get_by_role("link", name="deploys").click()
    ada.say("/rack workflows info verify-shop")
    shown = ada.answer("Workflow verify-shop")
    sees(shown, "on push to main → ① checks → ② build → ③ promote 🟢 staging")

    simulated.stage.shop.change("7", "Add a wish list", branch="wish-list")
    number = int(github.open_pull_request("wish-list", title="Add a wish list")["number"])
    sha = github.merge(number)
    github.check_run(sha, CHECK)
    card = ada.card("shop · verify-shop")
    sees(card, f"Not finished: {CHECK}", WORK_SECONDS)
    github.check_run(sha, CHECK, "success")
    sees(card, "waiting for a person since", WORK_SECONDS)
    grace.press(grace.card("shop · verify-shop"), "Promote to production…")
    grace.agree("Promote shop?", "Promote to production")

    sees(card, "Done.", WORK_SECONDS)
    ada.open_thread(card)
    sees(ada.thread, "On production:")
    ada.picture("job-done")
    comments = becomes_true(lambda: bool(github.comments(number)))
    assert comments


def build_it(ada: Screen) -> None:
    """Open App Home and build the workflow click by click."""
    home = ada.open_home()
    ada.press(home, "New workflow…")
    dialog = ada.dialog
    sees(dialog, "Tasks, in this order")
    dialog.get_by_label("Name").fill("verify-shop")
    add(ada, "Wait for green checks")
    enter(ada, "Wait for green checks", **{"Give up after": "20m"})
    sees(dialog, "Wait for green checks: timeout 20m")
    add(ada, "Build the images")
    sees(dialog, "② Build the images")
    add(ada, "Promote on a rack")
    enter(ada, "Promote on a rack", Rack="staging")
    sees(dialog, "③ Promote on a rack: staging")
    add(ada, "Promote on a rack")
    expect(dialog.locator(".dialog-title")).to_have_text("Promote on a rack", timeout=20_000)
    dialog.get_by_label("When somebody clicks").check()
    enter(ada, "Promote on a rack", Rack="production")
    sees(dialog, "④ Promote on a rack: production · when somebody clicks")
    sees(dialog, "④ promote 🔴 production 🔒 (click)")
    dialog.locator(".modal-body").evaluate("body => body.scrollTo(0, body.scrollHeight)")
    ada.picture("workflow-builder")
    ada.press(dialog, "Save")
    expect(dialog).to_have_count(0, timeout=SIGHT_SECONDS * 1000)


def test_what_cannot_be_saved_is_said_in_the_dialog(ada: Screen) -> None:
    ada.say("/rack workflows new")
    ada.press(ada.answer("New workflow"), "Empty…")
    sees(ada.dialog, "Tasks, in this order")
    ada.dialog.get_by_label("Name").fill("Not A Name")
    add(ada, "Promote on a rack")
    enter(ada, "Promote on a rack", Rack="staging")
    sees(ada.dialog, "① Promote on a rack: staging")
    ada.press(ada.dialog, "Save")

    sees(ada.dialog, "cannot be the name of a workflow")
