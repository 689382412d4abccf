"""Kills a bot with SIGKILL at random moments and starts it again, over and over."""

import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.bots import Bot, EndedByItself


@dataclass(slots=True)
class Kills:
    """How long each process that was killed had lived, in seconds."""

    after_seconds: list[float] = field(default_factory=list)


@contextmanager
def killed_at_random(bot: Bot, chance: random.Random, *, longest_seconds: float) -> Iterator[Kills]:
    """Let no process of *bot* live longer than that while the block runs; each moment is told.

    A process is killed in its start as likely as at any other moment. After the block one runs
    that nobody kills. Ends the program where a process has ended by itself.
    """
    kills, ended = Kills(), threading.Event()
    faults: list[EndedByItself] = []

    def kill() -> None:
        while True:
            began = time.monotonic()
            bot.start()
            if ended.wait(chance.uniform(0.0, longest_seconds)):
                return
            try:
                bot.end()
            except EndedByItself as error:
                faults.append(error)
            kills.after_seconds.append(time.monotonic() - began)
            print(
                f"kill {len(kills.after_seconds)} after {kills.after_seconds[-1]:.3f} s",
                file=sys.stderr,
                flush=True,
            )

    killer = threading.Thread(target=kill, name="killer")
    killer.start()
    try:
        yield kills
    finally:
        ended.set()
        killer.join()
    if faults:
        raise SystemExit(str(faults[0]))
