"""What people should know before they agree: rules over the facts. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from engine import locking
from engine.errors import UserError
from engine.marks import literal
from engine.ports.rack import Capabilities
from engine.preflight.facts import Fate, ImageSource, Plan, ServiceChange, Sight
from storage.records import PromotionKind

LITTLE_BYTES = 2 * 1024**3  # free on a disk; an image of an app is seldom larger


class Level(StrEnum):
    """How much a concern matters, the most first."""

    REFUSED = "refused"  # whoever agrees is told no
    FAILS = "fails"  # as things are, it would begin and fail
    RISK = "risk"  # requests may be lost, or it may fail
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concern:
    """One thing worth knowing, a whole sentence or two."""

    level: Level
    text: str


def concerns(plan: Plan, sight: Sight) -> tuple[Concern, ...]:
    """Return all that should be known, what matters most first."""
    found = (
        *_in_the_way(plan, sight),
        *(Concern(level=Level.RISK, text=text) for text in gaps(plan, sight)),
        *_disk(plan, sight),
        *_what_it_takes_back(plan),
        *_what_the_rack_lacks(plan, sight),
    )
    return tuple(sorted(found, key=lambda one: list(Level).index(one.level)))


def gaps(plan: Plan, sight: Sight) -> tuple[str, ...]:
    """Say why requests may be lost while it switches; nothing where it is gapless."""
    found = []
    for service in plan.services:
        if service.fate is not Fate.REPLACED or not service.after:
            continue
        if service.stop_first:
            found.append(
                f"`{service.name}` has a gap: its old process stops before the new one starts, "
                "for two cannot share a volume."
            )
        elif service.is_routed and not service.is_checked:
            found.append(
                f"`{service.name}` has no health check: it gets traffic as soon as its port "
                "takes a connection, ready or not."
            )
    if any(_switches(service) for service in plan.services) and sight.answers:
        found += _gaps_of_rack(plan.rack, sight.capabilities)
    return tuple(found)


def has_little_room(sight: Sight) -> bool:
    """Whether an image more may fill the disk."""
    return sight.free_bytes is not None and sight.free_bytes < LITTLE_BYTES


def refuse_canary(plan: Plan, capabilities: Capabilities) -> None:
    """Raise ``UserError`` where there is no traffic that could be divided."""
    if reason := _why_no_canary(plan, capabilities):
        raise UserError(
            f"There can be no canary of {plan.app} on {plan.rack}.",
            why=reason,
            remedy="Promote it without `--canary`.",
        )


def _why_no_canary(plan: Plan, capabilities: Capabilities) -> str:
    if not capabilities.weights:
        return f"{plan.rack} cannot divide the traffic."
    if plan.live is None:
        return "Nothing is live yet that could have the other part of the traffic."
    if plan.unreadable or any(_switches(service) for service in plan.services):
        return ""
    return (
        "None of its services can have an old and a new process at a time: those that get "
        "traffic are unchanged, or hold a volume."
    )


def _switches(service: ServiceChange) -> bool:
    """Whether traffic moves from old processes of the service to new ones, side by side."""
    is_replaced = service.fate is Fate.REPLACED and service.after > 0
    return is_replaced and service.is_routed and not service.stop_first


def _in_the_way(plan: Plan, sight: Sight) -> list[Concern]:
    refused, fails = [], []
    if plan.lock and locking.holds_back(plan.lock, plan.question.kind):
        how = locking.how_to_unlock(plan.lock)
        refused.append(
            f"{plan.app} on {plan.rack} is locked. {locking.why(plan.lock)} First: {how}."
        )
    if plan.question.canary and sight.answers:
        reason = _why_no_canary(plan, sight.capabilities)
        refused += [f"There can be no canary: {reason}"] if reason else []
    if plan.unreadable:
        fails.append(f"It cannot run on {plan.rack}: {plan.unreadable}")
    if not sight.answers:
        fails.append(
            f"{plan.rack} does not answer: {literal(sight.detail)} Until it does nothing "
            "happens, and after a while the promotion fails."
        )
    fails += [
        f"The image of `{image.service}` is on no rack any more. Build the commit again."
        for image in sight.images
        if image.source is ImageSource.NOWHERE
    ]
    return [
        *(Concern(level=Level.REFUSED, text=text) for text in refused),
        *(Concern(level=Level.FAILS, text=text) for text in fails),
    ]


def _disk(plan: Plan, sight: Sight) -> list[Concern]:
    if not has_little_room(sight) or sight.free_bytes is None:
        return []
    to_come = sum(image.source is not ImageSource.THERE for image in sight.images)
    free = f"{plan.rack} has {sight.free_bytes / 1024**3:.1f} GB of disk left"
    if not to_come:
        return [Concern(level=Level.NOTE, text=f"{free}.")]
    images = f"{to_come} image{'' if to_come == 1 else 's'}"
    text = f"{free}, and {images} must be copied to it: there may be no room."
    return [Concern(level=Level.RISK, text=text)]


def _what_it_takes_back(plan: Plan) -> list[Concern]:
    if not plan.takes_back or plan.question.kind is PromotionKind.ROLLBACK:
        return []
    text = f"It takes back: {', '.join(plan.takes_back)}."
    return [Concern(level=Level.RISK, text=text)]


def _gaps_of_rack(rack: str, capabilities: Capabilities) -> list[str]:
    found = []
    if not capabilities.shifts:
        found.append(f"{rack} moves the traffic by itself, at a moment of its own.")
    if not capabilities.drains:
        found.append(f"{rack} does not wait until old processes have finished their requests.")
    return found


def _what_the_rack_lacks(plan: Plan, sight: Sight) -> list[Concern]:
    if not sight.answers:
        return []
    lacks = []
    if not sight.capabilities.keeps_warm:
        lacks.append("does not keep old processes warm, so that going back takes a start")
    if not sight.capabilities.reverts:
        lacks.append("cannot take a bad release back by itself")
    if not sight.capabilities.measures:
        lacks.append(
            "counts no requests, so that there is no receipt and the bake sees health only"
        )
    return [Concern(level=Level.NOTE, text=f"{plan.rack} {what}.") for what in lacks]
