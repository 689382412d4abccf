"""Hints: what the forge says that happened there. They save time; looks find out the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from engine.ports.forge import CommitFacts
from engine.workflows import heads, naming
from engine.world import World
from storage import claims, jobs, watched
from storage.store import Stale, Transaction
from storage.workflow_records import Head, Watched

NO_SHA = "0" * 40  # what the forge calls "not there"
WEBHOOK = "github webhook"  # whose sign of life the last delivery is
CLOCKS_APART = timedelta(seconds=2)  # what is told as older than that is old news, to be looked at
HEARD_AGAIN = timedelta(seconds=30)  # deliveries come by the hundred: not each is written down
TRIES = 3  # of one hint, when another records a move at the same time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """A branch or tag moved, began or went."""

    repo: str
    ref: str
    before: str
    after: str
    created: bool
    deleted: bool
    forced: bool
    commit: CommitFacts | None  # the newest of the push; a tag's is the commit that it is of
    pushed_at: datetime | None = None  # None: not said


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecksChanged:
    """A check of a commit has something new to say."""

    repo: str
    sha: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefsChanged:
    """Something about branches, tags or releases changed; only a look can tell what."""

    repo: str
    expects: str | None = None  # the sha that should be seen then


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A repository has another name, or another owner, than before."""

    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Irrelevant:
    """Understood, and nothing that begins or changes a job."""

    repo: str | None
    what: str


Hint = Pushed | ChecksChanged | RefsChanged | Renamed | Irrelevant


class Outcome(StrEnum):
    """What came of a hint."""

    BEGAN = "began jobs"
    RECORDED = "recorded, and no workflow begins with it"
    KNOWN = "known already"
    LOOKING = "the repository is looked at"
    CHECKING = "the checks are looked at"
    FOLLOWED = "the repository's new name is followed"
    NOTHING = "nothing to do"
    UNWATCHED = "no workflow is about this repository"
    REPEATED = "repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of a hint, and the jobs that it began."""

    outcome: Outcome
    jobs: tuple[str, ...] = ()


def hear(world: World) -> None:
    """Note that the forge has just delivered something, whatever it was."""
    now, before = world.clock.now(), heard_at(world)
    if before is None or now - before >= HEARD_AGAIN:
        with world.store.write() as transaction:
            claims.beat(transaction, WEBHOOK, now, 0)


def heard_at(world: World) -> datetime | None:
    """Return when the forge last delivered something, to half a minute; None: it never did."""
    with world.store.read() as transaction:
        return claims.last_beat(transaction, WEBHOOK)


def take(world: World, hint: Hint, *, delivery: str | None = None) -> Taken:
    """Do what follows from a hint, in one short transaction; the forge is asked nothing.

    *delivery* is the hint's own id: with one that was taken before, nothing is done.
    """
    if isinstance(hint, Irrelevant):
        return Taken(outcome=Outcome.NOTHING)
    name = hint.old if isinstance(hint, Renamed) else hint.repo
    with world.store.read() as transaction:  # most repositories of a company are not watched
        repos = [one.repo for one in watched.named(transaction, name)]
    if not repos:
        return Taken(outcome=Outcome.UNWATCHED)
    for _ in range(TRIES):
        try:
            return _take(world, hint, repos, delivery)
        except Stale:  # another recorded a move at this moment: see what is true now
            continue
    return _take(world, RefsChanged(repo=name), repos, delivery)


def _take(world: World, hint: Hint, repos: Sequence[str], delivery: str | None) -> Taken:
    now = world.clock.now()
    with world.store.write() as transaction:
        if delivery and not claims.first_time(transaction, f"delivery:{delivery}", now, None):
            return Taken(outcome=Outcome.REPEATED)
        found = [watched.get(transaction, repo) for repo in repos]
        each = [_apply(world, transaction, hint, one) for one in found if one]
    if not each:
        return Taken(outcome=Outcome.UNWATCHED)
    begun = tuple(job for one in each for job in one.jobs)
    return Taken(outcome=Outcome.BEGAN if begun else each[0].outcome, jobs=begun)


def _apply(world: World, transaction: Transaction, hint: Hint, one: Watched) -> Taken:
    now = world.clock.now()
    match hint:
        case Pushed():
            return _pushed(world, transaction, hint, one)
        case ChecksChanged():
            count = jobs.look_at_checks(transaction, hint.sha, now)
            return Taken(outcome=Outcome.CHECKING if count else Outcome.NOTHING)
        case RefsChanged() if hint.expects and watched.is_seen(transaction, one.repo, hint.expects):
            return Taken(outcome=Outcome.KNOWN)
        case RefsChanged():
            watched.look_now(transaction, one.repo, now, expects=hint.expects)
        case Renamed():
            naming.follow(world, transaction, one, hint.new)
            watched.look_now(transaction, one.repo, now)
            return Taken(outcome=Outcome.FOLLOWED)
        case Irrelevant():
            return Taken(outcome=Outcome.NOTHING)
    return Taken(outcome=Outcome.LOOKING)


def _pushed(world: World, transaction: Transaction, push: Pushed, one: Watched) -> Taken:
    """Move the head where the push says all that has to be known; else have a look."""
    now = world.clock.now()
    head = watched.head(transaction, one.repo, push.ref)
    commit = push.commit
    if head and commit and head.sha == commit.sha and not push.deleted:
        return Taken(outcome=Outcome.KNOWN)
    if head is None and one.looked_at is None and not (push.created or push.deleted):
        # Nobody has looked yet: the push itself says where the branch was until now.
        head = heads.record(world, transaction, one.repo, push.ref, before=None, sha=push.before)
    is_plain = (
        head is not None
        and head.sha == push.before
        and commit is not None
        and commit.sha == push.after
        and not (push.created or push.deleted or push.forced or _is_old(push, head))
    )
    if is_plain and head and commit:
        begun = heads.moved(
            world, transaction, one.repo, push.ref, before=head, sha=push.after, facts=commit
        )
        return Taken(
            outcome=Outcome.BEGAN if begun else Outcome.RECORDED,
            jobs=tuple(job.id for job in begun),
        )
    expects = None if push.deleted or commit is None else commit.sha
    watched.look_now(transaction, one.repo, now, expects=expects)
    return Taken(outcome=Outcome.LOOKING)


def _is_old(push: Pushed, head: Head) -> bool:
    """Whether it was pushed before the head was last seen to move: it may have moved back since."""
    return push.pushed_at is not None and push.pushed_at < head.seen_at - CLOCKS_APART
