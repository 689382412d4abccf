"""The health sweep: live releases that turn unhealthy or well again are told of, once each."""

import logging
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from engine import announce, leftovers, lookup
from engine.announce import in_words
from engine.errors import PortError, UserError
from engine.marks import literal
from engine.ports.rack import Process, Target
from engine.target import target_of
from engine.world import World
from storage import promotions
from storage.records import Live, Promotion
from storage.store import Stale, Transaction

UNHEALTHY_AFTER = timedelta(seconds=10)  # a blip of one check is not worth waking anybody
HEALTHY_AFTER = timedelta(seconds=20)  # longer: a crash loop looks well between two crashes

log = logging.getLogger(__name__)


def sweep(world: World, rack: str) -> None:
    """Look at everything live on *rack*, mend its router, clear leftovers, tell what changed.

    Asks the rack a fixed number of times, however many apps it runs. A repeat tells nothing new.
    """
    with world.store.read() as transaction:
        live = promotions.all_live(transaction, rack=rack)
        made_by = promotions.behind_live(transaction, rack=rack)
        busy = {promotion.app for promotion in promotions.unfinished(transaction, rack=rack)}
        behind = {one.app: _target(world, transaction, made_by[one.promotion_id]) for one in live}
    reasons: dict[str, str | None]
    try:
        _mend(world, rack, [target for target in behind.values() if isinstance(target, Target)])
        processes = _by_app(world.rack(rack).processes())
        reasons = {
            app: target if isinstance(target, str) else whats_wrong(target, processes[app])
            for app, target in behind.items()
        }
    except PortError as error:
        answer = f"{rack} does not answer. {in_words(error)}"
        reasons = dict.fromkeys(behind, answer)
    else:
        leftovers.clear_up(world, rack)
    for one in live:
        if one.app not in busy:
            _note(world, one, reasons[one.app])


def whats_wrong(target: Target, processes: Sequence[Process]) -> str | None:
    """Say which service of a live target lacks healthy processes, or None when all is well.

    *processes* are those of the target's app.
    """
    well = Counter(process.service for process in processes if process.status == "healthy")
    for service in target.services:
        if well[service.name] >= service.replicas:
            continue
        own = [process for process in processes if process.service == service.name]
        states = Counter(process.status for process in own)
        seen = ", ".join(f"{count} {status}" for status, count in sorted(states.items()))
        reasons = [process.reason for process in own if process.reason]
        return (
            f"`{service.name}` has {well[service.name]} of {service.replicas} healthy processes"
            f" ({seen or 'none is there'})."
        ) + (f" Last seen: {literal(reasons[0])}." if reasons else "")
    return None


def _by_app(processes: Sequence[Process]) -> Mapping[str, Sequence[Process]]:
    """Sort once: looking through all of them for each app would cost its square."""
    found: dict[str, list[Process]] = defaultdict(list)
    for process in processes:
        found[process.app].append(process)
    return found


def _target(world: World, transaction: Transaction, promotion: Promotion) -> Target | str:
    """Return what should be serving, or why that cannot be told."""
    try:
        return target_of(world, transaction, promotion)
    except UserError as error:
        return in_words(error)


def _mend(world: World, rack: str, targets: list[Target]) -> None:
    for line in world.rack(rack).repair(targets):
        log.warning("rack mended", extra={"rack": rack, "what": line})


def _note(world: World, live: Live, reason: str | None) -> None:
    """Record how a live release looks; tell when it has looked otherwise for long enough."""
    now = world.clock.now()
    if (reason is None) == live.healthy:
        if live.doubted_since is not None:
            _change(world, live, doubted_since=None)
        return
    if live.doubted_since is None:
        _change(world, live, doubted_since=now)
        return
    patience = UNHEALTHY_AFTER if reason else HEALTHY_AFTER
    if now - live.doubted_since < patience:
        return
    try:
        with world.store.write() as transaction:
            promotions.change_live(
                transaction, live, healthy=reason is None, health_reason=reason, doubted_since=None
            )
            promotion = lookup.promotion(transaction, live.promotion_id)
            where = f"{live.release_id} of {live.app} on {live.rack}"
            # Without the moment, a second illness would count as told.
            announce.milestone(
                transaction,
                promotion,
                f"health:{now.isoformat()}",
                f"*Unhealthy*: {where}. {reason}" if reason else f"*Well again*: {where}.",
                at=now,
                tone="bad" if reason else "good",
                broadcast=True,
                actions=_remedies(live) if reason else (),
            )
            announce.card(transaction, promotion, now)
    except Stale:
        return  # another release went live meanwhile


def _remedies(live: Live) -> tuple[tuple[str, tuple[str, ...]], ...]:
    where = ("--app", live.app, "--rack", live.rack)
    return (("Processes", ("ps", *where)), ("Log", ("logs", *where)))


def _change(world: World, live: Live, **changes: object) -> None:
    try:
        with world.store.write() as transaction:
            promotions.change_live(transaction, live, **changes)
    except Stale:
        return
