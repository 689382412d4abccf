"""What would happen, said before anybody agrees to it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from commands import words
from commands.context import Context
from commands.reply import Facts, Note, Part, Reply, Text, Tone
from engine import choice, lookup, preflight, tell
from engine import promote as story
from engine.canary import Canary
from engine.marks import literal
from engine.ports.source import History
from engine.preflight import Fate, ImageSight, ImageSource, Level, Plan, Question, Seen, Sight
from engine.queue import newer_ahead
from storage import promotions
from storage.records import Person, Promotion, PromotionKind, Release
from storage.store import Transaction

Ask = Callable[[Transaction], Question]

SUBJECTS_SHOWN = 5
SUBJECT_LENGTH = 60  # characters

TITLES = {
    PromotionKind.PROMOTE: "Promote {}?",
    PromotionKind.ROLLBACK: "Roll {} back?",
    PromotionKind.SCALE: "Scale {}?",
    PromotionKind.RESTART: "Restart {}?",
}
TONES = {Level.REFUSED: Tone.BAD, Level.FAILS: Tone.BAD, Level.RISK: Tone.WAITING}
FATES = {
    Fate.NEW: "new",
    Fate.KEPT: "unchanged, kept",
    Fate.REPLACED: "replaced",
    Fate.DROPPED: "dropped",
}


def promoting(
    context: Context,
    release_id: str,
    rack: str | None,
    canary: Canary | None,
    *,
    rebase: bool,
) -> Ask:
    """Ask about a release; raises ``UserError`` for one that would be refused as it is."""

    def ask(transaction: Transaction) -> Question:
        release = lookup.release(transaction, release_id)
        where = context.world.rack_spec(rack or release.rack).name
        if release.rack == where:
            live = promotions.live_on(transaction, app=release.app, rack=where)
            choice.refuse_what_is_there(transaction, release, live)
        return Question(
            kind=PromotionKind.PROMOTE, release=release, rack=where, canary=canary, rebase=rebase
        )

    return ask


def rolling_back(app: str, rack: str, release_id: str | None) -> Ask:
    """Ask about a rollback."""

    def ask(transaction: Transaction) -> Question:
        goal = choice.rollback_goal(transaction, app=app, rack=rack, release_id=release_id)
        return Question(kind=PromotionKind.ROLLBACK, release=goal, rack=rack)

    return ask


def running_again(
    app: str, rack: str, kind: PromotionKind, scale: Mapping[str, int] | None = None
) -> Ask:
    """Ask about other numbers, or new processes, of what is live."""

    def ask(transaction: Transaction) -> Question:
        _, release = choice.live_release(transaction, app=app, rack=rack)
        return Question(kind=kind, release=release, rack=rack, scale=scale or {})

    return ask


def approving(promotion_id: str) -> Ask:
    """Ask about a promotion that waits for an approval."""

    def ask(transaction: Transaction) -> Question:
        return story.question_of(transaction, lookup.promotion(transaction, promotion_id))

    return ask


def preview(context: Context, ask: Ask) -> Reply:
    """Say what would happen. Who agrees sends ``Reply.seen`` back."""
    with context.world.store.read() as transaction:
        question = ask(transaction)
        plan = preflight.plan(context.world, transaction, question)
        line = _line(transaction, plan)
        asked_by = (
            lookup.promotion(transaction, question.asked).asked_by if question.asked else None
        )
    sight = preflight.look(context.world, plan)
    history = preflight.history(context.world, plan)
    concerns = preflight.concerns(plan, sight)
    texts = [Text(text=one.text, tone=TONES[one.level]) for one in concerns if one.level in TONES]
    first = sum(one.level in {Level.REFUSED, Level.FAILS} for one in concerns)
    notes = [one.text for one in concerns if one.level is Level.NOTE]
    if question.kind is PromotionKind.ROLLBACK:
        notes.append(
            "Its environment comes back with it. What migrations did to databases does not."
        )
    parts: tuple[Part, ...] = (
        *texts[:first],
        *_asked_by(asked_by),
        Facts(pairs=_facts(plan, sight, history)),
        *texts[first:],
        *line,
        *(Note(text=text) for text in notes),
    )
    return Reply(
        title=TITLES[question.kind].format(plan.app),
        rack=context.tag(plan.rack),
        parts=parts,
        failed=any(one.level is Level.REFUSED for one in concerns),
        seen=preflight.digest(plan, sight),
    )


def seen(context: Context, ask: Ask, digest: str | None) -> Seen | None:
    """Look again before it is done, where the asker has agreed to what a preview showed."""
    if digest is None:
        return None
    with context.world.store.read() as transaction:
        plan = preflight.plan(context.world, transaction, ask(transaction))
    return Seen(digest=digest, sight=preflight.look(context.world, plan))


def line_of(ahead: list[Promotion]) -> str:
    """Say behind whom a promotion waits."""
    return f"behind {words.some([one.id for one in ahead], 4)}" if ahead else "next"


def _asked_by(person: Person | None) -> tuple[Text, ...]:
    return (Text(text="Asked for by {0}.", people=(person,)),) if person else ()


def _facts(plan: Plan, sight: Sight, history: History | None) -> tuple[tuple[str, str], ...]:
    question = plan.question
    again = question.kind in {PromotionKind.SCALE, PromotionKind.RESTART}
    live = _commit(plan.live_release) if plan.live_release else "nothing"
    found = (
        ("Becomes live", "" if again else _commit(question.release)),
        ("Live now", live),
        ("Commits", "" if again or history is None else _commits(history)),
        ("Processes", _processes(plan)),
        ("Environment", "" if again else _environment(plan)),
        ("Images", "" if again else _images(sight)),
        ("Switch", _switch(plan, sight)),
        ("Health", _health(plan)),
        ("Hooks", words.some([f"`{hook}` of `{service}`" for hook, service in plan.hooks])),
        ("Canary", _canary(question.canary)),
        ("Watched", "" if plan.live is None and not plan.bake_seconds else _bake(plan)),
    )
    return tuple((name, value) for name, value in found if value)


def _commit(release: Release) -> str:
    """Say what a release shows; its author is whom to ask."""
    what = f"`{release.sha[:7]}` {literal(release.subject)} · {literal(release.author)}"
    return f"{what} · {release.id}"


def _commits(history: History) -> str:
    """Say what comes with it and what goes, with the subjects of the newest."""
    came, went = words.count(history.added, "commit"), words.count(history.dropped, "commit")
    shown = [_shortened(subject) for subject in history.subjects[:SUBJECTS_SHOWN]]
    if more := (history.added or history.dropped) - len(shown):
        shown.append(f"{more:,} more")
    if not history.added:
        return f"goes back {went}: {' · '.join(shown)}" if history.dropped else ""
    without = f", without {history.dropped:,} of what is live" if history.dropped else ""
    return f"{came}{without}: {' · '.join(shown)}"


def _shortened(subject: str) -> str:
    is_long = len(subject) > SUBJECT_LENGTH
    return literal(f"{subject[: SUBJECT_LENGTH - 1]}…" if is_long else subject)


def _processes(plan: Plan) -> str:
    if not plan.services:
        return "cannot be told, see above"
    return words.some(
        [
            f"{literal(one.name)} {_numbers(one.before, one.after)}({FATES[one.fate]})"
            for one in plan.services
        ]
    )


def _numbers(before: int, after: int) -> str:
    if before == after or not after:
        return f"×{before} " if before != 1 else ""
    if not before:
        return f"×{after} " if after != 1 else ""
    return f"{before} → {after} "


def _environment(plan: Plan) -> str:
    change = plan.environment
    said = [
        f"{verb} {words.some([f'`{name}`' for name in names])}"
        for verb, names in (
            ("adds", change.added),
            ("removes", change.removed),
            ("changes", change.changed),
        )
        if names
    ]
    return "; ".join(said) or "the same"


def _images(sight: Sight) -> str:
    if not sight.answers:
        return "not known"
    others = [one for one in sight.images if one.source is not ImageSource.THERE]
    return words.some([_image(one) for one in others]) or "there already"


def _image(image: ImageSight) -> str:
    where = {
        ImageSource.OTHER_RACK: f"copied from {image.rack}",
        ImageSource.REGISTRY: "comes through the registry",
        ImageSource.NOWHERE: "is missing",
        ImageSource.UNKNOWN: "is not here, and who may have it does not answer",
    }[image.source]
    return f"`{image.service}` {where}"


def _switch(plan: Plan, sight: Sight) -> str:
    if plan.live is None:
        return "the first: nothing serves yet"
    if not plan.services:
        return ""
    return "not gapless, see below" if preflight.gaps(plan, sight) else "gapless"


def _health(plan: Plan) -> str:
    """Say how each new process is known to be healthy; those that are checked alike at once."""
    alike: dict[str, list[str]] = {}
    for one in plan.services:
        if one.fate in {Fate.NEW, Fate.REPLACED}:
            alike.setdefault(one.health, []).append(f"`{one.name}`")
    said = [f"{words.some(names, 4)}: {literal(health)}" for health, names in alike.items()]
    more = f"; and {len(said) - 3} more" if len(said) > 3 else ""
    return "; ".join(said[:3]) + more


def _canary(canary: Canary | None) -> str:
    if canary is None:
        return ""
    steps = " → ".join(f"{step} %" for step in canary.steps)
    if canary.pause_seconds is None:
        return f"{steps}, each when somebody moves it on"
    return f"{steps}, {words.duration(timedelta(seconds=canary.pause_seconds))} at each"


def _bake(plan: Plan) -> str:
    seconds = words.duration(timedelta(seconds=plan.bake_seconds))
    if plan.live is None:
        return f"{seconds}, and taken away if it gets unhealthy"
    rule = plan.rule
    return (
        f"{seconds}, and taken back if it gets unhealthy, if {rule.errors_percent:g} % more "
        f"requests fail than before, or if p95 is {rule.slowdown:g} times as long"
    )


def _how_it_makes_way(other: Promotion) -> str:
    """Say what becomes of a promotion that a rollback does not wait for."""
    if other.status in promotions.WAITING:
        return "waits and will be ended"
    if other.status in story.ENDS_ANYWAY:
        return "comes to its end first"
    return "is under way and will be canceled"


def _line(transaction: Transaction, plan: Plan) -> tuple[Text, ...]:
    """Say what comes before it, and what it ends."""
    if plan.stops:
        return tuple(
            Text(text=f"{one.id} {_how_it_makes_way(one)}.", tone=Tone.BUSY)
            for one in plan.stops[:4]
        )
    if not plan.ahead:
        return ()
    first = plan.ahead[0]
    more = f", and {len(plan.ahead) - 1} more" if len(plan.ahead) > 1 else ""
    text = f"Waits behind {first.id} ({tell.deed(first)}, asked for by {{0}}){more}."
    parts = [Text(text=text, tone=Tone.WAITING, people=(first.asked_by,))]
    question = plan.question
    if question.release.rack != plan.rack or question.rebase:
        return tuple(parts)  # a copy is made of it, newer than all that was there before
    if newer := newer_ahead(transaction, question.kind, question.release, plan.ahead):
        text = (
            f"{newer.release_id} ({newer.id}) is newer and comes first: once it is live, this "
            "ends without doing anything."
        )
        parts.append(Text(text=text, tone=Tone.WAITING))
    return tuple(parts)
