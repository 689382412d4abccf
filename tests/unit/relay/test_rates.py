"""Posts, edits and looks have budgets of their own, and each waits when Slack says so."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.relay.poster import RateLimited
from bot.relay.rates import Rates

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SLACK_ALLOWS = 50  # histories, and replies, a minute


def looks_in(rates: Rates, seconds: int) -> int:
    made = 0
    for second in range(seconds):
        now = NOW + timedelta(seconds=second)
        while rates.may_look(now):
            rates.looking(now)
            made += 1
    return made


def test_a_minute_of_looking_stays_below_what_slack_allows() -> None:
    assert 30 <= looks_in(Rates(), 60) <= SLACK_ALLOWS


@pytest.mark.parametrize("method", ["conversations.history", "conversations.list"])
def test_a_wait_for_looks_holds_back_neither_posts_nor_edits(method: str) -> None:
    rates = Rates()
    rates.close(RateLimited(method, "C1", 30), NOW)
    soon, later = NOW + timedelta(seconds=29), NOW + timedelta(seconds=30)

    assert not rates.may_look(soon)
    assert rates.may_look(later)
    assert rates.may_post("C1", soon)
    assert rates.may_edit(soon)


def test_a_wait_for_anything_else_holds_back_no_look() -> None:
    rates = Rates()
    for method in ("chat.postMessage", "chat.update", "files.upload"):
        rates.close(RateLimited(method, "C1", 30), NOW)

    assert rates.may_look(NOW)
