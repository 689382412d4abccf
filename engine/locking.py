"""Locks: nothing new goes live of an app on a rack until somebody says why it may again."""

from datetime import datetime

from engine import announce, lookup
from engine.asking import Asking
from engine.errors import UserError
from engine.marks import literal
from engine.world import World
from storage import apps, locks, promotions
from storage.records import Lock, Promotion, PromotionKind, PromotionStatus
from storage.store import Transaction

REASON_LIMIT = 200  # characters: it is read on a phone


def lock(world: World, asking: Asking, *, app: str, rack: str, reason: str) -> Lock:
    """Lock an app on a rack. What is under way goes on; what waits is told that it has to.

    Raises ``UserError`` where it is locked already, or without a reason.
    """
    reason = _checked(reason)
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        apps.lock(transaction, lookup.app(transaction, app).name)
        made = Lock(
            app=app,
            rack=rack,
            reason=reason,
            locked_by=asking.person,
            promotion_id=None,
            locked_at=world.clock.now(),
        )
        if not locks.add(transaction, made):
            there = locks.get(transaction, app=app, rack=rack)
            raise UserError(f"{app} on {rack} is locked already.", why=why(there) if there else "")
        _tell_those_that_wait(transaction, made)
    return made


def unlock(world: World, asking: Asking, *, app: str, rack: str, reason: str) -> Lock:
    """Unlock an app on a rack, so that what waits goes on; return the lock that it had.

    The thread of the promotion that locked it is told who did, and why. Raises ``UserError``
    where nothing is locked, or without a reason.
    """
    reason = _checked(reason)
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        apps.lock(transaction, lookup.app(transaction, app).name)
        had = locks.get(transaction, app=app, rack=rack)
        if had is None:
            raise UserError(
                f"{app} on {rack} is not locked.", remedy="`/rack locks` lists what is."
            )
        locks.remove(transaction, app=app, rack=rack)
        now = world.clock.now()
        threads = _that_wait(transaction, had)
        if had.promotion_id:
            threads.insert(0, lookup.promotion(transaction, had.promotion_id))
        for promotion in threads:
            announce.milestone(
                transaction,
                promotion,
                f"unlocked:{_mark(had)}",
                f"{{0}} unlocked {app} on {rack}: {literal(reason)}",
                at=now,
                people=(asking.person,),
            )
            announce.card(transaction, promotion, now)
    return had


def locked_by_promotion(
    transaction: Transaction, promotion: Promotion, reason: str, at: datetime
) -> None:
    """Lock what a promotion is about, since its release was worse; a lock that is there stays."""
    made = Lock(
        app=promotion.app,
        rack=promotion.rack,
        reason=f"{promotion.release_id} was taken back: {reason}",
        locked_by=None,
        promotion_id=promotion.id,
        locked_at=at,
    )
    if not locks.add(transaction, made):
        return
    announce.milestone(
        transaction,
        promotion,
        "locked",
        f"*{made.app}* on {made.rack} is locked: nothing new goes live until somebody says why "
        f"it may, with {how_to_unlock(made)}.",
        at=at,
        tone="waiting",
    )
    _tell_those_that_wait(transaction, made)


def refuse_locked(transaction: Transaction, *, app: str, rack: str, kind: PromotionKind) -> None:
    """Raise ``UserError`` where a lock forbids it. A rollback is always allowed."""
    found = locks.get(transaction, app=app, rack=rack)
    if found and holds_back(found, kind):
        verbs = [f"`/rack {one}`" for one in PromotionKind if not holds_back(found, one)]
        does = "works" if len(verbs) == 1 else "work"
        raise UserError(
            f"{app} on {rack} is locked.",
            why=why(found),
            remedy=f"{how_to_unlock(found)} lets it go on; {' and '.join(verbs)} {does} "
            "all the same.",
        )


def holds_back(lock: Lock, kind: PromotionKind) -> bool:
    """Whether the lock is in the way of it: never of what takes the app back.

    A lock that a promotion made keeps away what is new, for that was worse; it keeps nobody from
    repairing what is live. One that a person made says why it should be left as it is.
    """
    if kind is PromotionKind.RESTART:
        return lock.promotion_id is None
    return kind is not PromotionKind.ROLLBACK


def why(lock: Lock) -> str:
    """Say who locked it and why, in one sentence."""
    by = literal(lock.locked_by.name) if lock.locked_by else lock.promotion_id
    reason = lock.reason if lock.promotion_id else literal(lock.reason)
    return f"{by} locked it: {reason}" + ("" if reason.endswith(".") else ".")


def how_to_unlock(lock: Lock) -> str:
    """Name the command that unlocks it."""
    return f"`/rack unlock {lock.app} --rack {lock.rack} --reason TEXT`"


def _tell_those_that_wait(transaction: Transaction, made: Lock) -> None:
    """Say it once in the thread of each promotion that cannot go on now."""
    for promotion in _that_wait(transaction, made):
        announce.milestone(
            transaction,
            promotion,
            f"locked:{_mark(made)}",
            f"Has to wait: {made.app} on {made.rack} is locked. {why(made)}",
            at=made.locked_at,
            tone="waiting",
        )
        announce.card(transaction, promotion, made.locked_at)


def _that_wait(transaction: Transaction, lock: Lock) -> list[Promotion]:
    waiting = promotions.with_status(
        transaction, (PromotionStatus.QUEUED,), app=lock.app, rack=lock.rack
    )
    return [one for one in waiting if holds_back(lock, one.kind)]


def _mark(lock: Lock) -> str:
    """Tell this lock from later ones of the same app and rack."""
    return lock.locked_at.isoformat()


def _checked(reason: str) -> str:
    """Return the reason as one line."""
    line = " ".join(reason.split())
    if not line:
        raise UserError(
            "Say why.",
            why="Whoever comes next has to know.",
            remedy='Add `--reason TEXT`, as in `--reason "payments are down"`.',
        )
    if len(line) > REASON_LIMIT:
        raise UserError(
            f"That reason has {len(line):,} characters.",
            remedy=f"Say it in {REASON_LIMIT}: it is read on a phone.",
        )
    return line
