"""With Slack's limits in force the relay keeps below them by itself, and still tells all."""

from types import SimpleNamespace

import pytest

from bot.workspace import limits
from tests.integration.relay.office import Office

CHANNELS = ("#deploys", "#web", "#random")
NAMES = ("one", "two", "three")


def test_twenty_subjects_at_once_in_three_channels_never_make_slack_refuse(
    office: Office, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    at = SimpleNamespace(monotonic=lambda: office.scene.clock.now().timestamp())
    monkeypatch.setattr(limits, "time", at)
    office.controls.rate_limits(enabled=True)
    builds = [office.build(channel=CHANNELS[number % 3]) for number in range(20)]
    for step in range(60):
        for build in builds:
            office.progress(build, f"step {step}")
            if step % 20 == 0:
                office.tell(build, NAMES[step // 20])
        office.tick(4)
    office.drain(seconds=0.25, ticks=2_000)

    refused = [record for record in caplog.records if record.getMessage() == "rate limited"]
    assert refused == []
    for build in builds:
        assert office.thread(build) == list(NAMES)
        assert "step 59" in office.card_text(build)
