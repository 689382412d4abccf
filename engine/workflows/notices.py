"""What is told to channels that no single job's thread is the place for."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from engine.world import World
from storage import apps, outbox
from storage.store import Transaction
from storage.workflow_records import Workflow

KIND = "notice"
SUBJECT = "notice"  # a notice is about no build, promotion or job


def notice(
    world: World,
    transaction: Transaction,
    concerned: Iterable[Workflow],
    key: str,
    text: str,
    *,
    at: datetime,
    tone: str = "muted",
    after: str | None = None,
) -> None:
    """Tell something once, by its *key*, in each channel of the workflows that it concerns.

    *text* may carry the marks that milestones carry. With *after* only those channels hear of it
    that were told the notice of that key.
    """
    channels = {_channel(world, transaction, one) for one in concerned}
    for channel in sorted(filter(None, channels)):
        if after and not outbox.is_known(transaction, _key(after, channel)):
            continue
        outbox.tell(
            transaction,
            subject=SUBJECT,
            kind=KIND,
            key=_key(key, channel),
            body={"text": text, "tone": tone, "people": [], "code": [], "actions": []},
            channel=channel,
            at=at,
        )


def _key(key: str, channel: str) -> str:
    """Return what the outbox knows it by: names of repositories and channels may be long."""
    return f"{KIND}:{hashlib.sha256(f'{key} {channel}'.encode()).hexdigest()[:32]}"


def _channel(world: World, transaction: Transaction, workflow: Workflow) -> str | None:
    """Return where the cards of the workflow's jobs go."""
    app = apps.get(transaction, workflow.app)
    own: str | None = workflow.definition.get("channel")
    return own or (app.channel if app else None) or world.default_channel
