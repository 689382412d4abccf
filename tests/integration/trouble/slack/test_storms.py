"""Slack refuses much for a while: what it asks for is kept, and every last state is told."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.relay.poster import RateLimited
from tests.integration.relay.office import Office
from tests.integration.trouble.slack.truth import (
    nothing_was_given_up,
    refusals,
    shows_the_truth,
)

CHANNELS = ("#deploys", "#web", "#random")
NAMES = ("one", "two", "three")
MINUTES = 5
STEP_SECONDS = 2.5
PATIENCE_SECONDS = (1, 5, 30)  # what a Retry-After says
STEPS = int(MINUTES * 60 / STEP_SECONDS)


@dataclass
class Watch:
    """Stands between the relay and Slack, and notes each call made before a wait was over."""

    office: Office
    closed_until: dict[tuple[str, str], datetime] = field(default_factory=dict)
    refused: int = 0
    impatient: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._call = self.office.poster._call

    def call(self, method: str, **arguments: Any) -> Any:
        now = self.office.scene.clock.now()
        place = self._place(method, arguments)
        if now < self.closed_until.get(place, now):
            self.impatient.append(place)
        try:
            return self._call(method, **arguments)
        except RateLimited as limited:
            self.refused += 1
            self.closed_until[place] = now + timedelta(seconds=limited.seconds)
            raise

    def _place(self, method: str, arguments: Mapping[str, Any]) -> tuple[str, str]:
        """Slack counts edits in the whole workspace, and posts in each channel."""
        return method, "" if method == "chat.update" else str(arguments.get("channel"))


def test_a_storm_of_429_is_waited_out_and_no_last_state_is_dropped(
    limited: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch(limited)
    monkeypatch.setattr(limited.poster, "_call", watch.call)
    chance = random.Random(429)
    builds = [limited.build(channel=CHANNELS[number % 3]) for number in range(9)]
    for step in range(STEPS):
        if step % 2 == 0:
            method = chance.choice(("chat.postMessage", "chat.update"))
            seconds = chance.choice(PATIENCE_SECONDS)
            limited.controls.fault(method, "ratelimited", seconds=seconds)
        limited.progress(chance.choice(builds), f"step {step}")
        if step % (STEPS // 3) == 0:
            for build in builds:
                limited.tell(build, NAMES[step // (STEPS // 3)])
        limited.tick(seconds=STEP_SECONDS)
    for build in builds:
        limited.scene.say("cancel", build)
    limited.drain()

    assert watch.refused > STEPS / 10, "there was no storm"
    assert watch.impatient == []
    shows_the_truth(limited, *builds)
    nothing_was_given_up(limited, *builds)


def test_posts_that_break_for_minutes_are_not_looked_for_more_often_than_slack_allows(
    limited: Office, caplog: pytest.LogCaptureFixture
) -> None:
    limited.controls.fault("chat.postMessage", "http_500", times=10_000)
    builds = [limited.build(channel=CHANNELS[number % 3]) for number in range(12)]
    for build in builds:
        limited.tell(build, "one")
    limited.tick(STEPS, seconds=STEP_SECONDS)
    for build in builds:
        limited.scene.say("cancel", build)
    looks = limited.poster.count("conversations.history")
    limited.controls.clear_faults()
    limited.drain()

    assert looks > MINUTES, "none of them was looked for"
    assert refusals(caplog) == []
    shows_the_truth(limited, *builds)
    nothing_was_given_up(limited, *builds)
