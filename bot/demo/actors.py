"""Ada, who types, and Grace, who reviews: what they do and see on the page of the workspace."""

import re
import sys
from collections.abc import Callable, Collection

from bot.workspace.client import Visitor
from bot.workspace.seen import SeenMessage

CHANNEL = "deploys"
ENDED = ("Done", "Failed", "Taken back", "Canceled", "Superseded", "Expired", "→ release")
PROMOTION = re.compile(r"\bP[A-HJ-NP-Z]{10}\b")
SIGHT_SECONDS = 20.0
PROMOTE_SECONDS = 180.0


class StepFailed(Exception):
    """A step of the story did not happen as it should."""


class Actors:
    """The two of them, and how many steps they have taken."""

    def __init__(self, ada: Visitor, grace: Visitor) -> None:
        """*ada* types, *grace* reviews."""
        self.steps = 0
        self.ada = ada
        self.grace = grace

    def step(self, what: str) -> None:
        """Say what happens next."""
        self.steps += 1
        say(f"{self.steps:>2}. {what}")

    def ask(self, command: str, *expected: str) -> None:
        """Type a command and wait for an answer that only Ada sees, with all that is expected."""
        seen = {message.ts for message in self.ada.ephemerals()}
        self.ada.say(command)
        self.sees(*expected, but=seen)

    def sees(self, *expected: str, but: Collection[str] = ()) -> None:
        """Wait for an answer that only Ada sees, of those not in *but*, with all the words."""
        self.ada.wait_for(
            lambda: any(
                all(words in message.plain_text for words in expected)
                for message in self.ada.ephemerals()
                if message.ts not in but
            ),
            SIGHT_SECONDS,
        )

    def begun(self, title: str, begin: Callable[[], object]) -> SeenMessage:
        """Do what begins something, and return the card that it gets, by its title."""
        before = {message.ts for message in self.ada.messages()}
        begin()

        def look() -> SeenMessage | None:
            found = [
                message
                for message in self.ada.messages()
                if message.from_app
                and message.ts not in before
                and not (message.is_reply or message.ephemeral)
                and title in message.plain_text
            ]
            return found[-1] if found else None

        return self.ada.wait_for(look, PROMOTE_SECONDS)

    def press(self, card: SeenMessage, label: str) -> None:
        """Let Grace press a button of a card, and agree to what its dialog shows.

        The label may go on behind *label*.
        """

        def look() -> tuple[SeenMessage, str] | None:
            seen = self.again(card)
            found = (button for button in seen.buttons if button.startswith(label))
            button = next(found, None)
            return (seen, button) if button else None

        seen, button = self.grace.wait_for(look, SIGHT_SECONDS)
        self.grace.click(seen, button)
        if button.endswith("…"):
            self._agree()

    def press_in_thread(self, card: SeenMessage, label: str, seconds: float) -> None:
        """Let Grace press a button of a reply, once there is one that is labelled exactly so."""

        def look() -> SeenMessage | None:
            replies = self.grace.thread(card.ts, CHANNEL)[1:]
            return next((reply for reply in replies if label in reply.buttons), None)

        self.grace.click(self.grace.wait_for(look, seconds), label)

    def _agree(self) -> None:
        modal = self.grace.wait_for(
            lambda: found if (found := self.grace.modal()) and found.submit else None,
            SIGHT_SECONDS,
        )
        must("shop" in modal.plain_text, f"the dialog does not say what: {modal.plain_text}")
        must(not self.grace.submit(), "the dialog was not taken")
        if self.grace.modal():
            self.grace.close_modal(all_of_them=True)

    def replies(self, card: SeenMessage) -> list[SeenMessage]:
        """Return what stands in a card's thread."""
        return list(self.ada.thread(card.ts)[1:])

    def reply(self, card: SeenMessage, words: str, seconds: float = SIGHT_SECONDS) -> SeenMessage:
        """Return the reply with these words, waiting for it."""
        return self.ada.wait_for(
            lambda: next((one for one in self.replies(card) if words in one.plain_text), None),
            seconds,
        )

    def end_of(self, card: SeenMessage, seconds: float = PROMOTE_SECONDS) -> str:
        """Return how it ended, as the thread tells it, waiting for it."""
        return self.ada.wait_for(lambda: self.end_now(card), seconds)

    def end_now(self, card: SeenMessage) -> str | None:
        """Return how it ended, as the thread tells it; None before its end."""
        texts = [one.plain_text for one in self.replies(card)]
        return next((text for text in texts if any(word in text for word in ENDED)), None)

    def again(self, message: SeenMessage) -> SeenMessage:
        """Return a message as it is now."""
        return next(found for found in self.grace.messages(CHANNEL) if found.ts == message.ts)


def id_of(card: SeenMessage) -> str:
    """Return the id of the promotion that a card is of."""
    found = PROMOTION.search(card.plain_text)
    must(found is not None, f"the card does not say which promotion it is: {card.plain_text}")
    assert found is not None
    return found[0]


def must(holds: bool, otherwise: str) -> None:
    """Raise ``StepFailed`` with *otherwise* unless it holds."""
    if not holds:
        raise StepFailed(otherwise)


def say(text: str) -> None:
    """Show a line to whoever watches the demo."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
