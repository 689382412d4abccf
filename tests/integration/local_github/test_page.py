"""The page in headless Chromium: what a person does there is done on the local GitHub."""

from playwright.sync_api import Page, expect

from bot.local_github.running import RunningGitHub
from tests.integration.local_github.conftest import Checkout


def visit(page: Page, local: RunningGitHub, path: str) -> None:
    page.goto(f"{local.url}{path}")
    page.wait_for_selector("body[data-ready]")


def test_a_branch_goes_from_red_to_green_and_is_merged_by_hand(
    page: Page, local: RunningGitHub, shop: Checkout
) -> None:
    sha = shop.branch("topic", "Sell hats")
    visit(page, local, shop.name)
    page.get_by_label("Acting as").select_option("grace")
    commit = page.locator(f"[data-sha='{sha}']")

    commit.get_by_role("button", name="Turn red").click()
    expect(commit.locator(".mark.red")).to_have_text("ci/test")
    commit.get_by_role("button", name="Turn green").click()
    expect(commit.locator(".mark.green")).to_have_text("ci/test")
    page.get_by_role("button", name="Open pull request").click()
    pull = page.locator("[data-pull='1']")
    expect(pull).to_contain_text("#1 Sell hats")
    pull.get_by_role("button", name="Merge").click()

    expect(pull.locator(".mark.merged")).to_be_visible()
    (merged,) = shop.client.pull_requests()
    assert (merged["user"]["login"], merged["state"]) == ("grace", "closed")
    assert merged["merge_commit_sha"] == shop.client.branches()["main"]
    assert [one["state"] for one in shop.client.statuses(sha)] == ["success", "failure"]


def test_what_a_bot_tells_is_seen_without_loading_again(
    page: Page, local: RunningGitHub, shop: Checkout
) -> None:
    shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic")["number"]
    visit(page, local, shop.name)
    expect(page.get_by_label("Deployments")).to_contain_text("Nothing was deployed yet.")

    shop.client.comment(number, "Live on <b>staging</b>")
    shop.client.set_deployment(shop.client.deploy("topic", "staging"), "success")

    expect(page.locator(".comment")).to_contain_text("Live on <b>staging</b>")
    expect(page.get_by_label("Deployments")).to_contain_text("staging")
    expect(page.get_by_label("Deployments").locator(".mark.success")).to_be_visible()


def test_what_github_refuses_is_said_on_the_page(
    page: Page, local: RunningGitHub, shop: Checkout
) -> None:
    shop.git("checkout", "--quiet", "-b", "topic")
    shop.commit("Say hats", {"README": "Hats\n"})
    shop.push()
    shop.git("checkout", "--quiet", "main")
    shop.commit("Say shoes", {"README": "Shoes\n"})
    shop.push()
    shop.client.open_pull_request("topic")
    visit(page, local, shop.name)

    page.get_by_role("button", name="Merge").click()

    expect(page.get_by_role("status")).to_have_text("Pull Request is not mergeable")


def test_links_of_cards_lead_to_commits_and_comparisons(
    page: Page, local: RunningGitHub, shop: Checkout
) -> None:
    sha = shop.branch("topic", "Sell hats")

    visit(page, local, f"{shop.name}/compare/main...{sha}")
    expect(page.get_by_label("Comparing")).to_contain_text("Sell hats")
    visit(page, local, f"{shop.name}/commit/{sha}")
    expect(page.get_by_label("Sell hats")).to_contain_text("added, +1 −0")


def test_the_page_is_usable_on_a_phone(page: Page, local: RunningGitHub, shop: Checkout) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/a-check-with-a-long-name", "pending")
    visit(page, local, shop.name)

    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
