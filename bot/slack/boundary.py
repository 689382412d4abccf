"""Where nothing gets past: whatever breaks in a listener becomes one clear answer.

A listener acknowledges first and hands its work to a pool of its own. So it cannot fail after the
acknowledgement, which could lose that, and slow work never keeps others from being acknowledged.
"""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from commands.reply import Reply
from commands.run import failure
from engine.errors import UserError

log = logging.getLogger(__name__)

REPEATED = Reply()  # what the command side says of a request that it has answered before


class Boundary:
    """Runs the work of listeners, a bounded number at a time."""

    def __init__(self, threads: int = 32) -> None:
        """*threads* is how many requests are worked on at once; more wait their turn."""
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="slack-work")

    def later(self, work: Callable[[], object]) -> None:
        """Do *work* soon. After ``close`` this does nothing."""
        try:
            self._pool.submit(guarded, work)
        except RuntimeError:
            log.warning("arrived after the end")

    def close(self) -> None:
        """Finish what was begun; a repeat does nothing."""
        self._pool.shutdown(wait=True)


def guarded(work: Callable[[], object]) -> None:
    """Do *work*, where nobody could be told that it broke. Never raises."""
    try:
        work()
    except Exception:  # the boundary
        log.exception("listener broke", extra={"reference": secrets.token_hex(4)})


def contained(work: Callable[[], Reply | None], tell: Callable[[Reply], object]) -> None:
    """Do *work* and *tell* its reply, or what went wrong instead. Never raises.

    Nothing is told where there is no reply, or where the request had been answered before.
    """
    try:
        reply = work()
    except UserError as error:
        reply = failure(error.what, error.why, error.remedy)
    except Exception:  # the boundary: whatever broke, the asker gets an answer
        reference = secrets.token_hex(4)
        log.exception("request broke", extra={"reference": reference})
        reply = failure(f"Something broke on my side. Reference {reference}.", "", "")
    if reply is not None and reply != REPEATED:
        guarded(lambda: tell(reply))
