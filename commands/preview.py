"""What would happen, said before anybody agrees to it."""

from commands import words
from commands.context import Context
from commands.reply import Facts, Note, Reply, Table, Text, Tone
from engine import lookup
from engine import promote as story
from engine import release as release_story
from engine.errors import UserError
from engine.manifest import Manifest, from_plain, health_in_words
from engine.marks import literal
from engine.queue import ahead_of
from engine.target import target_of
from storage import promotions, releases
from storage.records import Promotion, PromotionStatus, Release
from storage.store import Transaction


def promotion(context: Context, release_id: str, rack: str | None) -> Reply:
    """Say what promoting a release would do."""
    with context.world.store.read() as transaction:
        release = lookup.release(transaction, release_id)
        where = context.world.rack_spec(rack or release.rack).name
        takes_back = (
            release_story.stale_environment(transaction, release) if release.rack == where else ()
        )
        parts = _what_happens(transaction, release, where)
    warning = (
        (Text(text=f"It takes back: {', '.join(takes_back)}.", tone=Tone.BAD),)
        if takes_back
        else ()
    )
    return Reply(title=f"Promote {release.app}?", rack=context.tag(where), parts=(*parts, *warning))


def rollback(context: Context, app: str, rack: str, release_id: str | None) -> Reply:
    """Say what a rollback would do."""
    with context.world.store.read() as transaction:
        goal = story.rollback_goal(transaction, app=app, rack=rack, release_id=release_id)
        parts = _what_happens(transaction, goal, rack)
        running = promotions.running(transaction, app=app, rack=rack)
    stops = (
        (Text(text=f"{running.id} is under way and will be canceled.", tone=Tone.BUSY),)
        if running
        else ()
    )
    note = Note(
        text="Its environment comes back with it. What migrations did to databases does not."
    )
    return Reply(
        title=f"Roll {goal.app} back?", rack=context.tag(rack), parts=(*parts, *stops, note)
    )


def waiting(context: Context, promotion_id: str) -> Reply:
    """Say what approving a promotion would do."""
    with context.world.store.read() as transaction:
        found = lookup.promotion(transaction, promotion_id)
        release = lookup.release(transaction, found.release_id)
        parts = _what_happens(transaction, release, found.rack)
    asked = Text(text="Asked for by {0}.", people=(found.asked_by,))
    return Reply(title=f"Promote {found.app}?", rack=context.tag(found.rack), parts=(asked, *parts))


def numbers(context: Context, app: str, rack: str, wanted: dict[str, int]) -> Reply:
    """Show how many processes the live release has, and is to have."""
    with context.world.store.read() as transaction:
        live = promotions.live_on(transaction, app=app, rack=rack)
        if live is None:
            raise UserError(f"Nothing of {app} is live on {rack}.")
        target = target_of(
            context.world, transaction, lookup.promotion(transaction, live.promotion_id)
        )
    running = context.world.rack(rack).processes(app)
    rows = tuple(
        (
            service.name,
            str(wanted.get(service.name, service.replicas)),
            str(sum(one.service == service.name and one.status == "healthy" for one in running)),
            health_in_words(service),
        )
        for service in target.services
    )
    return Reply(
        title=f"Processes of {app}",
        rack=context.tag(rack),
        parts=(Table(columns=("SERVICE", "DESIRED", "RUNNING", "HEALTH"), rows=rows),),
    )


def check_services(context: Context, app: str, rack: str, wanted: dict[str, int]) -> None:
    """Raise ``UserError`` for a service that the live release does not have."""
    with context.world.store.read() as transaction:
        live = promotions.live_on(transaction, app=app, rack=rack)
        if live is None:
            raise UserError(f"Nothing of {app} is live on {rack}.")
        manifest = from_plain(lookup.release(transaction, live.release_id).manifest)
    known = [service.name for service in manifest.services]
    for name in wanted:
        if name not in known:
            raise UserError(
                f"{app} has no service `{lookup.shown(name)}`.",
                why=lookup.nearest(name, known),
                remedy=f"It has {words.listed([f'`{one}`' for one in known])}.",
            )


def _what_happens(
    transaction: Transaction, release: Release, rack: str
) -> tuple[Text | Facts, ...]:
    live = promotions.live_on(transaction, app=release.app, rack=rack)
    current = releases.get(transaction, live.release_id) if live else None
    manifest = from_plain(release.manifest)
    facts = (
        ("Becomes live", _commit(release)),
        ("Live now", _commit(current) if live and current else "nothing"),
        ("Processes", _processes(manifest)),
        (
            "Images",
            f"copied from {release.rack}" if release.rack != rack else "on the rack already",
        ),
    )
    others = [
        other
        for other in promotions.unfinished(transaction, app=release.app, rack=rack)
        if other.status is not PromotionStatus.AWAITING_APPROVAL
    ]
    queue = (
        (
            Text(
                text=f"{words.count(len(others), 'other promotion')} comes first.",
                tone=Tone.WAITING,
            ),
        )
        if others
        else ()
    )
    return (
        Facts(pairs=facts),
        *queue,
        *_gaps(manifest),
    )


def _commit(release: Release) -> str:
    """Say what a release shows; its author is whom to ask."""
    what = f"`{release.sha[:7]}` {literal(release.subject)} · {literal(release.author)}"
    return f"{what} · {release.id}"


def _processes(manifest: Manifest) -> str:
    return ", ".join(
        literal(service.name) + (f" ×{service.replicas}" if service.replicas != 1 else "")
        for service in manifest.services
    )


def _gaps(manifest: Manifest) -> tuple[Text, ...]:
    """Warn of services that cannot be replaced without a gap."""
    held = [service.name for service in manifest.services if service.volumes]
    if not held:
        return ()
    names = words.listed([f"`{name}`" for name in held])
    text = f"{names} will have a gap if changed: a volume cannot be used by two at a time."
    return (Text(text=text, tone=Tone.BAD),)


def line_of(transaction: Transaction, found: Promotion) -> str:
    """Say behind whom a promotion waits."""
    ahead = ahead_of(transaction, found)
    return f"behind {words.listed([one.id for one in ahead])}" if ahead else "next"
