"""One person's view of the workspace's page, and what they do with it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect
from playwright.sync_api import Error as PlaywrightError

SIGHT_SECONDS = 20.0  # within which a person expects to see something
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}


class Screen:
    """What one person sees and presses. Every wait ends with a failure that shows what is there."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self.page = page
        self._pictures = pictures

    @property
    def channel(self) -> Locator:
        """The open channel, or Home."""
        return self.page.locator("#main")

    @property
    def thread(self) -> Locator:
        """The open thread."""
        return self.page.locator("#thread")

    @property
    def dialog(self) -> Locator:
        """The open dialog."""
        return self.page.get_by_role("dialog")

    def say(self, text: str) -> None:
        """Type into the channel."""
        self._type(text, "Message #deploys")

    def reply(self, text: str) -> None:
        """Type into the open thread."""
        self._type(text, "Reply…")

    def _type(self, text: str, box: str) -> None:
        self.page.get_by_label(box).fill(text)
        self.page.get_by_label(box).press("Enter")

    def cards(self, words: str) -> Locator:
        """Return the cards whose text contains *words*, the oldest first."""
        cards = self.channel.locator("article:not([data-ephemeral]):has(.attachment)")
        return cards.filter(has_text=words)

    def card(self, words: str) -> Locator:
        """Return the newest of these."""
        return self.cards(words).last

    def answer(self, words: str) -> Locator:
        """Return the newest answer that only this person sees and that contains *words*."""
        return self.page.locator("article[data-ephemeral]").filter(has_text=words).last

    def press(self, where: Locator, label: str) -> None:
        """Press the button that is labelled exactly so; in a thread the newest of them."""
        where.get_by_role("button", name=label, exact=True).last.click()

    def agree(self, title: str, verb: str) -> None:
        """Press *verb* in the dialog, once it says what will happen under *title*."""
        expect(self.dialog).to_contain_text(title, timeout=SIGHT_SECONDS * 1000)
        self.press(self.dialog, verb)
        expect(self.dialog).to_have_count(0)

    def open_thread(self, card: Locator) -> None:
        """Open a card's thread."""
        card.locator("[data-action=open-thread]").click()
        expect(self.thread).to_be_visible()

    def open_home(self) -> Locator:
        """Open App Home and return what is shown there, once it is."""
        self.page.get_by_role("link", name="Rackhand Home").click()
        home = self.channel.locator(".home-body")
        expect(home).to_contain_text("Racks", timeout=SIGHT_SECONDS * 1000)
        return home

    def use_shortcut(self, card: Locator, name: str) -> None:
        """Choose a message shortcut in a card's menu."""
        card.hover()
        card.get_by_label("More actions").click()
        self.page.get_by_role("menuitem", name=name).click()

    def is_loaded(self, image: Locator) -> None:
        """Fail unless an image is there in time, and no wider than what shows it."""
        loaded = "image => image.complete && image.naturalWidth > 0"
        handle = image.element_handle()
        self.page.wait_for_function(loaded, arg=handle, timeout=SIGHT_SECONDS * 1000)
        fits = "image => image.clientWidth <= image.closest('article').clientWidth"
        assert image.evaluate(fits)

    def picture(self, name: str) -> None:
        """Keep how it looks now, with the newest in sight."""
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=self._pictures / f"{name}.png")


def sees(where: Locator, words: str, seconds: float = SIGHT_SECONDS) -> None:
    """Fail unless *words* are shown there in time."""
    expect(where).to_contain_text(words, timeout=seconds * 1000)


def found_in(where: Locator, pattern: str) -> str:
    """Return what is shown there that *pattern* fits."""
    text = where.inner_text()
    found = re.search(pattern, text)
    assert found, f"nothing like {pattern} in:\n{text}"
    return found[0]


def _open(page: Page, address: str) -> None:
    """Load the page, again where a container that starts makes the browser drop the request."""
    for _ in range(5):
        try:
            page.goto(address)
        except PlaywrightError as error:
            if "ERR_NETWORK_CHANGED" not in str(error):
                raise
        else:
            return
    page.goto(address)


@contextmanager
def screen_of(
    browser: Browser, url: str, who: str, pictures: Path, device: dict[str, Any] = DESK
) -> Iterator[Screen]:
    """Give a person the page, in a browser of their own; no script error may happen on it."""
    context = browser.new_context(**device)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    _open(page, f"{url}?as={who}")
    page.wait_for_selector(f"body[data-ready={who}]", state="attached")
    try:
        yield Screen(page, pictures)
    finally:
        context.close()
    assert errors == []
