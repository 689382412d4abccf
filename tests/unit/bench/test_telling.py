"""How soon the relay's budgets allow a number of promotions to be told of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.telling import Told, seconds_allowed, seconds_to_last_message
from storage.records import Outgoing, Person, Promotion, PromotionKind, PromotionStatus

START = datetime(2026, 1, 1, tzinfo=UTC)
ADA = Person(team="T1", user="U1", name="Ada")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def told(
    number: int,
    *,
    channel: str = "#deploys",
    ended_at: float = 0.0,
    milestones: tuple[float, ...] = (),
    told_at: float | None = None,
) -> Told:
    """A promotion whose card was asked for at the start, and its milestones when they happened."""
    promotion = Promotion(
        id=f"P{number}",
        app=f"app-{number}",
        rack="production",
        release_id="R1",
        kind=PromotionKind.PROMOTE,
        status=PromotionStatus.SUCCEEDED,
        asked_by=ADA,
        channel=channel,
        created_at=START,
        status_since=at(ended_at),
        finished_at=at(ended_at),
    )
    rows = [
        Outgoing(
            id=100 * position + number,
            subject=promotion.id,
            kind="milestone" if position else "card",
            key=f"{promotion.id}:{position}",
            version=1,
            body={},
            channel=channel,
            created_at=at(moment),
            told_at=None if told_at is None else at(told_at),
        )
        for position, moment in enumerate((0.0, *milestones))
    ]
    return Told(promotion=promotion, card=None, rows=rows)


def test_three_posts_leave_at_once_and_then_one_a_second_in_each_channel() -> None:
    ten = [told(number) for number in range(10)]
    assert seconds_allowed(ten) == pytest.approx(7, abs=0.02)

    elsewhere = [told(number, channel="#web") for number in range(10, 20)]
    assert seconds_allowed(ten + elsewhere) == pytest.approx(7, abs=0.02)


def test_cards_that_stand_when_their_promotions_end_are_edited_forty_times_a_minute() -> None:
    fifty = [told(number, channel=f"#{number}", ended_at=60) for number in range(50)]
    burst = 10
    assert seconds_allowed(fifty) == pytest.approx(60 + (50 - burst) * 60 / 40, abs=0.02)


def test_a_card_is_not_edited_within_three_seconds_of_its_post() -> None:
    assert seconds_allowed([told(1, ended_at=1)]) == pytest.approx(3, abs=0.02)


def test_nothing_is_told_before_it_has_happened() -> None:
    assert seconds_allowed([told(1, ended_at=90, milestones=(30, 95))]) == pytest.approx(95)


def test_the_time_to_the_last_message_begins_with_the_first_thing_to_tell() -> None:
    assert seconds_to_last_message([told(1, told_at=4), told(2, told_at=9)]) == 9


def test_a_promotion_that_has_not_ended_has_no_last_state() -> None:
    running = replace(told(1).promotion, finished_at=None)
    with pytest.raises(ValueError, match="P1 has not ended"):
        _ = Told(promotion=running, card=None, rows=()).ended_at
