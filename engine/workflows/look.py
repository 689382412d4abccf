"""Looking at a repository: what moved since the last look begins, whatever a webhook told of it."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from engine.errors import NotFound, PortError
from engine.leases import held
from engine.ports.forge import CommitFacts, Forge, ForgeRelease, Relation
from engine.workflows import heads, jobs, naming, trouble
from engine.workflows.matching import begins_with, concerned
from engine.workflows.refs import BRANCH, RELEASE
from engine.world import World
from storage import jobs as on_record
from storage import watched
from storage.store import Stale, Transaction
from storage.workflow_records import Head, Job, Watched, Workflow

LAG = timedelta(seconds=10)  # a forge's answers may be older than what was heard of it before
EXPECTED_FOR = timedelta(minutes=1)  # then a commit that a webhook told of is not waited for
SOON = timedelta(seconds=1)
RELEASES_SEEN = 30  # the forge lists no more: what is missing in a full list may still be there
CLOCKS_APART = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One branch, tag or release that is not where it was."""

    ref: str
    before: Head | None
    sha: str | None  # None: it is gone
    facts: CommitFacts | None = None  # of the commit, where a job begins with it
    quiet: bool = False  # recorded only
    gone: frozenset[str] = frozenset()  # commits of open jobs that are not on the branch any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What was on record before the forge is asked."""

    forge: Forge
    one: Watched
    now: datetime
    known: Mapping[str, Head]
    workflows: Sequence[Workflow]
    open_jobs: Sequence[Job]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a look has found."""

    name: str  # of the repository, now
    moves: tuple[Move, ...]
    settled_at: datetime | None  # look again then: something moved so lately that it may not be so
    is_expected_seen: bool


def due(world: World) -> list[str]:
    """Return the repositories to look at now, the longest overdue first."""
    if world.forge is None:
        return []
    with world.store.read() as transaction:
        return [one.repo for one in watched.due(transaction, world.clock.now())]


def look(world: World, repo: str) -> None:
    """Ask the forge where things are, record what moved, and begin what that begins.

    A first look only records. What a look cannot see is tried again later; no job fails by it.
    Nothing happens where another process looks, or where no look is due.
    """
    with held(world, f"look:{repo}") as lease:
        if lease is None or world.forge is None:
            return
        with world.store.read() as transaction:
            one = watched.get(transaction, repo)
            if one is None or one.due_at > world.clock.now():
                return
            known = watched.heads_of(transaction, repo)
            found = concerned(world, transaction, repo)
            open_jobs = on_record.with_status(transaction, on_record.OPEN) if found else []
        looking = Looking(
            forge=world.forge,
            one=one,
            now=world.clock.now(),
            known=known,
            workflows=found,
            open_jobs=[job for job in open_jobs if job.app in {each.app for each in found}],
        )
        try:
            sight = _see(looking)
        except PortError as error:
            trouble.failed(world, one, error)
            return
        if not lease.lost:
            _record(world, one, sight)


def _see(looking: Looking) -> Sight:
    forge, one, known = looking.forge, looking.one, looking.known
    name = forge.repository(one.moved_to or one.repo).name
    refs = dict(forge.heads(name))
    moves, settles = [], []
    for move in [*_moves(known, refs), *_published(one, known, forge.releases(name))]:
        is_fresh = move.sha is not None and move.sha == one.expects
        if move.before and not is_fresh and looking.now - move.before.seen_at < LAG:
            settles.append(move.before.seen_at + LAG)
        else:
            moves.append(_told_of(looking, name, move))
    return Sight(
        name=name,
        moves=tuple(moves),
        settled_at=min(settles, default=None),
        is_expected_seen=one.expects in refs.values(),
    )


def _moves(known: Mapping[str, Head], refs: Mapping[str, str]) -> Iterator[Move]:
    for ref, sha in refs.items():
        before = known.get(ref)
        if before is None or before.sha != sha:
            yield Move(ref=ref, before=before, sha=sha)
    for ref, before in known.items():
        if ref not in refs and not ref.startswith(RELEASE):
            yield Move(ref=ref, before=before, sha=None)


def _published(
    one: Watched, known: Mapping[str, Head], releases: Sequence[ForgeRelease]
) -> Iterator[Move]:
    listed = {f"{RELEASE}{release.tag}": release for release in releases}
    for ref, release in listed.items():
        before = known.get(ref)
        if before is None or before.sha != release.sha:
            # Where a newer one was deleted, an old one comes into the list again.
            is_old = one.looked_at is None or release.published_at < one.looked_at - CLOCKS_APART
            yield Move(ref=ref, before=before, sha=release.sha, quiet=is_old and before is None)
    if len(releases) < RELEASES_SEEN:
        for ref, before in known.items():
            if ref.startswith(RELEASE) and ref not in listed:
                yield Move(ref=ref, before=before, sha=None)


def _told_of(looking: Looking, name: str, move: Move) -> Move:
    """Ask what has to be known of a move: who wrote it, and which commits it took away."""
    if looking.one.looked_at is None or move.sha is None:
        return replace(move, quiet=True)
    if move.quiet or not any(begins_with(one, move.ref) for one in looking.workflows):
        return replace(move, gone=_gone(looking, name, move))
    facts = looking.forge.commit(name, move.sha)
    return replace(move, facts=facts, gone=_gone(looking, name, move))


def _gone(looking: Looking, name: str, move: Move) -> frozenset[str]:
    shas = {job.sha for job in looking.open_jobs if job.ref == move.ref and job.sha != move.sha}
    if not shas or not move.before or not move.sha or not move.ref.startswith(BRANCH):
        return frozenset()
    if _is_part(looking.forge, name, move.before.sha, move.sha):
        return frozenset()
    return frozenset(sha for sha in shas if not _is_part(looking.forge, name, sha, move.sha))


def _is_part(forge: Forge, name: str, sha: str, head: str) -> bool:
    """Whether a branch whose newest commit is *head* has the commit *sha*."""
    try:
        relation = forge.compare(name, sha, head).relation
    except NotFound:
        return False  # no branch has it any more
    return relation in {Relation.AHEAD, Relation.IDENTICAL}


def _record(world: World, one: Watched, sight: Sight) -> None:
    """Record all that was seen together, or, where a webhook was faster, nothing: look again."""
    now = world.clock.now()
    try:
        with world.store.write() as transaction:
            for move in sight.moves:
                _apply(world, transaction, one.repo, move)
            naming.follow(world, transaction, one, sight.name)
            trouble.is_over(world, transaction, one)
            watched.change(transaction, one.repo, looked_at=now)
            watched.look_again(transaction, one, **_next(world, one, sight, now))
    except Stale as stale:
        log.info("looking again", extra={"repo": one.repo, "why": str(stale)})


def _apply(world: World, transaction: Transaction, repo: str, move: Move) -> None:
    ref, before, sha = move.ref, move.before, move.sha
    if sha is None:
        watched.remove_head(transaction, repo, ref)
    elif move.quiet:
        heads.record(world, transaction, repo, ref, before=before, sha=sha)
    else:
        heads.moved(world, transaction, repo, ref, before=before, sha=sha, facts=move.facts)
    if sha is None or move.gone:
        jobs.branch_moved(world, transaction, repo, ref, sha, gone=move.gone)


def _next(world: World, one: Watched, sight: Sight, now: datetime) -> dict[str, datetime | None]:
    """Return what to write of the next look: soon where one has to wait for what is to be seen."""
    next_at = [now + timedelta(seconds=world.forge_poll_seconds)]
    if sight.settled_at:
        next_at.append(max(sight.settled_at, now + SOON))
    if not one.expects or not one.expects_since:
        return {"due_at": min(next_at)}
    waited = now - one.expects_since
    if sight.is_expected_seen or waited >= EXPECTED_FOR:
        return {"due_at": min(next_at), "expects": None, "expects_since": None}
    return {"due_at": min(*next_at, now + max(SOON, waited))}
