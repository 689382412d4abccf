"""The shop's worker: sends receipts until asked to stop."""

import itertools
import logging
import os
import signal
import threading
from types import FrameType

from facts import facts

log = logging.getLogger("worker")


def main() -> None:
    """Do one round of work every few seconds."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    pause_seconds = float(os.environ.get("PAUSE_SECONDS", "5"))
    log.info("version %s begins", facts()["version"])
    for batch in itertools.count(1):
        log.info("batch %s: receipts sent", batch)
        if stopping.wait(pause_seconds):
            break
    log.info("the last batch is done, bye")


if __name__ == "__main__":
    main()
