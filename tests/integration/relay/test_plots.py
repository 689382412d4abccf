"""The picture of a receipt is put into the promotion's thread once, whatever happens meanwhile."""

import io
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from bot.plots import picture as pictures
from bot.plots.series import series
from bot.workspace.seen import SeenMessage
from engine import announce, receipt
from storage import promotions, samples
from storage.records import Promotion
from tests.integration.relay.office import ADA, Killed, Office
from tests.unit.plots.switch import MOMENTS, TRAFFIC, summed_up


@pytest.fixture
def promotion(office: Office) -> Promotion:
    """A promotion that has ended, with its traffic and its receipt on record."""
    made = replace(summed_up(TRAFFIC), app="web", asked_by=ADA, channel="#deploys")
    keep(office, made)
    with office.scene.store.write() as transaction:
        samples.add(transaction, made.id, TRAFFIC)
    return made


def keep(office: Office, promotion: Promotion) -> None:
    """Put a promotion on record, with its card and its picture to be told."""
    now = office.scene.clock.now()
    release_id = office.scene.built()
    with office.scene.store.write() as transaction:
        promotions.add(transaction, replace(promotion, release_id=release_id))
        announce.card(transaction, promotion, now)
        announce.plot_file(transaction, promotion, now)


def plots(office: Office, promotion: Promotion) -> list[SeenMessage]:
    """The messages with a file in the promotion's thread."""
    card = office.card(promotion.id)
    return [one for one in office.ada.thread(card.ts, card.channel)[1:] if one.files]


def test_the_picture_of_a_receipt_goes_into_its_thread(
    office: Office, promotion: Promotion
) -> None:
    office.drain()

    (message,) = plots(office, promotion)
    assert message.files == (f"web-{promotion.id}.png",)
    with Image.open(io.BytesIO(office.ada.file_bytes(message))) as image:
        assert image.size == (1000, 700)
        assert f"[image {message.files[0]}: {image.info['Description']}]" == message.plain_text


def test_what_it_shows_is_what_the_stored_receipt_says(
    office: Office, promotion: Promotion
) -> None:
    office.drain()
    with office.scene.store.read() as transaction:
        kept = promotions.get(transaction, promotion.id)
        measured = samples.of(transaction, promotion.id)
    stored = receipt.of(kept) if kept else None
    assert stored

    totals = series(measured, stored.moments).since(MOMENTS[receipt.SHIFT])
    assert (totals.requests, totals.failed) == (stored.requests, stored.failed)
    (message,) = plots(office, promotion)
    assert f"{stored.new.requests} to new ones, {stored.failed} failed" in message.plain_text


@pytest.mark.parametrize("arrives", [False, True])
def test_a_picture_is_posted_once_though_the_process_dies_at_it(
    office: Office, promotion: Promotion, arrives: bool
) -> None:
    upload = office.poster.upload

    def dies(*what: Any, **where: Any) -> None:
        if arrives:
            upload(*what, **where)
        raise Killed

    office.poster.upload = dies  # type: ignore[method-assign]
    with pytest.raises(Killed):
        office.drain()
    office.restart()
    office.drain()

    assert len(plots(office, promotion)) == 1


def test_a_picture_is_posted_once_though_its_answer_was_lost(
    office: Office, promotion: Promotion
) -> None:
    office.controls.fault("files.completeUploadExternal", "drop_after")
    office.drain()

    assert len(plots(office, promotion)) == 1


def test_a_promotion_without_traffic_gets_no_picture(office: Office) -> None:
    quiet = replace(summed_up([]), app="web", asked_by=ADA, channel="#deploys")
    keep(office, quiet)
    office.drain()

    assert plots(office, quiet) == []
    assert office.row(f"{quiet.id}:plot").outcome == "gave up: nothing to show"


def test_what_cannot_be_drawn_holds_nothing_up(
    office: Office, promotion: Promotion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> bytes:
        raise OSError("no place for the fonts")

    monkeypatch.setattr(pictures, "draw", fails)
    with office.scene.store.write() as transaction:
        announce.milestone(transaction, promotion, "after", "after it", at=office.scene.clock.now())
    office.drain()

    assert office.thread(promotion.id) == ["after it"]


def test_a_bot_that_draws_nothing_does_not_load_what_draws() -> None:
    look = "import sys, bot.process; sys.exit('matplotlib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look]).returncode == 0
