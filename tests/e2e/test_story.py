"""The whole story, from the first build to the rollback, as two people live it on the page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from bot.demo.outside import becomes_true
from bot.demo.shop import FIX, MISTAKE
from bot.demo.stage import MEMORY
from tests.e2e.company import Company
from tests.e2e.screen import SIGHT_SECONDS, Screen, found_in, screen_of, sees

WORK_SECONDS = 120.0  # for a build or a promotion; most take a few
RELEASE = r"\bR[A-Z]{10}\b"
FIRST, FIXED = "1", "2"  # the versions that the shop shows


@pytest.fixture
def firm(request: pytest.FixtureRequest) -> Company:
    """A company on a Docker engine; where no engine can be, on simulated racks."""
    try:
        found: Company = request.getfixturevalue("on_docker")
    except pytest.skip.Exception:
        found = request.getfixturevalue("simulated")
    return found


@pytest.fixture
def ada(browser: Browser, firm: Company, pictures: Path) -> Iterator[Screen]:
    with screen_of(browser, firm.url, "ada", pictures) as screen:
        yield screen


@pytest.fixture
def grace(browser: Browser, firm: Company, pictures: Path) -> Iterator[Screen]:
    with screen_of(browser, firm.url, "grace", pictures) as screen:
        yield screen


@pytest.mark.timeout(600)
def test_a_commit_goes_to_production_and_a_broken_one_is_turned_away(
    firm: Company, ada: Screen, grace: Screen
) -> None:
    ada.say("/rack switch staging")
    sees(ada.answer("Switched to"), "🟢 staging")
    first = build(ada)

    on_staging = promote(ada, firm, first, "staging", FIRST)
    expect(on_staging.locator(".attachment")).to_have_attribute("data-color", "#2eb67d")
    on_production = promote(grace, firm, first, "production", FIRST)
    expect(on_production.locator(".attachment")).to_have_attribute("data-color", "#e01e5a")

    firm.stage.shop.apply(FIX)
    fixed = build(ada)
    promote(ada, firm, fixed, "staging", FIXED)
    by_canary(grace, ada, firm, fixed)

    turned_away(ada, firm, fixed)
    roll_back(grace, firm, fixed, first)
    look_around(ada, first)


def build(screen: Screen) -> str:
    """Type the command, watch the card, and return the release candidate."""
    done = screen.cards("Release candidate").count()
    screen.say("/rack build shop")
    expect(screen.cards("Release candidate")).to_have_count(done + 1, timeout=WORK_SECONDS * 1000)
    card = screen.card("build B")
    sees(card, "🟢 staging")
    return found_in(card, RELEASE)


def promote(screen: Screen, firm: Company, release: str, rack: str, version: str) -> Locator:
    """Press the button of the build's card; return the promotion's card once it is live."""
    done = screen.cards("promote R").count()
    card = screen.cards("build B").filter(has_text=release)
    if rack == "production":
        screen.press(card, "Promote to production…")
        sees(screen.dialog, "🔴 production 🔒 · Promote shop?")
        copied = firm.stage.engine == MEMORY  # two racks on one engine share their images
        sees(screen.dialog, "copied from staging" if copied else "there already")
        screen.picture("promote-confirm")
        screen.agree("Live now", "Promote to production")
    else:
        screen.press(card, "Promote to staging")
    expect(screen.cards("promote R")).to_have_count(done + 1, timeout=20_000)
    card = screen.card("promote R")
    sees(card, rack)
    sees(card, "Live since", WORK_SECONDS)
    expect(card.get_by_role("button", name="Roll back…")).to_be_visible()
    live = found_in(card, RELEASE)
    assert (live == release) == (rack == "staging")
    serves(firm, rack, live, version)
    return card


def by_canary(asks: Screen, agrees: Screen, firm: Company, release: str) -> None:
    """Give production a tenth, then all by a click; the receipt and its picture tell how it was."""
    done = agrees.cards("promote R").count()
    asks.say(f"/rack promote {release} --rack production --canary 10,100")
    expect(agrees.cards("promote R")).to_have_count(done + 1, timeout=20_000)
    card = agrees.card("promote R")
    agrees.press(card, "Approve…")
    agrees.agree("🔴 production 🔒 · Promote shop?", "Approve")
    agrees.open_thread(card)
    sees(agrees.thread, "10 % of the traffic reaches", WORK_SECONDS)
    assert len(firm.outside.releases("production")) == 2
    agrees.press(agrees.thread, "Move on to 100 %")
    sees(agrees.thread, "Done.", WORK_SECONDS)
    sees(agrees.thread, "requests during the switch, 0 failed")
    plot = agrees.thread.get_by_role("img", name="0 failed")
    expect(plot).to_be_visible(timeout=SIGHT_SECONDS * 1000)
    agrees.is_loaded(plot)
    sees(card, "Live since", WORK_SECONDS)
    agrees.picture("receipt")
    serves(firm, "production", found_in(card, RELEASE), FIXED)


def serves(firm: Company, rack: str, release: str, version: str) -> None:
    """Look past the bot: what answers through the router, and what runs."""
    assert becomes_true(lambda: firm.outside.releases(rack) == {release})
    if firm.stage.engine != MEMORY:
        assert becomes_true(lambda: firm.outside.version(rack) == version)


def turned_away(screen: Screen, firm: Company, old: str) -> None:
    """Promote what never gets healthy; the old release keeps the traffic all the while."""
    if firm.stage.engine == MEMORY:
        screen.say("/rack env set FAIL=unhealthy --rack staging")
        answer = screen.answer("Made release")
        sees(answer, "env add:FAIL")
        broken = found_in(answer, RELEASE)
        screen.press(answer, f"Promote {broken}")
    else:
        firm.stage.shop.apply(MISTAKE)
        broken = build(screen)
        screen.press(screen.card("build B"), "Promote to staging")
    card = screen.card(f"promote {broken}")
    sees(card, "Checking their health", WORK_SECONDS)
    if firm.stage.engine != MEMORY:
        assert firm.outside.version("staging") == FIXED
    sees(card, "Failed. web", WORK_SECONDS)
    sees(card, f"{old} stayed live.")
    told = screen.channel.locator("article").filter(has_text="replied to a thread").last
    sees(told, "/health")
    serves(firm, "staging", old, FIXED)


def roll_back(screen: Screen, firm: Company, current: str, goal: str) -> None:
    """Press the button of what is live on staging, look at what will happen, and agree."""
    screen.press(screen.card(f"promote {current}"), "Roll back…")
    screen.agree("🟢 staging · Roll shop back?", "Roll back")
    card = screen.card(f"roll back to {goal}")
    sees(card, "Live since", WORK_SECONDS)
    sees(card, f"in place of {current}")
    serves(firm, "staging", goal, FIRST)


def look_around(screen: Screen, live: str) -> None:
    """Ask what runs, what it wrote and what there is, then open Home."""
    screen.say("/rack ps shop")
    rows = screen.answer("Processes of shop").locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text=live).filter(has_text="healthy")).to_have_count(3)
    screen.say("/rack logs shop --tail 5")
    sees(screen.answer("Log of shop"), "5 lines")
    screen.say("/rack releases")
    expect(screen.answer("Releases of shop").locator("tr").filter(has_text=live)).to_contain_text(
        "active"
    )
    home = screen.open_home()
    sees(home, "🟢 staging · running")
    sees(home, "🔴 production 🔒 · running")
    sees(home, f"roll back to {live} succeeded")
    sees(home, "failed")
    screen.picture("home")
