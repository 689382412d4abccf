"""Slack is down for an hour while much happens: all of it is told afterwards, as it is by then."""

import pytest

from storage.records import PromotionStatus
from tests.integration.engine.stages import CRASHES
from tests.integration.relay.office import Office
from tests.integration.trouble.slack.truth import (
    nothing_was_given_up,
    refusals,
    shows_the_truth,
)

P = PromotionStatus
CHANNELS = ("#deploys", "#web", "#random")
HOUR_SECONDS, STEP_SECONDS = 3600, 60


def test_an_hour_of_promotions_is_told_once_and_ends_with_the_true_last_state(
    limited: Office, caplog: pytest.LogCaptureFixture
) -> None:
    scene = limited.scene
    scene.on_tick.append(lambda _: limited.relay.tick())
    first = scene.went_live(scene.built("First"))
    limited.drain()
    began_at = scene.clock.now()
    limited.controls.down(2 * HOUR_SECONDS)
    second = scene.went_live(scene.built("Second"))
    broken = scene.built("Broken")
    scene.behave(broken, CRASHES)
    failed = scene.did("promote", broken)
    scene.settle()
    rolled_back = scene.did("rollback")
    while (scene.clock.now() - began_at).total_seconds() < HOUR_SECONDS:
        scene.tick(STEP_SECONDS)
    limited.controls.clear_faults()
    limited.drain()

    assert scene.promotion(failed).status is P.FAILED
    assert scene.promotion(rolled_back).status is P.SUCCEEDED
    shows_the_truth(limited, first, second, failed, rolled_back)
    nothing_was_given_up(limited, first, second, failed, rolled_back)
    assert refusals(caplog) == []


def test_what_many_had_to_say_in_an_hour_is_merged_into_their_last_state(
    limited: Office, caplog: pytest.LogCaptureFixture
) -> None:
    talkative = limited.build()
    limited.drain()
    limited.controls.down(2 * HOUR_SECONDS)
    crowd = [limited.build(channel=CHANNELS[number % 3]) for number in range(12)]
    for build in crowd:
        limited.tell(build, "one")
    for step in range(HOUR_SECONDS // STEP_SECONDS):
        limited.progress(talkative, f"step {step}")
        limited.tick(seconds=STEP_SECONDS)
    for build in (talkative, *crowd):
        limited.scene.say("cancel", build)
    limited.controls.clear_faults()
    before = limited.poster.count("chat.update")
    limited.drain()

    shows_the_truth(limited, talkative, *crowd)
    nothing_was_given_up(limited, talkative, *crowd)
    assert limited.poster.count("chat.update") - before == 1, "sixty changes, one edit"
    assert "canceled" in limited.card_text(talkative)
    assert refusals(caplog) == []
