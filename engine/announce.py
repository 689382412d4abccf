"""What is told, written in the transaction of the change that it tells of."""

from collections.abc import Sequence
from datetime import datetime

from engine.asking import Asking
from engine.errors import PortError, UserError
from engine.marks import literal
from engine.world import World
from storage import builds, outbox, promotions
from storage.records import Build, Person, Promotion
from storage.store import Transaction
from storage.workflow_records import Job

Subject = Build | Promotion | Job
REFRESHED = 8  # cards at a time: Slack allows the workspace 50 edits a minute


def card(transaction: Transaction, subject: Subject, at: datetime) -> None:
    """Have the subject's card drawn anew from what it is when the relay comes to it."""
    outbox.redraw(transaction, subject=subject.id, channel=subject.channel, at=at)


def refresh(world: World) -> None:
    """Have the youngest unfinished cards drawn anew, for the time that passes on them."""
    with world.store.write() as transaction:
        found: list[Subject] = [
            *builds.unfinished(transaction),
            *promotions.unfinished(transaction),
        ]
        for subject in sorted(found, key=lambda one: one.created_at)[-REFRESHED:]:
            card(transaction, subject, world.clock.now())


def milestone(
    transaction: Transaction,
    subject: Subject,
    name: str,
    text: str,
    *,
    at: datetime,
    tone: str = "muted",
    people: Sequence[Person] = (),
    code: Sequence[str] = (),
    broadcast: bool = False,
    actions: Sequence[tuple[str, Sequence[str]]] = (),
) -> None:
    """Tell one thing in the subject's thread, once, however often it is recorded.

    *name* makes it unique within the subject. *text* may use ``*bold*`` and ```code```, and
    ``{0}`` for the first of *people*. *code* is shown as preformatted lines. With *broadcast* the
    channel sees it as well. *actions* are buttons: a label and the words that it stands for.
    """
    body = {
        "text": text,
        "tone": tone,
        "people": [{"team": who.team, "user": who.user, "name": who.name} for who in people],
        "code": list(code),
        "broadcast": broadcast,
        "actions": [[label, list(words)] for label, words in actions],
    }
    outbox.tell(
        transaction,
        subject=subject.id,
        kind="milestone",
        key=f"{subject.id}:{name}",
        body=body,
        channel=subject.channel,
        at=at,
    )


def link(
    transaction: Transaction, subject: Subject, person: Person, channel: str, at: datetime
) -> None:
    """Show a person, in the channel where they asked, where the subject's card stands."""
    outbox.tell(
        transaction,
        subject=subject.id,
        kind="link",
        key=f"{subject.id}:link:{person.user}:{channel}",
        body={"user": person.user, "channel": channel},
        channel=subject.channel,
        at=at,
    )


def link_elsewhere(
    transaction: Transaction, subject: Subject, asking: Asking, at: datetime
) -> None:
    """Show who asked from another channel than the card's where the card stands."""
    if asking.channel and asking.channel != subject.channel:
        link(transaction, subject, asking.person, asking.channel, at)


def log_file(transaction: Transaction, build: Build, at: datetime) -> None:
    """Put the whole kept log of a build into its thread as a file."""
    outbox.tell(
        transaction,
        subject=build.id,
        kind="file",
        key=f"{build.id}:log",
        body={"name": f"{build.app}-{build.id}.log", "build": build.id},
        channel=build.channel,
        at=at,
    )


def plot_file(transaction: Transaction, promotion: Promotion, at: datetime) -> None:
    """Put the picture of a promotion's receipt into its thread as a file."""
    outbox.tell(
        transaction,
        subject=promotion.id,
        kind="file",
        key=f"{promotion.id}:plot",
        body={"name": f"{promotion.app}-{promotion.id}.png", "plot": promotion.id},
        channel=promotion.channel,
        at=at,
    )


def in_words(error: PortError | UserError) -> str:
    """Say an error to people: what happened and what to do."""
    if isinstance(error, UserError):
        return str(error)
    return " ".join(part for part in (literal(error.detail), error.remedy) if part)
