"""Those who write take turns in the order in which they asked."""

import threading
from collections.abc import Callable

import pytest

from storage.store import Store, Unavailable
from storage.turns import TooLong, Turns


def waiting(turns: Turns, count: int) -> None:
    """Return once so many wait for their turn."""
    while len(turns._waiting) < count:
        threading.Event().wait(0.001)


def started(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_whoever_asked_first_is_first_though_others_ask_again_at_once() -> None:
    turns, order = Turns(), list[int]()

    def work(number: int) -> None:
        with turns.taken(30):
            order.append(number)

    threads = []
    with turns.taken(30):
        for number in range(20):
            threads.append(started(lambda number=number: work(number)))  # type: ignore[misc]
            waiting(turns, number + 1)
    work(20)
    for thread in threads:
        thread.join()
    assert order == list(range(21))


def test_who_waits_too_long_is_told_and_nobody_waits_for_them() -> None:
    turns = Turns()
    with turns.taken(30):
        with pytest.raises(TooLong), turns.taken(0.01):
            pass
        assert not turns._waiting
    with turns.taken(0.01):
        pass


def test_a_writer_that_breaks_lets_the_next_one_write() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.taken(30):
        raise ZeroDivisionError
    with turns.taken(0.01):
        pass


def test_many_who_write_at_once_all_come_through(
    sqlite_template: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(f"sqlite:///{sqlite_template}")
    at_once, most = 0, 0

    def work() -> None:
        nonlocal at_once, most
        for _ in range(20):
            with store.write():
                at_once += 1
                most = max(most, at_once)
                at_once -= 1

    threads = [started(work) for _ in range(8)]
    for thread in threads:
        thread.join()
    assert most == 1
    monkeypatch.setattr("storage.store.BUSY_SECONDS", 0.01)
    with store.write(), pytest.raises(Unavailable), store.write():
        pass
    store.close()
