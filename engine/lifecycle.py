"""Which status may follow which, how long each may last, and what ends a life."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

from storage.records import BuildStatus, PromotionStatus
from storage.workflow_records import JobStatus, TaskStatus

B = BuildStatus
P = PromotionStatus
J = JobStatus
T = TaskStatus
Status = BuildStatus | PromotionStatus | JobStatus | TaskStatus
S = TypeVar("S", BuildStatus, PromotionStatus, JobStatus, TaskStatus)

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
    P.RETIRING: frozenset({P.SUCCEEDED, P.ROLLING_BACK, P.FAILED}),
    P.ROLLING_BACK: frozenset({P.ROLLED_BACK, P.ROLLBACK_FAILED, P.FAILED}),
    P.SUCCEEDED: frozenset(),
    P.CANCELED: frozenset(),
    P.EXPIRED: frozenset(),
    P.SUPERSEDED: frozenset(),
    P.FAILED: frozenset(),
    P.ROLLED_BACK: frozenset(),
    P.ROLLBACK_FAILED: frozenset(),
}

JOB: Mapping[JobStatus, frozenset[JobStatus]] = {
    J.QUEUED: frozenset({J.RUNNING, J.CANCELED, J.SUPERSEDED}),
    J.RUNNING: frozenset({J.WAITING, J.SUCCEEDED, J.FAILED, J.CANCELED, J.SUPERSEDED}),
    J.WAITING: frozenset({J.RUNNING, J.FAILED, J.CANCELED, J.SUPERSEDED}),
    J.SUCCEEDED: frozenset(),
    J.FAILED: frozenset(),
    J.CANCELED: frozenset(),
    J.SUPERSEDED: frozenset(),
}

TASK: Mapping[TaskStatus, frozenset[TaskStatus]] = {
    T.PENDING: frozenset({T.RUNNING, T.SKIPPED}),
    T.RUNNING: frozenset({T.WAITING, T.SUCCEEDED, T.FAILED, T.CANCELED}),
    T.WAITING: frozenset({T.RUNNING, T.FAILED, T.CANCELED}),
    T.SUCCEEDED: frozenset(),
    T.FAILED: frozenset(),
    T.SKIPPED: frozenset(),
    T.CANCELED: frozenset(),
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
HURRY_LIMIT = timedelta(seconds=30)  # to take back what somebody does not want to wait for


class IllegalStep(Exception):
    """The code tried a step that the lifecycle does not know: a fault of ours."""


def is_final(status: Status) -> bool:
    """Whether nothing follows *status*."""
    return not following(status)


def check_step(before: S, after: S) -> None:
    """Raise ``IllegalStep`` unless *after* may follow *before*."""
    if after not in following(before):
        raise IllegalStep(f"{before} → {after}")


def following(status: Status) -> frozenset[Status]:
    """Return what may follow *status*."""
    match status:
        case BuildStatus():
            return frozenset(BUILD[status])
        case PromotionStatus():
            return frozenset(PROMOTION[status])
        case JobStatus():
            return frozenset(JOB[status])
        case TaskStatus():
            return frozenset(TASK[status])
