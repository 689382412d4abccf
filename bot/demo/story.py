"""The demo's story, played through the page's own calls, every step checked from outside."""

import re
import sys
from dataclasses import dataclass

from bot.demo.outside import Outside, becomes_true, outside_of
from bot.demo.shop import FIX, MISTAKE
from bot.demo.stage import MEMORY, Stage
from bot.workspace.client import Visitor
from bot.workspace.seen import SeenMessage

BUILD_SECONDS = 240.0
PROMOTE_SECONDS = 180.0
ENDED = ("Done", "Failed", "Taken back", "Canceled", "Superseded", "Expired", "→ release")
RELEASE = re.compile(r"\bR[A-HJ-NP-Z]{10}\b")


class StepFailed(Exception):
    """A step of the story did not happen as it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one build of the shop shows, and the release that it made on staging."""

    number: str
    release: str
    card: SeenMessage


def play(stage: Stage, url: str) -> int:
    """Play it all and print the channel as a person reads it; 0 only if every step happened."""
    with Visitor(url, user="ada", channel="deploys") as ada, Visitor(url, user="grace") as grace:
        story = Story(stage, ada, grace)
        try:
            story.tell()
        except (StepFailed, TimeoutError) as error:
            _print(f"\nThe story stopped: {error}")
            return 1
        finally:
            _print("\n#deploys, as Ada reads it\n")
            _print(ada.transcript())
    _print(f"\nAll {story.steps} steps happened, each checked from outside.")
    return 0


class Story:
    """Two people, two racks, one app."""

    def __init__(self, stage: Stage, ada: Visitor, grace: Visitor) -> None:
        """*ada* types, *grace* reviews."""
        self.steps = 0
        self._stage = stage
        self._ada = ada
        self._grace = grace
        self._outside: Outside = outside_of(stage)

    def tell(self) -> None:
        """Play from the first switch to the last listing."""
        self._step("Ada switches to staging")
        self._ask("/rack switch staging", "Switched to staging")
        first = self._build("1")
        self._promote(first, "staging")
        self._promote(first, "production")
        self._stage.shop.apply(FIX)
        second = self._build("2")
        self._promote(second, "staging")
        self._promote(second, "production")
        self._turn_away(second)
        self._roll_back("staging", second, first)
        self._listings(first)

    def _build(self, number: str) -> Version:
        self._step(f"Ada builds version {number}")
        before = {message.ts for message in self._ada.messages()}
        self._ada.say("/rack build shop")
        card = self._ada.wait_for(lambda: self._new_card("build B", before), BUILD_SECONDS)
        end = self._end_of(card, BUILD_SECONDS)
        self._must("→ release candidate" in end, f"the build ended otherwise: {end}")
        release = RELEASE.search(end)
        assert release is not None
        return Version(number=number, release=release[0], card=card)

    def _promote(self, version: Version, rack: str) -> None:
        """Click the build's button; on production look at what will happen, and agree."""
        self._step(f"Grace promotes version {version.number} to {rack}")
        before = {message.ts for message in self._ada.messages()}
        self._press(version.card, f"Promote to {rack}")
        card = self._ada.wait_for(lambda: self._new_card("promote R", before), PROMOTE_SECONDS)
        end = self._end_of(card, PROMOTE_SECONDS)
        self._must("Done" in end, f"the promotion ended otherwise: {end}")
        self._serves(rack, version)

    def _press(self, card: SeenMessage, label: str) -> None:
        def look() -> SeenMessage | None:
            seen = self._again(card)
            named = any(button.startswith(label) for button in seen.buttons)
            return seen if named else None

        seen = self._grace.wait_for(look, 20.0)
        button = next(button for button in seen.buttons if button.startswith(label))
        self._grace.click(seen, button)
        if not button.endswith("…"):
            return
        modal = self._grace.wait_for(
            lambda: found if (found := self._grace.modal()) and found.submit else None,
            10.0,
        )
        self._must("shop" in modal.plain_text, f"the dialog does not say what: {modal.plain_text}")
        self._must(not self._grace.submit(), "the dialog was not taken")
        if self._grace.modal():
            self._grace.close_modal(all_of_them=True)

    def _turn_away(self, old: Version) -> None:
        before = {message.ts for message in self._ada.messages()}
        if self._is_simulated:
            self._step("Ada sets a variable that keeps simulated processes from getting healthy")
            self._ask("/rack env set FAIL=unhealthy", "env add:FAIL")
            self._ada.say("/rack promote")
        else:
            self._stage.shop.apply(MISTAKE)
            broken = self._build("3")
            self._step("Grace promotes version 3, which never gets healthy")
            before = {message.ts for message in self._ada.messages()}
            self._press(broken.card, "Promote to staging")
        card = self._ada.wait_for(lambda: self._new_card("promote R", before), PROMOTE_SECONDS)
        answered = 0
        while not (end := self._end_now(card)):
            self._must(
                self._shows("staging", old), f"version {old.number} stopped answering meanwhile"
            )
            answered += 1
        self._must("Failed" in end, f"it was not turned away: {end}")
        self._must("/health" in end, f"the reason is not told: {end}")
        self._must(answered > 0, "it ended before anybody could look")
        self._step(f"It is turned away by itself; version {old.number} answered all the while")
        self._serves("staging", old)

    def _roll_back(self, rack: str, current: Version, goal: Version) -> None:
        self._step(f"Grace rolls {rack} back to version {goal.number} by a click")
        card = next(
            message
            for message in reversed(self._ada.messages())
            if f"promote {current.release}" in message.plain_text
            and "Roll back…" in message.buttons
        )
        before = {message.ts for message in self._ada.messages()}
        self._press(card, "Roll back")
        card = self._ada.wait_for(lambda: self._new_card("roll back to R", before), 30.0)
        end = self._end_of(card, PROMOTE_SECONDS)
        self._must("Done" in end, f"the rollback ended otherwise: {end}")
        self._serves(rack, goal)

    def _listings(self, live: Version) -> None:
        self._step("Ada looks at ps, logs and releases")
        self._ask("/rack ps shop", live.release)
        self._ask("/rack logs shop --tail 5", "Log of shop")
        self._ask("/rack releases", live.release)

    def _serves(self, rack: str, version: Version) -> None:
        """Check past the bot: the page through the router, and what runs on the engine."""
        self._must(
            becomes_true(lambda: self._shows(rack, version)),
            f"{rack} shows {self._outside.version(rack)}, not {version.number}",
        )
        running = self._outside.releases(rack)
        self._must(len(running) == 1, f"{rack} runs {sorted(running)}, not one release")
        if rack == "staging":
            self._must(running == {version.release}, f"{rack} runs {running}")

    def _shows(self, rack: str, version: Version) -> bool:
        return self._is_simulated or self._outside.version(rack) == version.number

    @property
    def _is_simulated(self) -> bool:
        return self._stage.engine == MEMORY

    def _ask(self, command: str, expected: str) -> None:
        seen = {message.ts for message in self._ada.ephemerals()}
        self._ada.say(command)

        def look() -> bool:
            return any(
                expected in message.plain_text
                for message in self._ada.ephemerals()
                if message.ts not in seen
            )

        self._ada.wait_for(look, 15.0)

    def _new_card(self, title: str, before: set[str]) -> SeenMessage | None:
        found = [
            message
            for message in self._ada.messages()
            if message.from_app
            and message.ts not in before
            and not message.is_reply
            and not message.ephemeral
            and title in message.plain_text
        ]
        return found[-1] if found else None

    def _end_of(self, card: SeenMessage, seconds: float) -> str:
        return self._ada.wait_for(lambda: self._end_now(card), seconds)

    def _end_now(self, card: SeenMessage) -> str | None:
        """Return the last milestone of a thread once it tells an end."""
        replies = [message.plain_text for message in self._ada.thread(card.ts)[1:]]
        return next((text for text in replies if any(word in text for word in ENDED)), None)

    def _again(self, message: SeenMessage) -> SeenMessage:
        """Return a message as it is now."""
        return next(found for found in self._grace.messages("deploys") if found.ts == message.ts)

    def _step(self, what: str) -> None:
        self.steps += 1
        _print(f"{self.steps:>2}. {what}")

    def _must(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise StepFailed(otherwise)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
