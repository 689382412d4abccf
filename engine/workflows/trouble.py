"""Repositories that cannot be looked at: when to try again, and whom to tell since when."""

import logging
from datetime import datetime, timedelta

from engine.announce import in_words
from engine.errors import Limited, PortError
from engine.marks import literal, moment
from engine.workflows.matching import concerned
from engine.workflows.notices import notice
from engine.world import World
from storage import watched
from storage.store import Transaction
from storage.workflow_records import Watched

SHORTEST = timedelta(seconds=5)  # until the second try; each wait is as long as it lasts already
LONGEST = timedelta(minutes=5)
TOLD_AFTER = timedelta(minutes=10)  # a shorter outage wakes nobody: jobs wait, and go on

log = logging.getLogger(__name__)


def failed(world: World, one: Watched, error: PortError) -> None:
    """Record that a look failed, and tell it once where it lasts. No job fails by it."""
    now = world.clock.now()
    since = one.trouble_since or now
    again_at = next_try(since, now, error)
    text = in_words(error)
    log.warning("repository not seen", extra={"repo": one.repo, "why": text})
    with world.store.write() as transaction:
        watched.change(transaction, one.repo, trouble=text, trouble_since=since)
        watched.look_again(transaction, one, due_at=again_at)
        if max(now, again_at) - since >= TOLD_AFTER:
            _tell(world, transaction, one, since, text, now)


def next_try(since: datetime, now: datetime, error: PortError) -> datetime:
    """Return when to look again at what could not be seen *since* then."""
    if isinstance(error, Limited):
        return max(error.until, now + SHORTEST)
    return now + min(max(now - since, SHORTEST), LONGEST)


def is_over(world: World, transaction: Transaction, one: Watched) -> None:
    """Record that a repository was seen again; those who were told of the trouble are told."""
    if one.trouble_since is None:
        return
    now = world.clock.now()
    watched.change(transaction, one.repo, trouble=None, trouble_since=None)
    key = _key(one, one.trouble_since)
    notice(
        world,
        transaction,
        concerned(world, transaction, one.repo),
        f"{key}:over",
        f"*{literal(one.repo)}* is seen again. What was pushed meanwhile begins now.",
        at=now,
        tone="good",
        after=key,
    )


def _tell(
    world: World, transaction: Transaction, one: Watched, since: datetime, text: str, now: datetime
) -> None:
    notice(
        world,
        transaction,
        concerned(world, transaction, one.repo),
        _key(one, since),
        f"*{literal(one.repo)}* cannot be seen since {moment(since)}. {text} "
        "New commits begin no jobs until then; nothing is lost.",
        at=now,
        tone="bad",
    )


def _key(one: Watched, since: datetime) -> str:
    return f"trouble:{one.repo}:{int(since.timestamp())}"
