"""Requests act once, leases are held by one, and signs of life run out."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from storage import claims
from storage.store import Stale, Store
from tests.integration.storage.records import NOW


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_the_same_request_is_taken_once(store: Store) -> None:
    with store.write() as transaction:
        first = claims.first_time(transaction, "click-1", NOW, None)
    with store.write() as transaction:
        second = claims.first_time(transaction, "click-1", NOW, None)
        other = claims.first_time(transaction, "click-2", NOW, "PAAAAAAAAAA")

    assert (first, second, other) == (True, False, True)


def test_a_request_whose_change_was_undone_can_be_taken_again(store: Store) -> None:
    def take_and_fail() -> None:
        with store.write() as transaction:
            claims.first_time(transaction, "click-1", NOW, None)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        take_and_fail()

    with store.write() as transaction:
        assert claims.first_time(transaction, "click-1", NOW, None)


def test_old_requests_are_forgotten_and_young_ones_are_not(store: Store) -> None:
    with store.write() as transaction:
        claims.first_time(transaction, "old", NOW, None)
        claims.first_time(transaction, "young", NOW + at(60), None)
        claims.forget_requests(transaction, before=NOW + at(30))

    with store.write() as transaction:
        assert claims.first_time(transaction, "old", NOW, None)
        assert not claims.first_time(transaction, "young", NOW, None)


def all_at_once(store: Store, work: Callable[[int], bool], count: int = 4) -> list[bool]:
    """Do *work* in as many threads at the same moment and return what each got."""
    ready = threading.Barrier(count)

    def run(number: int) -> bool:
        ready.wait()
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_a_request_delivered_several_times_at_once_is_taken_once(store: Store) -> None:
    def take(_: int) -> bool:
        with store.write() as transaction:
            return claims.first_time(transaction, "click-1", NOW, None)

    assert sorted(all_at_once(store, take)) == [False, False, False, True]


def test_a_free_lease_that_several_want_at_once_goes_to_one(store: Store) -> None:
    def take(number: int) -> bool:
        with store.write() as transaction:
            return claims.lease(transaction, "relay", f"bot {number}", NOW, 30)

    assert sorted(all_at_once(store, take)) == [False, False, False, True]


def test_a_lease_that_ran_out_goes_to_one_of_those_who_want_it(store: Store) -> None:
    with store.write() as transaction:
        claims.lease(transaction, "relay", "a dead bot", NOW, 30)

    def take(number: int) -> bool:
        with store.write() as transaction:
            return claims.lease(transaction, "relay", f"bot {number}", NOW + at(31), 30)

    assert sorted(all_at_once(store, take)) == [False, False, False, True]


def test_a_held_lease_is_refused_until_it_runs_out(store: Store) -> None:
    with store.write() as transaction:
        assert claims.lease(transaction, "build:B", "bot 1", NOW, 30)
        assert not claims.lease(transaction, "build:B", "bot 2", NOW + at(29), 30)
        assert claims.lease(transaction, "build:B", "bot 2", NOW + at(30), 30)
        assert not claims.lease(transaction, "build:B", "bot 1", NOW + at(31), 30)


def test_a_prolonged_lease_runs_out_later(store: Store) -> None:
    with store.write() as transaction:
        claims.lease(transaction, "build:B", "bot 1", NOW, 30)
        claims.prolong(transaction, "build:B", "bot 1", NOW + at(20), 30)
        assert not claims.lease(transaction, "build:B", "bot 2", NOW + at(49), 30)


def test_who_holds_a_lease_may_take_it_again(store: Store) -> None:
    with store.write() as transaction:
        claims.lease(transaction, "relay", "bot 1", NOW, 30)
        assert claims.lease(transaction, "relay", "bot 1", NOW + at(10), 30)
        assert not claims.lease(transaction, "relay", "bot 2", NOW + at(39), 30)


def test_a_lease_that_was_taken_over_cannot_be_prolonged(store: Store) -> None:
    with store.write() as transaction:
        claims.lease(transaction, "build:B", "bot 1", NOW, 30)
        claims.lease(transaction, "build:B", "bot 2", NOW + at(31), 30)

    with pytest.raises(Stale), store.write() as transaction:
        claims.prolong(transaction, "build:B", "bot 1", NOW + at(32), 30)


def test_only_the_holder_gives_a_lease_back(store: Store) -> None:
    with store.write() as transaction:
        claims.lease(transaction, "relay", "bot 1", NOW, 30)
        claims.give_back(transaction, "relay", "bot 2")
        assert not claims.lease(transaction, "relay", "bot 2", NOW, 30)
        claims.give_back(transaction, "relay", "bot 1")
        assert claims.lease(transaction, "relay", "bot 2", NOW, 30)


def test_the_leases_of_a_dead_owner_are_free_at_once_and_others_are_not(store: Store) -> None:
    with store.write() as transaction:
        claims.lease(transaction, "build:1", "dead", NOW, 30)
        claims.lease(transaction, "build:2", "dead", NOW, 30)
        claims.lease(transaction, "build:3", "alive", NOW, 30)
        assert claims.owners(transaction) == {"dead", "alive"}
        assert claims.take_from(transaction, "dead") == 2
        assert claims.take_from(transaction, "dead") == 0
        assert claims.lease(transaction, "build:1", "alive", NOW, 30)
        assert not claims.lease(transaction, "build:3", "another", NOW, 30)


def test_a_sign_of_life_holds_for_its_time_and_can_be_withdrawn(store: Store) -> None:
    with store.write() as transaction:
        assert not claims.alive(transaction, "bot", NOW)
        claims.beat(transaction, "bot", NOW, 15)
        claims.beat(transaction, "bot", NOW + at(2), 15)
        assert claims.alive(transaction, "bot", NOW + at(17))
        assert not claims.alive(transaction, "bot", NOW + at(17.5))
        claims.stop_beating(transaction, "bot")
        assert not claims.alive(transaction, "bot", NOW + at(3))


def test_several_bots_beat_at_once_without_harm(store: Store) -> None:
    def beat(_: int) -> bool:
        with store.write() as transaction:
            claims.beat(transaction, "bot", NOW, 15)
        return True

    assert all_at_once(store, beat) == [True] * 4
