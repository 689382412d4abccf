"""What people do beside the main story: in threads, in forms, as guests, on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.e2e.company import Company
from tests.e2e.screen import PHONE, SIGHT_SECONDS, Screen, found_in, screen_of, sees

RELEASE = r"\bR[A-Z]{10}\b"
WORK_SECONDS = 90.0


@pytest.fixture
def ada(browser: Browser, simulated: Company, pictures: Path) -> Iterator[Screen]:
    with screen_of(browser, simulated.url, "ada", pictures) as screen:
        yield screen


def built(screen: Screen) -> Locator:
    """Build on staging and return the card once it has its release candidate."""
    done = screen.cards("release candidate").count()
    screen.say("/rack build shop --rack staging")
    cards = screen.cards("release candidate")
    expect(cards).to_have_count(done + 1, timeout=WORK_SECONDS * 1000)
    return cards.nth(done)


def test_a_mention_in_a_thread_promotes_what_the_thread_is_about(ada: Screen) -> None:
    card = built(ada)
    release = found_in(card, RELEASE)
    ada.open_thread(card)
    ada.reply("@rackhand promote")

    sees(ada.thread, f"Promoting {release} of shop on staging.")
    sees(ada.card(f"promote {release}"), "Live since", WORK_SECONDS)


def test_a_shortcut_cancels_the_build_of_its_card_and_another_shows_its_log(ada: Screen) -> None:
    before = ada.cards("build B").count()
    ada.say("/rack build shop --rack staging")
    expect(ada.cards("build B")).to_have_count(before + 1, timeout=20_000)
    card = ada.cards("build B").nth(before)
    ada.use_shortcut(card, "Cancel this")
    sees(ada.answer("Canceling"), "Its thread tells the end.")
    sees(card, "canceled it.", WORK_SECONDS)
    ada.press(card, "Log")

    sees(ada.answer("Log of"), "staging")


def test_values_are_entered_in_a_form_that_says_what_is_wrong_with_them(ada: Screen) -> None:
    ada.say("/rack env set --app shop --rack production")
    ada.press(ada.answer("Values are entered in a form"), "Set values…")
    lines = ada.dialog.get_by_label("NAME=value, one a line")
    lines.fill("GREETING")
    ada.press(ada.dialog, "Set")
    sees(ada.dialog, "Line 1 has no “=”.")
    expect(lines).to_have_value("GREETING")
    lines.fill("GREETING=s3same")
    ada.press(ada.dialog, "Set")
    expect(ada.dialog).to_have_count(0)

    sees(ada.answer("env add:GREETING"), "🔴 production")
    assert "s3same" not in ada.page.content()


def test_a_guest_may_look_but_not_act(browser: Browser, simulated: Company, ada: Screen) -> None:
    before = ada.cards("build B").count()
    with screen_of(browser, simulated.url, "pat", Path()) as pat:
        pat.say("/rack build shop --rack staging")
        sees(pat.answer("You cannot do that here."), "Guests of the workspace may look at racks")
        pat.say("/rack racks")
        sees(pat.answer("Racks"), "🔴 production 🔒")

    assert ada.cards("build B").count() == before


def test_a_wrong_word_gets_an_answer_that_only_the_asker_sees(ada: Screen) -> None:
    ada.say("/rack biuld shop")

    sees(ada.answer("biuld"), "build")


def test_a_phone_is_enough_to_approve_and_to_look(
    browser: Browser, simulated: Company, ada: Screen, pictures: Path
) -> None:
    built(ada)
    with screen_of(browser, simulated.url, "grace", pictures, PHONE) as phone:
        phone.page.get_by_role("link", name="deploys").click()
        before = phone.cards("promote R").count()
        phone.press(phone.cards("release candidate").last, "Promote to production…")
        phone.agree("🔴 production 🔒 · Promote shop?", "Promote to production")
        expect(phone.cards("promote R")).to_have_count(before + 1, timeout=20_000)
        card = phone.cards("promote R").nth(before)
        sees(card, "Live since", WORK_SECONDS)
        card.scroll_into_view_if_needed()
        phone.picture("phone")
        phone.open_thread(card)
        plot = phone.thread.get_by_role("img", name="0 failed")
        expect(plot).to_be_visible(timeout=SIGHT_SECONDS * 1000)
        phone.is_loaded(plot)
        phone.thread.get_by_label("Back").click()
        is_narrow = "document.documentElement.scrollWidth <= 390"
        assert phone.page.evaluate(is_narrow)
        phone.channel.get_by_label("Back").click()
        sees(phone.open_home(), "🔴 production 🔒")
        assert phone.page.evaluate(is_narrow)
