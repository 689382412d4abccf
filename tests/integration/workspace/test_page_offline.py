"""The page where the browser drops requests: what one does still happens, and only once."""

import pytest
from playwright.sync_api import Page, Route, expect

from bot.workspace.running import RunningWorkspace


@pytest.mark.parametrize("arrives", [True, False])
def test_what_is_typed_is_said_once_however_often_it_is_sent(
    page: Page, workspace: RunningWorkspace, arrives: bool
) -> None:
    dropped = 0

    def drop(route: Route) -> None:
        nonlocal dropped
        dropped += 1
        if dropped > 2:
            route.continue_()
            return
        if arrives:
            route.fetch()
        route.abort("internetdisconnected")

    page.route("**/client/say", drop)
    page.goto(workspace.url)
    page.wait_for_selector("body[data-ready=ada]")
    page.get_by_label("Message #deploys").fill("Shipping at noon")
    with page.expect_response("**/client/say"):
        page.get_by_label("Message #deploys").press("Enter")

    expect(page.locator("#main article")).to_contain_text(["Shipping at noon"])
    assert dropped == 3


@pytest.mark.parametrize("part", ["js/panes.js", "css/message.css", "js/app.js"])
def test_a_page_that_loaded_only_in_part_loads_again(
    page: Page, workspace: RunningWorkspace, part: str
) -> None:
    page.route(f"**/page/{part}", lambda route: route.abort("internetdisconnected"), times=1)
    page.goto(workspace.url)

    page.wait_for_selector("body[data-ready=ada]")
    expect(page.locator(".author").first.or_(page.locator(".empty")).first).to_be_visible()
