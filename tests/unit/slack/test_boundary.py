"""Where nothing gets past."""

import logging

import pytest

from bot.slack.boundary import Boundary, contained, guarded
from commands.reply import Reply, Text
from engine.errors import UserError

DONE = Reply(parts=(Text(text="Done."),))


def broken() -> Reply:
    raise ZeroDivisionError


def test_a_reply_is_told_and_a_repeat_is_not() -> None:
    told: list[Reply] = []
    contained(lambda: DONE, told.append)
    contained(lambda: None, told.append)
    contained(Reply, told.append)
    assert told == [DONE]


def test_what_the_asker_can_mend_is_told_without_a_trace(caplog: pytest.LogCaptureFixture) -> None:
    def refuse() -> Reply:
        raise UserError("No such rack.", remedy="Try another.")

    told: list[Reply] = []
    contained(refuse, told.append)
    assert told[0].failed
    assert not caplog.records


def test_what_breaks_is_told_with_the_reference_it_is_logged_under(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[Reply] = []
    contained(broken, told.append)
    (record,) = caplog.records
    (part, *_) = told[0].parts
    assert isinstance(part, Text)
    assert part.text == f"Something broke on my side. Reference {record.__dict__['reference']}."
    assert record.exc_info


def test_an_answer_that_cannot_be_told_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    def tell(_: Reply) -> None:
        raise ConnectionResetError

    contained(lambda: DONE, tell)
    guarded(broken)
    assert [record.levelno for record in caplog.records] == [logging.ERROR, logging.ERROR]


def test_after_the_end_nothing_is_begun() -> None:
    boundary, begun = Boundary(threads=1), []
    boundary.later(lambda: begun.append(1))
    boundary.close()
    boundary.close()
    boundary.later(lambda: begun.append(2))
    assert begun == [1]
