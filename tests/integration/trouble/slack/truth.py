"""What Slack shows, held against what is on record."""

import pytest

from bot.relay.drawing import drawn_card, drawn_milestone
from tests.integration.relay.office import Office


def shows_the_truth(office: Office, *subjects: str) -> None:
    """Assert that each card shows its present state, and each thread all that happened, once."""
    for subject in subjects:
        card = office.card(subject)
        drawing = drawn_card(office.scene.world, subject)
        assert drawing
        head, *replies = office.ada.thread(card.ts, card.channel)
        assert head.raw["text"] == drawing.text
        assert [reply.raw["text"] for reply in replies] == [
            drawn_milestone(row).text
            for row in office.scene.outgoing(subject)
            if row.kind == "milestone"
        ]


def nothing_was_given_up(office: Office, *subjects: str) -> None:
    """Assert that all cards and milestones of the subjects were told."""
    rows = [
        row
        for subject in subjects
        for row in office.scene.outgoing(subject)
        if row.kind in {"card", "milestone"}
    ]
    assert [row.key for row in rows if "gave up" in str(row.outcome)] == []
    assert [row.key for row in rows if row.told_at is None] == []


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Which calls Slack refused for being too many."""
    said = [one for one in caplog.records if one.getMessage() == "rate limited"]
    return [str(vars(one)["why"]) for one in said]
