"""The picture of a promotion's receipt: what it shows, and the sentence that says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.plots.drawing import draw
from bot.plots.series import Series, series
from engine import receipt
from engine.receipt import BAKE, LIVE, OVER, SHIFT, Receipt
from storage.records import Promotion, PromotionStatus, Sample

P = PromotionStatus
ENDS = {P.ROLLED_BACK: "taken back", P.ROLLBACK_FAILED: "given up", P.FAILED: "failed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image, and the same in words for whoever does not see it."""

    png: bytes
    alt_text: str


def picture(promotion: Promotion, samples: Sequence[Sample]) -> Picture | None:
    """Draw a promotion's receipt; None while it has none, or where nothing was measured."""
    summed_up = receipt.of(promotion)
    if summed_up is None or SHIFT not in summed_up.moments or not samples:
        return None
    shown = series(samples, summed_up.moments)
    moments = named(summed_up.moments, promotion.status)
    where = f"{promotion.app} on {promotion.rack}: {promotion.id}"
    said = in_words(shown, summed_up, moments, where=where)
    shown_part = shown.around(summed_up.moments[SHIFT])
    png = draw(shown_part, moments, title=f"{where} (UTC)", description=said)
    return Picture(png=png, alt_text=said)


def named(moments: Mapping[str, datetime], status: PromotionStatus) -> dict[str, datetime]:
    """Name the moments as they are labelled; how the last one is called depends on the end."""
    labels = {
        SHIFT: "shift",
        LIVE: "live",
        BAKE: "drained",
        OVER: ENDS.get(status, "bake ends"),
    }
    return {labels.get(name, name): at for name, at in moments.items()}


def in_words(
    shown: Series, summed_up: Receipt, moments: Mapping[str, datetime], *, where: str
) -> str:
    """Say in one sentence what the picture shows."""
    totals = shown.since(summed_up.moments[SHIFT])
    times = ", ".join(
        f"{name} {at:%H:%M:%S}" for name, at in sorted(moments.items(), key=lambda one: one[1])
    )
    before = summed_up.before.p95_ms
    later = (summed_up.after if summed_up.after.requests else summed_up.during).p95_ms
    p95 = "" if later is None else f", p95 {'' if before is None else f'{before} → '}{later} ms"
    return (
        f"{where}, since the shift: {totals.old:,} requests to old processes and {totals.new:,} "
        f"to new ones, {totals.failed:,} failed{p95} ({times} UTC)."
    )
