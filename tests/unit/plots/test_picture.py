"""The picture is small, says what it shows, and costs nothing where none is drawn."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from bot.plots.picture import Picture, named, picture
from engine import receipt
from storage.records import PromotionStatus
from tests.unit.plots.switch import MOMENTS, PROMOTION, SHIFTED_AT, TRAFFIC, sample, summed_up


def drawn() -> Picture:
    found = picture(summed_up(TRAFFIC), TRAFFIC)
    assert found
    return found


def test_the_words_give_the_numbers_of_the_stored_receipt() -> None:
    stored = receipt.of(summed_up(TRAFFIC))
    assert stored

    said = drawn().alt_text

    assert f"{stored.old.requests} requests to old processes" in said
    assert f"{stored.new.requests} to new ones" in said
    assert f"{stored.failed} failed" in said
    assert f"p95 {stored.before.p95_ms} → {stored.after.p95_ms} ms" in said
    assert "shift 08:00:00, live 08:00:02, drained 08:00:04, bake ends 08:00:14 UTC" in said
    assert "shop on staging: PQWERTYUPAS" in said


def test_it_is_a_small_image_that_says_what_it_shows() -> None:
    made = drawn()

    with Image.open(io.BytesIO(made.png)) as image:
        assert image.format == "PNG"
        assert image.size == (1000, 700)
        assert image.info["Description"] == made.alt_text
        assert image.info["Title"].startswith("shop on staging: PQWERTYUPAS")
    assert len(made.png) < 100_000
    assert len(made.alt_text) < 1000


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (PromotionStatus.SUCCEEDED, "bake ends"),
        (PromotionStatus.ROLLED_BACK, "taken back"),
        (PromotionStatus.FAILED, "failed"),
    ],
)
def test_the_last_moment_is_called_by_what_came_of_it(status: PromotionStatus, label: str) -> None:
    assert named(MOMENTS, status)[label] == MOMENTS[receipt.OVER]


def test_a_promotion_without_a_receipt_has_no_picture() -> None:
    assert picture(PROMOTION, TRAFFIC) is None
    assert picture(replace(PROMOTION, receipt={"moments": {}}), TRAFFIC) is None


def test_nobody_needs_a_picture_of_no_requests() -> None:
    assert picture(summed_up([]), []) is None


def test_a_single_second_can_be_drawn() -> None:
    traffic = [sample(0, new=1)]
    made = picture(summed_up(traffic, **{receipt.SHIFT: SHIFTED_AT}), traffic)

    assert made
    assert "0 requests to old processes and 1 to new ones, 0 failed" in made.alt_text
