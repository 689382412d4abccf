"""What anybody can cause as often as they like is logged once in a while."""

import logging

import pytest

from bot.web.seldom import Seldom


def test_what_comes_often_is_logged_once_a_while_with_how_many_were_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    times = iter((0.0, 1.0, 59.9, 60.0, 61.0, 200.0))
    seldom = Seldom(logging.getLogger("seldom"), seconds=60, clock=lambda: next(times))
    with caplog.at_level(logging.WARNING):
        for _ in range(6):
            seldom.warn("knocked", sender="somewhere")
    counts = [record.left_out_before for record in caplog.records]  # type: ignore[attr-defined]
    assert counts == [0, 2, 1]


def test_one_event_does_not_keep_another_from_being_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seldom = Seldom(logging.getLogger("seldom"), clock=lambda: 0.0)
    seldom.warn("knocked")
    seldom.warn("rang")
    assert [record.message for record in caplog.records] == ["knocked", "rang"]
