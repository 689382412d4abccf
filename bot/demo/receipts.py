"""Checks a receipt past the bot: thread, picture and database must tell the same."""

from bot.demo.actors import Actors, id_of, must
from bot.plots.series import series
from bot.settings import Settings
from bot.workspace.seen import SeenMessage
from engine import receipt
from engine.receipt import SHIFT, Receipt
from storage import promotions, samples
from storage.records import Sample
from storage.store import Store

PICTURE_SECONDS = 30.0  # it is told after the end, and the first one takes a while to draw


def check_receipt(actors: Actors, settings: Settings, card: SeenMessage) -> Receipt:
    """Compare what an ended promotion's thread and picture say with what is stored; return that."""
    promotion_id = id_of(card)
    stored, measured = _on_record(settings, promotion_id)
    must(stored.is_enough, f"only {stored.requests} requests were counted")
    totals = series(measured, stored.moments).since(stored.moments[SHIFT])
    must(
        (totals.requests, totals.failed) == (stored.requests, stored.failed),
        f"the picture adds up to {totals}, the receipt to {stored}",
    )
    told = {receipt.line(stored), f"{stored.failed:,} of {stored.requests:,} requests failed"}
    must(
        any(words in reply.plain_text for reply in actors.replies(card) for words in told),
        f"the thread tells none of {told}",
    )
    shown = actors.ada.wait_for(
        lambda: next((reply for reply in actors.replies(card) if reply.files), None),
        PICTURE_SECONDS,
    )
    said = shown.raw["files"][0]["alt_txt"]
    figures = (
        f"{stored.old.requests:,} requests to old processes and {stored.new.requests:,} to new "
        f"ones, {stored.failed:,} failed"
    )
    must(promotion_id in said and figures in said, f"the picture says {said!r}, not {figures!r}")
    image = actors.ada.file_bytes(shown)
    must(image.startswith(b"\x89PNG"), "the picture is no PNG")
    must(said.encode() in image, "the picture is not the one that its text is of")
    return stored


def _on_record(settings: Settings, promotion_id: str) -> tuple[Receipt, list[Sample]]:
    store = Store(settings.database_url)
    try:
        with store.read() as transaction:
            promotion = promotions.get(transaction, promotion_id)
            measured = samples.of(transaction, promotion_id)
    finally:
        store.close()
    found = receipt.of(promotion) if promotion else None
    must(found is not None, f"{promotion_id} has no receipt")
    assert found is not None
    return found, measured
