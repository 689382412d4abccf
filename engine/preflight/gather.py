"""Making the plan of a promotion from what is on record. Asks nobody outside."""

from collections.abc import Mapping

from engine import lookup, queue
from engine import release as release_story
from engine.adapters.placement import in_start_order
from engine.errors import UserError
from engine.hooks import OF_A_NEW_RELEASE
from engine.manifest import health_in_words, services_of
from engine.ports.rack import HealthKind, Hook, ServiceSpec
from engine.preflight.facts import EnvironmentChange, Fate, Plan, Question, ServiceChange
from engine.target import manifest_of, target_of
from engine.world import World
from storage import apps, locks, promotions, releases
from storage.records import Environment, Live, Promotion, PromotionKind, PromotionStatus
from storage.store import Transaction

P = PromotionStatus
CHECKED = frozenset({HealthKind.HTTP, HealthKind.CONTAINER})


def plan(world: World, transaction: Transaction, question: Question) -> Plan:
    """Say what would happen. Never fails: what cannot be read is said in the plan."""
    release, where = question.release, {"app": question.release.app, "rack": question.rack}
    manifest = manifest_of(release)
    live = promotions.live_on(transaction, **where)
    current = release_story.current_environment(transaction, **where) if live else None
    takes_back = (
        release_story.stale_environment(transaction, release)
        if release.rack == question.rack and not question.rebase
        else ()
    )
    wanted: tuple[ServiceSpec, ...] = ()
    unreadable, change = "", EnvironmentChange()
    environment = _environment(transaction, question, live)
    try:
        change = _environment_change(world, environment, current)
        wanted = services_of(
            manifest,
            images=release.images,
            environment=world.vault.open(environment),
            scale={**(live.scale if live else {}), **question.scale},
            default_domain=f"{release.app}.{world.rack_spec(question.rack).domain}",
        )
    except UserError as error:
        unreadable = str(error)
    ahead, stops = _around(transaction, question)
    app = apps.get(transaction, release.app)
    asked_seconds = manifest.bake_seconds
    rack_seconds = world.rack_spec(question.rack).bake_seconds
    return Plan(
        question=question,
        live=live,
        live_release=releases.get(transaction, live.release_id) if live else None,
        services=_changes(question, wanted, _running(world, transaction, live)) if wanted else (),
        unreadable=unreadable,
        environment=change,
        environment_id=current.id if current else None,
        takes_back=takes_back,
        hooks=_hooks(question, wanted),
        bake_seconds=rack_seconds if asked_seconds is None else asked_seconds,
        rule=manifest.bake_rule,
        lock=locks.get(transaction, **where),
        ahead=ahead,
        stops=stops,
        repo=app.repo if app else "",
    )


def _environment(
    transaction: Transaction, question: Question, live: Live | None
) -> Environment | None:
    """Return the environment that the release will have."""
    release = question.release
    if question.asked is None and (
        live is None or question.rebase or release.rack != question.rack
    ):
        return release_story.current_environment(transaction, app=release.app, rack=question.rack)
    if release.environment_id is None:
        return None
    return releases.environment(transaction, release.environment_id)


def _environment_change(
    world: World, wanted: Environment | None, current: Environment | None
) -> EnvironmentChange:
    new, old = world.vault.open(wanted), world.vault.open(current)
    both = new.keys() & old.keys()
    return EnvironmentChange(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(name for name in both if new[name] != old[name])),
    )


def _running(
    world: World, transaction: Transaction, live: Live | None
) -> Mapping[str, ServiceSpec]:
    """Return what runs now, as far as it can be read."""
    if live is None:
        return {}
    try:
        target = target_of(world, transaction, lookup.promotion(transaction, live.promotion_id))
    except UserError:
        return {}
    return {spec.name: spec for spec in target.services}


def _changes(
    question: Question, wanted: tuple[ServiceSpec, ...], running: Mapping[str, ServiceSpec]
) -> tuple[ServiceChange, ...]:
    names = {spec.name for spec in wanted}
    dropped = tuple(
        ServiceChange(name=spec.name, fate=Fate.DROPPED, before=spec.replicas)
        for spec in running.values()
        if spec.name not in names
    )
    return (*(_change(question, spec, running.get(spec.name)) for spec in wanted), *dropped)


def _change(question: Question, spec: ServiceSpec, old: ServiceSpec | None) -> ServiceChange:
    if old is None:
        fate = Fate.NEW
    elif question.kind is PromotionKind.RESTART or old.fingerprint != spec.fingerprint:
        fate = Fate.REPLACED
    else:
        fate = Fate.KEPT
    return ServiceChange(
        name=spec.name,
        fate=fate,
        before=old.replicas if old else 0,
        after=spec.replicas,
        health=health_in_words(spec),
        is_checked=spec.health.kind in CHECKED,
        is_routed=spec.port is not None,
        stop_first=spec.stop_first,
    )


def _hooks(question: Question, wanted: tuple[ServiceSpec, ...]) -> tuple[tuple[str, str], ...]:
    if question.kind not in OF_A_NEW_RELEASE:
        return ()
    ordered = in_start_order(wanted)
    return tuple((str(hook), spec.name) for hook in Hook for spec in ordered if hook in spec.hooks)


def _around(
    transaction: Transaction, question: Question
) -> tuple[tuple[Promotion, ...], tuple[Promotion, ...]]:
    """Return what comes before it, and what it ends: a rollback waits for nobody."""
    app, rack = question.release.app, question.rack
    if question.kind is PromotionKind.ROLLBACK:
        unfinished = promotions.unfinished(transaction, app=app, rack=rack)
        return (), tuple(one for one in unfinished if one.id != question.asked)
    running = promotions.running(transaction, app=app, rack=rack)
    queued = promotions.with_status(transaction, (P.QUEUED,), app=app, rack=rack)
    asked = promotions.get(transaction, question.asked) if question.asked else None
    line = [
        one
        for one in queue.in_turn(queued)
        if asked is None
        or one.kind is PromotionKind.ROLLBACK
        or (one.created_at, one.id) < (asked.created_at, asked.id)
    ]
    return (*((running,) if running else ()), *line), ()
