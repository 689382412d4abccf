"""Slack's rates are never passed, whatever the pattern of wishes."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.relay.budget import Budget
from bot.relay.poster import RateLimited
from bot.relay.rates import Rates

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def calls_at_once(budget: Budget, key: str, now: datetime) -> int:
    count = 0
    while budget.allows(key, now):
        budget.spend(key, now)
        count += 1
    return count


def test_a_burst_is_allowed_and_then_the_pace() -> None:
    budget = Budget(burst=3, per_second=1.0)

    assert calls_at_once(budget, "a", NOW) == 3
    assert calls_at_once(budget, "a", after(0.9)) == 0
    assert calls_at_once(budget, "a", after(1)) == 1
    assert calls_at_once(budget, "a", after(3)) == 2


def test_a_long_silence_saves_no_more_than_a_burst() -> None:
    budget = Budget(burst=3, per_second=1.0)
    calls_at_once(budget, "a", NOW)

    assert calls_at_once(budget, "a", after(3_600)) == 3


def test_one_key_spends_nothing_of_another() -> None:
    budget = Budget(burst=1, per_second=1.0)
    budget.spend("a", NOW)

    assert not budget.allows("a", NOW)
    assert budget.allows("b", NOW)


def test_nothing_leaves_while_slack_said_to_wait() -> None:
    budget = Budget(burst=3, per_second=1.0)
    budget.close("a", NOW, seconds=30)

    assert not budget.allows("a", after(29.9))
    assert budget.allows("b", after(1))
    assert budget.allows("a", after(30))


def test_a_clock_that_goes_back_gives_nothing_away() -> None:
    budget = Budget(burst=1, per_second=1.0)
    budget.spend("a", NOW)

    assert not budget.allows("a", after(-60))


@given(st.lists(st.floats(min_value=0, max_value=20), min_size=1, max_size=200))
def test_no_minute_has_more_than_the_burst_and_a_minute_of_the_pace(pauses: list[float]) -> None:
    budget = Budget(burst=10, per_second=40 / 60)
    made: list[datetime] = []
    now = NOW
    for pause in pauses:
        now += timedelta(seconds=pause)
        if budget.allows("a", now):
            budget.spend("a", now)
            made.append(now)
    for begin in made:
        assert sum(begin <= at < begin + timedelta(minutes=1) for at in made) <= 50


def test_a_channel_known_by_name_and_by_id_has_one_budget() -> None:
    rates = Rates()
    rates.posting("#deploys", NOW)
    rates.posted("#deploys", "C1", NOW)
    rates.posting("C1", NOW)
    rates.posting("#deploys", NOW)

    assert not rates.may_post("C1", NOW)
    assert not rates.may_post("#deploys", NOW)
    assert rates.may_post("C2", NOW)


def test_a_wait_holds_for_its_method_and_channel_only() -> None:
    rates = Rates()
    rates.close(RateLimited("chat.postMessage", "C1", 10), NOW)

    assert not rates.may_post("C1", after(9))
    assert rates.may_post("C2", NOW)
    assert rates.may_edit(NOW)

    rates.close(RateLimited("chat.update", "C1", 10), NOW)

    assert not rates.may_edit(after(9))
    assert rates.may_edit(after(10))
