"""Which status may follow which, how long each may last, and what ends a life."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from storage.records import BuildStatus, PromotionStatus

B = BuildStatus
P = PromotionStatus
S = TypeVar("S", BuildStatus, PromotionStatus)

BUILD: Mapping[BuildStatus, frozenset[BuildStatus]] = {
    B.QUEUED: frozenset({B.FETCHING, B.FAILED, B.CANCELED}),
    # Back to the queue: the process that ran it died, and it is taken up again.
    B.FETCHING: frozenset({B.BUILDING, B.QUEUED, B.FAILED, B.CANCELED}),
    B.BUILDING: frozenset({B.PUSHING, B.QUEUED, B.FAILED, B.CANCELED}),
    B.PUSHING: frozenset({B.SUCCEEDED, B.QUEUED, B.FAILED, B.CANCELED}),
    B.SUCCEEDED: frozenset(),
    B.FAILED: frozenset(),
    B.CANCELED: frozenset(),
}

PROMOTION: Mapping[PromotionStatus, frozenset[PromotionStatus]] = {
    P.AWAITING_APPROVAL: frozenset({P.QUEUED, P.CANCELED, P.EXPIRED, P.SUPERSEDED}),
    P.QUEUED: frozenset({P.PREPARING, P.CANCELED, P.SUPERSEDED, P.FAILED}),
    P.PREPARING: frozenset({P.STARTING, P.FAILED, P.CANCELED}),
    P.STARTING: frozenset({P.VERIFYING, P.FAILED, P.CANCELED}),
    P.VERIFYING: frozenset({P.SHIFTING, P.FAILED, P.CANCELED}),
    P.SHIFTING: frozenset({P.HOLDING, P.DRAINING, P.ROLLING_BACK}),
    P.HOLDING: frozenset({P.SHIFTING, P.ROLLING_BACK}),
    P.DRAINING: frozenset({P.BAKING, P.ROLLING_BACK}),
    P.BAKING: frozenset({P.RETIRING, P.ROLLING_BACK}),
    P.RETIRING: frozenset({P.SUCCEEDED, P.FAILED}),
    P.ROLLING_BACK: frozenset({P.ROLLED_BACK, P.ROLLBACK_FAILED, P.FAILED}),
    P.SUCCEEDED: frozenset(),
    P.CANCELED: frozenset(),
    P.EXPIRED: frozenset(),
    P.SUPERSEDED: frozenset(),
    P.FAILED: frozenset(),
    P.ROLLED_BACK: frozenset(),
    P.ROLLBACK_FAILED: frozenset(),
}

# Before the first of these the live release is untouched; from it on a failure must be reverted.
TOUCHES_LIVE = frozenset({P.SHIFTING, P.HOLDING, P.DRAINING, P.BAKING, P.RETIRING, P.ROLLING_BACK})

BUILD_LIMIT = timedelta(hours=1)
BUILD_ATTEMPTS = 3  # the first, and two more after crashes

PROMOTION_LIMITS: Mapping[PromotionStatus, timedelta] = {
    P.AWAITING_APPROVAL: timedelta(hours=24),
    P.QUEUED: timedelta(hours=12),
    P.PREPARING: timedelta(minutes=15),
    P.STARTING: timedelta(minutes=2),
    P.VERIFYING: timedelta(minutes=2),
    P.SHIFTING: timedelta(minutes=2),
    P.HOLDING: timedelta(hours=4),
    P.DRAINING: timedelta(minutes=15),
    P.BAKING: timedelta(hours=24),
    P.RETIRING: timedelta(minutes=10),
    P.ROLLING_BACK: timedelta(minutes=10),
}
CLEAN_UP_LIMIT = timedelta(minutes=2)  # to remove what a failed start left, rack permitting


class IllegalStep(Exception):
    """The code tried a step that the lifecycle does not know: a fault of ours."""


def is_final(status: BuildStatus | PromotionStatus) -> bool:
    """Whether nothing follows *status*."""
    return not (BUILD[status] if isinstance(status, BuildStatus) else PROMOTION[status])


def check_step(before: S, after: S) -> None:
    """Raise ``IllegalStep`` unless *after* may follow *before*."""
    allowed = BUILD[before] if isinstance(before, BuildStatus) else PROMOTION[before]
    if after not in allowed:
        raise IllegalStep(f"{before} → {after}")
