"""Within a thread nothing overtakes what has to wait; other threads go on."""

from datetime import timedelta

import pytest

from storage import outbox
from storage.store import Store
from tests.integration.storage.records import NOW, a_card

SUBJECT, OTHER = "PAAAAAAAAAA", "PBBBBBBBBBB"
UNTIL = NOW + timedelta(seconds=30)


def tell(store: Store, subject: str, kind: str, name: str) -> None:
    with store.write() as transaction:
        outbox.tell(
            transaction,
            subject=subject,
            kind=kind,
            key=f"{subject}:{name}",
            body={},
            channel="#web",
            at=NOW,
        )


def hold_back(store: Store, key: str) -> None:
    with store.write() as transaction:
        held = next(one for one in outbox.due(transaction, NOW) if one.key == key)
        outbox.wait_until(transaction, held, UNTIL)


def due_keys(store: Store) -> list[str]:
    with store.read() as transaction:
        return [one.key for one in outbox.due(transaction, NOW)]


@pytest.mark.parametrize("kind", outbox.IN_THREAD)
def test_what_comes_later_in_a_thread_waits_for_what_has_to_wait(store: Store, kind: str) -> None:
    for subject in (SUBJECT, OTHER):
        tell(store, subject, "milestone", "before")
        tell(store, subject, kind, "held")
        tell(store, subject, "milestone", "after")
    hold_back(store, f"{SUBJECT}:held")

    assert due_keys(store) == [
        f"{SUBJECT}:before",
        f"{OTHER}:before",
        f"{OTHER}:held",
        f"{OTHER}:after",
    ]
    with store.read() as transaction:
        assert len(outbox.due(transaction, UNTIL)) == 6


def test_a_card_or_link_that_waits_holds_nothing_back(store: Store) -> None:
    for kind in ("card", "link"):
        tell(store, SUBJECT, kind, kind)
    tell(store, SUBJECT, "milestone", "after")
    hold_back(store, f"{SUBJECT}:card")
    hold_back(store, f"{SUBJECT}:link")

    assert due_keys(store) == [f"{SUBJECT}:after"]


def test_a_milestone_that_waits_does_not_hold_its_card_back(store: Store) -> None:
    tell(store, SUBJECT, "milestone", "held")
    tell(store, SUBJECT, "card", "card")
    hold_back(store, f"{SUBJECT}:held")

    assert due_keys(store) == [f"{SUBJECT}:card"]


def test_only_cards_that_stand_and_have_to_be_drawn_anew_are_told_apart(store: Store) -> None:
    with store.write() as transaction:
        outbox.redraw(transaction, subject=SUBJECT, channel="#web", at=NOW)
        outbox.redraw(transaction, subject=OTHER, channel="#web", at=NOW)
        standing = a_card(subject=SUBJECT)
        outbox.place_card(transaction, standing)

    with store.read() as transaction:
        assert outbox.drawn_at(transaction) == {SUBJECT: standing.drawn_at}
        assert not outbox.is_told(transaction, f"{SUBJECT}:card")

    with store.write() as transaction:
        drawn = outbox.due(transaction, NOW)[0]
        outbox.told(transaction, drawn, NOW, standing.ts)

    with store.read() as transaction:
        assert outbox.drawn_at(transaction) == {}
        assert outbox.is_told(transaction, f"{SUBJECT}:card")
