"""What the database itself refuses, and what a writer is told who came too late."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import update

from storage import apps, builds, promotions
from storage import tables as t
from storage.records import BuildStatus, PromotionStatus
from storage.store import Conflict, Stale, Store
from tests.integration.storage.records import ADA, a_build, a_live, a_promotion, an_app

P = PromotionStatus


def test_a_change_to_a_build_that_moved_meanwhile_is_stale(store: Store) -> None:
    read_earlier = a_build()
    with store.write() as transaction:
        builds.add(transaction, read_earlier)
        builds.change(transaction, read_earlier, status=BuildStatus.CANCELED)

    with pytest.raises(Stale), store.write() as transaction:
        builds.change(transaction, read_earlier, status=BuildStatus.FETCHING)

    with store.read() as transaction:
        found = builds.get(transaction, read_earlier.id)
    assert found is not None
    assert found.status is BuildStatus.CANCELED


def test_a_change_to_a_promotion_that_moved_meanwhile_is_stale(store: Store) -> None:
    read_earlier = a_promotion()
    with store.write() as transaction:
        promotions.add(transaction, read_earlier)
        promotions.change(transaction, read_earlier, status=P.PREPARING)

    with pytest.raises(Stale), store.write() as transaction:
        promotions.change(transaction, read_earlier, progress="too late")


def test_what_was_decided_before_a_cancel_is_stale(store: Store) -> None:
    decided_on = a_promotion(status=P.RETIRING)
    with store.write() as transaction:
        promotions.add(transaction, decided_on)
        promotions.change(transaction, decided_on, cancel_asked_by=ADA)
    with pytest.raises(Stale), store.write() as transaction:
        promotions.change(transaction, decided_on, status=P.SUCCEEDED)
    with store.write() as transaction:
        canceled = replace(decided_on, cancel_asked_by=ADA)
        promotions.change(transaction, canceled, status=P.ROLLING_BACK)


def test_a_stale_change_undoes_all_that_its_transaction_did(store: Store) -> None:
    def change_too_late() -> None:
        with store.write() as transaction:
            apps.add(transaction, an_app())
            builds.change(transaction, a_build(), progress="of a build that is not there")

    with pytest.raises(Stale):
        change_too_late()

    with store.read() as transaction:
        assert apps.all_of_them(transaction) == []


def test_a_live_record_that_another_promotion_replaced_is_stale(store: Store) -> None:
    read_earlier = a_live()
    with store.write() as transaction:
        promotions.set_live(transaction, read_earlier)
        promotions.set_live(transaction, a_live(promotion_id="PBBBBBBBBBB"))

    with pytest.raises(Stale), store.write() as transaction:
        promotions.change_live(transaction, read_earlier, healthy=False)


@pytest.mark.parametrize("status", [one for one in P if one in t.RUNNING_PROMOTIONS])
def test_a_second_running_promotion_of_an_app_and_rack_is_refused(
    store: Store, status: PromotionStatus
) -> None:
    with store.write() as transaction:
        promotions.add(transaction, a_promotion("PAAAAAAAAAA", status=status))

    with pytest.raises(Conflict), store.write() as transaction:
        promotions.add(transaction, a_promotion("PBBBBBBBBBB", status=P.PREPARING))


def test_other_apps_and_racks_and_waiting_and_ended_promotions_do_not_conflict(
    store: Store,
) -> None:
    with store.write() as transaction:
        promotions.add(transaction, a_promotion("PAAAAAAAAAA", status=P.SHIFTING))
        promotions.add(transaction, a_promotion("PBBBBBBBBBB", status=P.SHIFTING, app="shop"))
        promotions.add(transaction, a_promotion("PCCCCCCCCCC", status=P.SHIFTING, rack="prod"))
        promotions.add(transaction, a_promotion("PDDDDDDDDDD", status=P.QUEUED))
        promotions.add(transaction, a_promotion("PEEEEEEEEEE", status=P.AWAITING_APPROVAL))
        promotions.add(transaction, a_promotion("PFFFFFFFFFF", status=P.SUCCEEDED))
        promotions.add(transaction, a_promotion("PGGGGGGGGGG", status=P.ROLLBACK_FAILED))

    with store.read() as transaction:
        assert len(promotions.latest(transaction)) == 7


def test_of_two_threads_that_start_a_promotion_only_one_can(store: Store) -> None:
    waiting = [a_promotion("PAAAAAAAAAA"), a_promotion("PBBBBBBBBBB")]
    with store.write() as transaction:
        for one in waiting:
            promotions.add(transaction, one)
    both_are_ready = threading.Barrier(2)
    outcomes: list[str] = []

    def start(index: int) -> None:
        both_are_ready.wait()
        try:
            with store.write() as transaction:
                promotions.change(transaction, waiting[index], status=P.PREPARING)
        except Conflict:
            outcomes.append("refused")
        else:
            outcomes.append("started")

    threads = [threading.Thread(target=start, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["refused", "started"]


def test_a_status_that_no_lifecycle_knows_is_refused(store: Store) -> None:
    with store.write() as transaction:
        promotions.add(transaction, a_promotion())

    with pytest.raises(Conflict), store.write() as transaction:
        transaction.exec_driver_sql("UPDATE promotions SET status = 'stuck'")


def test_two_apps_cannot_have_one_name(store: Store) -> None:
    with store.write() as transaction:
        apps.add(transaction, an_app())

    with pytest.raises(Conflict), store.write() as transaction:
        apps.add(transaction, an_app(branch="other"))


def test_what_a_reader_sees_does_not_change_under_it(store: Store) -> None:
    with store.write() as transaction:
        apps.add(transaction, an_app())
    with store.read() as reader:
        before = apps.all_of_them(reader)
        with store.write() as writer:
            writer.execute(update(t.apps).values(branch="changed"))
        assert apps.all_of_them(reader) == before
    with store.read() as reader:
        assert apps.all_of_them(reader)[0].branch == "changed"
