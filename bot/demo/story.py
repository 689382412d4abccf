"""The demo's story, played through the page's own calls, every step checked from outside."""

import re
from dataclasses import dataclass

from bot.demo.actors import Actors, StepFailed, id_of, must, say
from bot.demo.delivery import Delivery
from bot.demo.outside import Outside, becomes_true, outside_of
from bot.demo.receipts import check_receipt
from bot.demo.shop import FIX, HIDDEN_MISTAKE, MISTAKE
from bot.demo.stage import MEMORY, Stage
from bot.demo.visitors import Tally, Visitors
from bot.workspace.client import Visitor
from bot.workspace.seen import SeenMessage
from engine.receipt import line

BUILD_SECONDS = 240.0
HEALTHY_SECONDS = 60.0  # until a canary holds its first share
RELEASE = re.compile(r"\bR[A-HJ-NP-Z]{10}\b")
ASKED = 60  # times, to see who answers: enough that a tenth is not missed


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What one build of the shop shows, and the release that it made on staging."""

    number: str
    release: str
    card: SeenMessage


def play(stage: Stage, url: str, visitors: Visitors | None) -> int:
    """Play it all and print the channel as a person reads it; 0 only if every step happened."""
    with Visitor(url, user="ada", channel="deploys") as ada, Visitor(url, user="grace") as grace:
        actors = Actors(ada, grace)
        try:
            Story(stage, actors, visitors).tell()
        except (StepFailed, TimeoutError) as error:
            say(f"\nThe story stopped: {error}")
            return 1
        finally:
            say("\n#deploys, as Ada reads it\n")
            say(ada.transcript())
    say(f"\nAll {actors.steps} steps happened, each checked from outside.")
    return 0


class Story:
    """Two people, two racks, one app, and visitors who notice everything."""

    def __init__(self, stage: Stage, actors: Actors, visitors: Visitors | None) -> None:
        """Simulated racks have no visitors but those that they simulate."""
        self._stage = stage
        self._actors = actors
        self._visitors = visitors
        self._outside: Outside = outside_of(stage)

    def tell(self) -> None:
        """Play from the first switch to the last listing."""
        self._actors.step("Ada switches to staging")
        self._actors.ask("/rack switch staging", "Switched to staging")
        first = self._build("1")
        cards = {rack: self._begin(first, rack) for rack in self._stage.ports}
        for rack, card in cards.items():
            self._is_done(card, first, rack)
        self._stage.shop.apply(FIX)
        second = self._build("2")
        self._cancel(second, first)
        self._promote_unnoticed(second)
        self._by_canary(second, first)
        self._turn_away(second)
        self._take_back(second)
        self._roll_back(second, first)
        self._listings(first)
        if not self._is_simulated:
            self._stage.shop.take_back(2, "Back to the old payment client")
        Delivery(self._stage, self._actors, self._outside).tell()

    def _build(self, number: str) -> Version:
        self._actors.step(f"Ada builds version {number}")
        card = self._actors.begun("build B", lambda: self._actors.ada.say("/rack build shop"))
        end = self._actors.end_of(card, BUILD_SECONDS)
        must("→ release candidate" in end, f"the build ended otherwise: {end}")
        release = RELEASE.search(end)
        assert release is not None
        return Version(number=number, release=release[0], card=card)

    def _begin(self, version: Version, rack: str) -> SeenMessage:
        """Click the build's button; on production look at what will happen, and agree."""
        self._actors.step(f"Grace promotes version {version.number} to {rack}")
        return self._actors.begun(
            "promote R", lambda: self._actors.press(version.card, f"Promote to {rack}")
        )

    def _is_done(self, card: SeenMessage, version: Version, rack: str) -> None:
        end = self._actors.end_of(card)
        must("Done" in end, f"the promotion ended otherwise: {end}")
        self._serves(rack, version)

    def _cancel(self, version: Version, current: Version) -> None:
        """Try a release on a tenth of staging, and think better of it."""
        self._actors.step(f"Ada gives version {version.number} a tenth of staging, and cancels it")
        before = self._seen("staging")
        command = f"/rack promote {version.release} --canary 10"
        card = self._actors.begun("promote R", lambda: self._actors.ada.say(command))
        self._actors.reply(card, "10 % of the traffic reaches", HEALTHY_SECONDS)
        self._both_serve("staging", version, current)
        self._actors.ask(f"/rack cancel {id_of(card)}", "Cancel")
        end = self._actors.end_of(card)
        must("Canceled" in end and "taken back" in end, f"it ended otherwise: {end}")
        self._serves("staging", current)
        self._nobody_noticed("staging", before)

    def _promote_unnoticed(self, version: Version) -> None:
        before = self._seen("staging")
        card = self._begin(version, "staging")
        self._is_done(card, version, "staging")
        self._actors.step("Its receipt shows what visitors noticed: nothing")
        self._nobody_noticed("staging", before)
        self._unharmed(card)

    def _by_canary(self, version: Version, old: Version) -> None:
        """Give production a tenth, then half, then all, by clicks."""
        self._actors.step(f"Ada asks for version {version.number} on production by a canary")
        before = self._seen("production")
        command = f"/rack promote {version.release} --rack production --canary 10,50,100"
        card = self._actors.begun("promote R", lambda: self._actors.ada.say(command))
        self._actors.step("Grace approves; a tenth of the traffic reaches it, and waits there")
        self._actors.press(card, "Approve")
        self._actors.reply(card, "10 % of the traffic reaches", HEALTHY_SECONDS)
        self._both_serve("production", version, old)
        self._actors.step("Grace moves it on to half, and on to all")
        self._actors.press_in_thread(card, "Move on to 50 %", HEALTHY_SECONDS)
        self._actors.press_in_thread(card, "Move on to 100 %", HEALTHY_SECONDS)
        self._is_done(card, version, "production")
        self._nobody_noticed("production", before)
        self._unharmed(card)

    def _turn_away(self, old: Version) -> None:
        """Promote what never gets healthy: it takes no traffic at all."""
        card = self._promote_mistake("3", MISTAKE, "unhealthy", "that never gets healthy")
        answered = 0
        while not (end := self._actors.end_now(card)):
            must(self._shows("staging", old), f"version {old.number} stopped answering meanwhile")
            answered += 1
        must("Failed" in end, f"it was not turned away: {end}")
        must("/health" in end, f"the reason is not told: {end}")
        must(answered > 0, "it ended before anybody could look")
        self._actors.step(
            f"It is turned away by itself; version {old.number} answered all the while"
        )
        self._serves("staging", old)

    def _take_back(self, old: Version) -> None:
        """Promote what is healthy but fails some requests: the bake notices."""
        card = self._promote_mistake("4", HIDDEN_MISTAKE, "errors", "that is healthy, but fails")
        self._actors.reply(card, "Live", HEALTHY_SECONDS)
        end = self._actors.end_of(card)
        self._actors.step(
            f"Some of its requests fail: it is taken back by itself to version {old.number}"
        )
        must("Taken back" in end, f"it was not taken back: {end}")
        must("requests fail" in end, f"the reason is not told: {end}")
        self._serves("staging", old)
        told = check_receipt(self._actors, self._stage.settings, card)
        must(told.new.failed > 0, f"the receipt tells of no failure: {told}")
        must(told.old.failed == 0, f"requests to the old release failed: {told}")
        say(f"    {line(told)}")
        self._actors.step("The app is locked; Ada says why it may go on, and unlocks it")
        release = RELEASE.search(card.plain_text)
        assert release is not None
        self._actors.ask(f"/rack promote {release[0]}", "shop on staging is locked")
        why = "Back to the old payment client"
        self._actors.ask(f'/rack unlock shop --rack staging --reason "{why}"', "Unlocked shop")
        self._actors.reply(card, why)

    def _promote_mistake(
        self, number: str, patch: str, failure: str, what_it_is: str
    ) -> SeenMessage:
        """Promote a commit that is not right; simulated processes are told how to fail."""
        if self._is_simulated:
            self._actors.step(f"Ada sets a variable and promotes a release {what_it_is}")
            self._actors.ask(f"/rack env set FAIL={failure}", "env add:FAIL")
            return self._actors.begun("promote R", lambda: self._actors.ada.say("/rack promote"))
        self._stage.shop.apply(patch)
        broken = self._build(number)
        self._actors.step(f"Grace promotes version {number}, one {what_it_is}")
        return self._actors.begun(
            "promote R", lambda: self._actors.press(broken.card, "Promote to staging")
        )

    def _roll_back(self, current: Version, goal: Version) -> None:
        self._actors.step(f"Grace rolls staging back to version {goal.number} by a click")
        live = next(
            message
            for message in reversed(self._actors.ada.messages())
            if f"promote {current.release}" in message.plain_text
            and "Roll back…" in message.buttons
        )
        before = self._seen("staging")
        card = self._actors.begun("roll back to R", lambda: self._actors.press(live, "Roll back"))
        self._is_done(card, goal, "staging")
        self._nobody_noticed("staging", before)
        self._unharmed(card)

    def _listings(self, live: Version) -> None:
        self._actors.step("Ada looks at ps, logs, releases and promotions")
        self._actors.ask("/rack ps shop", live.release)
        self._actors.ask("/rack logs shop --tail 5", "Log of shop")
        self._actors.ask("/rack releases", live.release)
        self._actors.ask("/rack promotions", live.release)

    def _unharmed(self, card: SeenMessage) -> None:
        """Check a receipt that must tell of no failure."""
        told = check_receipt(self._actors, self._stage.settings, card)
        must(told.failed == 0, f"the receipt tells of failures: {told}")
        say(f"    {line(told)}")

    def _seen(self, rack: str) -> Tally:
        return self._visitors.tally(rack) if self._visitors else Tally()

    def _nobody_noticed(self, rack: str, before: Tally) -> None:
        """Check that no visitor has met a failure."""
        if self._visitors is None:
            return
        met = self._visitors.tally(rack).since(before)
        must(met.failed == 0, f"{met.failed} of {met.requests} requests of visitors failed")
        must(met.requests > 0, f"nobody visited {rack}")

    def _both_serve(self, rack: str, new: Version, old: Version) -> None:
        """Check past the bot that a canary's two releases both run, and both answer."""
        running = self._outside.releases(rack)
        must(len(running) == 2, f"{rack} runs {sorted(running)}, not two releases")
        if self._is_simulated:
            return
        answers = [self._outside.version(rack) for _ in range(ASKED)]
        must(set(answers) == {new.number, old.number}, f"on {rack} answer {set(answers)}")
        must(answers.count(new.number) < ASKED / 3, f"too many are answered by {new.number}")

    def _serves(self, rack: str, version: Version) -> None:
        """Check past the bot: the page through the router, and what runs on the engine."""
        must(
            becomes_true(lambda: self._shows(rack, version)),
            f"{rack} shows {self._outside.version(rack)}, not {version.number}",
        )
        running = self._outside.releases(rack)
        must(len(running) == 1, f"{rack} runs {sorted(running)}, not one release")
        if rack == "staging":
            must(running == {version.release}, f"{rack} runs {running}")

    def _shows(self, rack: str, version: Version) -> bool:
        return self._is_simulated or self._outside.version(rack) == version.number

    @property
    def _is_simulated(self) -> bool:
        return self._stage.engine == MEMORY
