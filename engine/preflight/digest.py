"""What somebody has looked at, in short: enough to see later whether, and in what, it changed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine import locking
from engine.errors import UserError
from engine.marks import literal
from engine.preflight.concerns import has_little_room
from engine.preflight.facts import ImageSource, Plan, Question, Sight
from engine.preflight.gather import plan
from engine.world import World
from storage.store import Transaction

WIDTH = 6  # hexadecimal digits a topic


class WorldChanged(UserError):
    """It is not any more as it was when somebody looked; ``changes`` says in what."""

    def __init__(self, changes: tuple[str, ...]) -> None:
        """*changes* are whole sentences, as it is now."""
        super().__init__(
            "Nothing was done, for things have changed since you looked.",
            why=" ".join(changes),
            remedy="Look again, and agree to what you see then.",
        )
        self.changes = changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The digest of what the asker agreed to, and how the rack looks now."""

    digest: str
    sight: Sight


def digest(plan: Plan, sight: Sight) -> str:
    """Sum up all that would make one think again. Equal for what would be the same promotion."""
    return "".join(
        hashlib.sha256(repr(facts(plan, sight)).encode()).hexdigest()[:WIDTH]
        for facts in TOPICS.values()
    )


def refuse_if_changed(
    world: World, transaction: Transaction, question: Question, seen: Seen
) -> None:
    """Raise ``WorldChanged`` unless all is as it was when the digest was made."""
    present = plan(world, transaction, question)
    if changes := changes_since(seen.digest, present, seen.sight):
        raise WorldChanged(changes)


def changes_since(old: str, plan: Plan, sight: Sight) -> tuple[str, ...]:
    """Say in sentences what is not as it was; nothing where all is."""
    new = digest(plan, sight)
    if old == new:
        return ()
    if len(old) != len(new):
        return ("What you looked at is not known any more.",)
    changed = [
        topic
        for number, topic in enumerate(TOPICS)
        if old[number * WIDTH :][:WIDTH] != new[number * WIDTH :][:WIDTH]
    ]
    if "live" in changed and "environment" in changed:  # it comes with what is live
        changed.remove("environment")
    return tuple(SENTENCES[topic](plan, sight) for topic in changed)


def _release(plan: Plan, _: Sight) -> object:
    asked = plan.question
    return asked.kind, asked.release.id, sorted(asked.scale.items()), asked.canary


def _live(plan: Plan, _: Sight) -> object:
    return (plan.live.release_id, plan.live.promotion_id) if plan.live else None


def _environment(plan: Plan, _: Sight) -> object:
    return plan.environment_id  # what is replaced follows from it, from the release and from live


def _queue(plan: Plan, _: Sight) -> object:
    return [one.id for one in plan.ahead], [one.id for one in plan.stops]


def _lock(plan: Plan, _: Sight) -> object:
    return plan.lock


def _rack(_: Plan, sight: Sight) -> object:
    missing = sorted(one.service for one in sight.images if one.source is ImageSource.NOWHERE)
    return sight.answers, missing, has_little_room(sight)


TOPICS: Mapping[str, Callable[[Plan, Sight], object]] = {
    "release": _release,
    "live": _live,
    "environment": _environment,
    "queue": _queue,
    "lock": _lock,
    "rack": _rack,
}


def _of_release(plan: Plan, _: Sight) -> str:
    return f"It is about {plan.question.release.id} now."


def _of_live(plan: Plan, _: Sight) -> str:
    if plan.live is None:
        return f"Nothing of {plan.app} is live on {plan.rack} any more."
    return f"{plan.live.release_id} is live on {plan.rack} now ({plan.live.promotion_id})."


def _of_environment(plan: Plan, _: Sight) -> str:
    return f"The environment of {plan.app} on {plan.rack} is another one."


def _of_queue(plan: Plan, _: Sight) -> str:
    if plan.stops:
        return f"It ends {', '.join(one.id for one in plan.stops)} now."
    if plan.ahead:
        return f"{', '.join(one.id for one in plan.ahead)} comes before it now."
    return "Nothing comes before it any more."


def _of_lock(plan: Plan, _: Sight) -> str:
    if plan.lock is None:
        return f"{plan.app} on {plan.rack} is not locked any more."
    return f"{plan.app} on {plan.rack} is locked now. {locking.why(plan.lock)}"


def _of_rack(plan: Plan, sight: Sight) -> str:
    if not sight.answers:
        return f"{plan.rack} does not answer now: {literal(sight.detail)}"
    return f"What {plan.rack} says of its images or its room is not the same."


SENTENCES: Mapping[str, Callable[[Plan, Sight], str]] = {
    "release": _of_release,
    "live": _of_live,
    "environment": _of_environment,
    "queue": _of_queue,
    "lock": _of_lock,
    "rack": _of_rack,
}
