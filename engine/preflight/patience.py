"""Asking for no longer than somebody with an open dialog will wait."""

import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class TooSlow(Exception):
    """No answer in time."""


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return what *ask* does, or raise ``TooSlow``; its thread ends when its own call gives up."""
    answer: list[T] = []
    faults: list[Exception] = []

    def run() -> None:
        try:
            answer.append(ask())
        except Exception as error:  # noqa: BLE001 - raised below, to whom waits
            faults.append(error)

    thread = threading.Thread(target=run, name="preflight", daemon=True)
    thread.start()
    thread.join(seconds)
    if faults:
        raise faults[0]
    if not answer:
        raise TooSlow
    return answer[0]
