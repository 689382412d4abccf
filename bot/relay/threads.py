"""Which thread a card stands in: those of what a job does are in the thread of the job's card."""

from dataclasses import dataclass

from commands import words
from commands.context import tag_of
from engine.marks import literal
from engine.world import World
from storage import builds, outbox, promotions
from storage.records import Build, Promotion
from storage.store import Transaction
from storage.workflow_records import job_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The message that a card is a reply to."""

    channel: str
    ts: str


class NotThereYet(Exception):
    """The card whose thread it belongs into has still to be posted."""


def thread_of(transaction: Transaction, subject: str) -> Thread | None:
    """Return the thread that the card of *subject* belongs into; None for one of its own.

    Raises ``NotThereYet`` while the job's card is still to be posted.
    """
    found = _build_or_promotion(transaction, subject)
    job_id = job_of(found.for_task) if found else None
    if job_id is None:
        return None
    card = outbox.card(transaction, job_id)
    if card:
        return Thread(channel=card.channel, ts=card.ts)
    if outbox.is_told(transaction, f"{job_id}:card"):
        return None  # it has found no place: this one may
    raise NotThereYet(job_id)


def about(world: World, transaction: Transaction, subject: str) -> str | None:
    """Say what a milestone is about where several share a thread; None in one of its own."""
    found = _build_or_promotion(transaction, subject)
    if found is None or found.for_task is None:
        return None
    rack = words.rack(tag_of(world, found.rack))
    what = found.release_id if isinstance(found, Promotion) else f"build {found.id}"
    return f"*{literal(rack)} · {what}*"


def _build_or_promotion(transaction: Transaction, subject: str) -> Build | Promotion | None:
    return builds.get(transaction, subject) or promotions.get(transaction, subject)
