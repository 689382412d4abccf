"""What goes into a thread as a file: the log of a build, or the picture of a receipt."""

import logging
from dataclasses import dataclass

from bot.plots.picture import Picture, picture
from engine.world import World
from storage import builds, promotions, samples
from storage.records import Outgoing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as it is uploaded."""

    name: str
    content: str | bytes
    alt_text: str | None = None  # of an image: the same in words


def attachment(world: World, outgoing: Outgoing) -> Attachment | None:
    """Make the file that *outgoing* tells of; None where there is nothing to show."""
    name = outgoing.body["name"]
    if "plot" not in outgoing.body:
        with world.store.read() as transaction:
            return Attachment(name=name, content=builds.log(transaction, outgoing.subject))
    made = _picture(world, outgoing.body["plot"])
    return Attachment(name=name, content=made.png, alt_text=made.alt_text) if made else None


def _picture(world: World, promotion_id: str) -> Picture | None:
    with world.store.read() as transaction:
        promotion = promotions.get(transaction, promotion_id)
        measured = samples.of(transaction, promotion_id)
    try:
        return picture(promotion, measured) if promotion else None
    except Exception:  # such as a machine without any place for a cache of fonts
        log.exception("not drawn", extra={"promotion": promotion_id})
        return None  # the thread has the figures, and what comes after must not wait
