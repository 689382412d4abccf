"""What has to be told is told once, and what changed while it was sent is told again."""

from datetime import timedelta

import pytest

from storage import outbox
from storage.records import Outgoing
from storage.store import Conflict, Stale, Store, Transaction
from tests.integration.storage.records import NOW, a_card

SUBJECT = "PAAAAAAAAAA"
LATER = NOW + timedelta(seconds=5)


def tell(transaction: Transaction, key: str = "P:live", text: str = "Live.") -> bool:
    return outbox.tell(
        transaction,
        subject=SUBJECT,
        kind="milestone",
        key=key,
        body={"text": text},
        channel="#web",
        at=NOW,
    )


def redraw(transaction: Transaction) -> None:
    outbox.redraw(transaction, subject=SUBJECT, channel="#web", at=NOW)


def due(store: Store) -> list[Outgoing]:
    with store.read() as transaction:
        return outbox.due(transaction, LATER)


def test_the_same_key_is_told_once_and_the_first_text_stays(store: Store) -> None:
    with store.write() as transaction:
        assert tell(transaction, text="first")
        assert not tell(transaction, text="second")

    assert [one.body["text"] for one in due(store)] == ["first"]


def test_things_are_due_in_the_order_in_which_they_were_told(store: Store) -> None:
    with store.write() as transaction:
        redraw(transaction)
        tell(transaction, "P:healthy")
        tell(transaction, "P:live")
        redraw(transaction)

    assert [one.kind for one in due(store)] == ["card", "milestone", "milestone"]
    assert [one.key for one in due(store)][1:] == ["P:healthy", "P:live"]


def test_many_changes_of_a_card_are_one_thing_to_draw(store: Store) -> None:
    with store.write() as transaction:
        for _ in range(5):
            redraw(transaction)

    (card,) = due(store)
    assert (card.kind, card.version) == ("card", 5)


def test_what_was_told_is_no_longer_due(store: Store) -> None:
    with store.write() as transaction:
        tell(transaction)
    (outgoing,) = due(store)
    with store.write() as transaction:
        outbox.told(transaction, outgoing, LATER, "123.4")

    assert due(store) == []
    with store.read() as transaction:
        (kept,) = outbox.of_subject(transaction, SUBJECT)
    assert (kept.told_at, kept.outcome) == (LATER, "123.4")


def test_a_card_that_changed_while_it_was_sent_is_drawn_again(store: Store) -> None:
    with store.write() as transaction:
        redraw(transaction)
    (sent,) = due(store)
    with store.write() as transaction:
        redraw(transaction)
    with store.write() as transaction:
        outbox.told(transaction, sent, LATER, "123.4")

    assert [one.version for one in due(store)] == [2]


def test_a_card_is_due_again_after_each_change(store: Store) -> None:
    with store.write() as transaction:
        redraw(transaction)
    (sent,) = due(store)
    with store.write() as transaction:
        outbox.told(transaction, sent, LATER, "123.4")
        redraw(transaction)

    assert [one.told_at for one in due(store)] == [None]


def test_what_has_to_wait_is_not_due_before_its_moment(store: Store) -> None:
    with store.write() as transaction:
        tell(transaction)
    (outgoing,) = due(store)
    with store.write() as transaction:
        outbox.wait_until(transaction, outgoing, LATER + timedelta(seconds=1))
        assert outbox.due(transaction, LATER) == []
        assert len(outbox.due(transaction, LATER + timedelta(seconds=1))) == 1


def test_a_try_is_on_record_before_the_post_leaves(store: Store) -> None:
    with store.write() as transaction:
        tell(transaction)
    (outgoing,) = due(store)
    with store.write() as transaction:
        outbox.try_now(transaction, outgoing, LATER)

    (tried,) = due(store)
    assert (tried.tried_at, tried.attempts) == (LATER, 1)


def test_two_relays_cannot_try_the_same_thing(store: Store) -> None:
    with store.write() as transaction:
        tell(transaction)
    (outgoing,) = due(store)
    with store.write() as transaction:
        outbox.try_now(transaction, outgoing, LATER)

    with pytest.raises(Stale), store.write() as transaction:
        outbox.try_now(transaction, outgoing, LATER)


def test_a_try_that_surely_did_not_arrive_is_forgotten(store: Store) -> None:
    with store.write() as transaction:
        tell(transaction)
    (outgoing,) = due(store)
    with store.write() as transaction:
        outbox.try_now(transaction, outgoing, LATER)
        outbox.forget_try(transaction, outgoing)

    assert [one.tried_at for one in due(store)] == [None]


def test_a_message_that_is_undone_with_its_change_is_not_told(store: Store) -> None:
    def tell_and_fail() -> None:
        with store.write() as transaction:
            tell(transaction)
            redraw(transaction)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()

    assert due(store) == []


def test_what_is_pending_is_counted(store: Store) -> None:
    with store.write() as transaction:
        tell(transaction, "P:1")
        tell(transaction, "P:2")
    outbox_now = due(store)
    with store.write() as transaction:
        outbox.told(transaction, outbox_now[0], LATER, "1")
        assert outbox.pending_count(transaction) == 1


def test_a_card_is_found_by_its_subject_and_by_its_place(store: Store) -> None:
    with store.write() as transaction:
        outbox.place_card(transaction, a_card())
        outbox.place_card(transaction, a_card(ts="2.0"))
        assert outbox.card(transaction, SUBJECT) == a_card(ts="2.0")
        assert outbox.card_at(transaction, channel="C1", ts="2.0") == a_card(ts="2.0")
        assert outbox.card_at(transaction, channel="C1", ts="1.0") is None
        outbox.remove_card(transaction, SUBJECT)
        assert outbox.card(transaction, SUBJECT) is None


def test_two_cards_cannot_stand_at_one_place(store: Store) -> None:
    with store.write() as transaction:
        outbox.place_card(transaction, a_card("PAAAAAAAAAA"))

    with pytest.raises(Conflict), store.write() as transaction:
        outbox.place_card(transaction, a_card("PBBBBBBBBBB"))
