"""What a thread shows twice, or not at all, is noticed."""

from datetime import UTC, datetime

from bench.reading import Heard, of_card, of_thread
from bench.turns import Kind, Turn
from storage.records import Outgoing

TURN = Turn(kind=Kind.PROMOTE, id="PABCDEFGHJK", as_it_should=True)
EXPECTED = ("live", "ended")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def told(name: str, outcome: str | None) -> Outgoing:
    return Outgoing(
        id=1,
        subject=TURN.id,
        kind="milestone",
        key=f"{TURN.id}:{name}",
        version=1,
        body={},
        channel="#deploys",
        created_at=NOW,
        attempts=1,
        tried_at=NOW,
        not_before=None,
        told_at=NOW if outcome else None,
        outcome=outcome,
    )


ROWS = (told("live", "1.1"), told("ended", "1.2"))


def test_each_milestone_there_once_is_as_it_should_be() -> None:
    assert of_thread(TURN, ROWS, ["1.1", "1.2"], EXPECTED) == Heard(messages=2)


def test_a_reply_that_no_milestone_stands_for_was_said_twice() -> None:
    found = of_thread(TURN, ROWS, ["1.1", "1.15", "1.2"], EXPECTED)
    assert found == Heard(messages=3, duplicates=1)


def test_a_milestone_that_is_not_in_the_thread_is_lost() -> None:
    assert of_thread(TURN, ROWS, ["1.2"], EXPECTED) == Heard(messages=1, losses=1)
    untold = (ROWS[0], told("ended", None))
    assert of_thread(TURN, untold, ["1.1"], EXPECTED) == Heard(messages=1, losses=1)


def test_a_milestone_that_was_never_written_down_is_lost() -> None:
    assert of_thread(TURN, ROWS[:1], ["1.1"], EXPECTED) == Heard(messages=1, losses=1)


def test_a_notice_beside_the_milestones_is_no_fault_but_has_to_be_there() -> None:
    rows = (*ROWS, told("notice:taken_over", "1.3"))
    assert of_thread(TURN, rows, ["1.1", "1.2", "1.3"], EXPECTED) == Heard(messages=3)
    assert of_thread(TURN, rows, ["1.1", "1.2"], EXPECTED).losses == 1


def test_a_turn_has_one_card_that_shows_its_end() -> None:
    assert of_card(TURN, ["Done"], "Done") == Heard(messages=1)
    assert of_card(TURN, ["Done", "Done"], "Done") == Heard(messages=2, duplicates=1)
    assert of_card(TURN, ["Baking"], "Done") == Heard(messages=1, losses=1)
    assert of_card(TURN, [], "Done").losses == 1
