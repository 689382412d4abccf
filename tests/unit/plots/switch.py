"""Some seconds of traffic around a switch, as a router would have measured them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from engine import receipt
from storage.records import Person, Promotion, PromotionKind, PromotionStatus, Sample, Served

SHIFTED_AT = datetime(2026, 11, 24, 8, 0, 0, 300_000, tzinfo=UTC)
MOMENTS = {
    receipt.SHIFT: SHIFTED_AT,
    receipt.LIVE: SHIFTED_AT + timedelta(seconds=2),
    receipt.BAKE: SHIFTED_AT + timedelta(seconds=4),
    receipt.OVER: SHIFTED_AT + timedelta(seconds=14),
}


def second_after_shift(seconds: int) -> int:
    return int(SHIFTED_AT.timestamp()) + seconds


def sample(seconds: int, *, old: int = 0, new: int = 0, failed: int = 0, ms: int = 10) -> Sample:
    """One second, counted from that of the shift; what failed failed in new processes."""
    return Sample(
        second=second_after_shift(seconds),
        old=Served(requests=old, milliseconds={ms: old} if old else {}),
        new=Served(requests=new, failed=failed, milliseconds={ms + 5: new} if new else {}),
        first_ms=5,
        last_ms=990,
        pause_ms=60,
    )


TRAFFIC = [
    *(sample(at, old=30) for at in range(-90, 0)),
    sample(0, old=28, new=2),
    sample(1, old=14, new=15, failed=1),
    # Nobody asked for anything in the third second.
    sample(3, new=31),
    *(sample(at, new=20 + at, failed=at % 3) for at in range(4, 15)),
    *(sample(at, new=40) for at in range(15, 25)),  # after the end, no more on the receipt
]
ADA = Person(team="T1", user="U1", name="Ada")
PROMOTION = Promotion(
    id="PQWERTYUPAS",
    app="shop",
    rack="staging",
    release_id="RKJHGFDSAZX",
    kind=PromotionKind.PROMOTE,
    status=PromotionStatus.SUCCEEDED,
    asked_by=ADA,
    channel=None,
    created_at=SHIFTED_AT,
    status_since=SHIFTED_AT,
)


def summed_up(traffic: list[Sample], **moments: datetime) -> Promotion:
    """The promotion with the receipt of that traffic on record."""
    made = receipt.sum_up(traffic, moments or MOMENTS, complete=True)
    return replace(PROMOTION, receipt=receipt.to_plain(made))
