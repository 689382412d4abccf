"""What a promotion does next: a pure function of its record, what is seen, and the time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine import canary
from engine.durations import duration
from engine.judge import Breach
from engine.lifecycle import CLEAN_UP_LIMIT, TOUCHES_LIVE
from engine.manifest.model import HEALTHY_WITHIN_SECONDS
from engine.marks import literal
from engine.ports.rack import Observation, Phase, ServiceObservation
from storage.records import Promotion, PromotionStatus

P = PromotionStatus
SPARE_SECONDS = 900.0  # over the times that a manifest sets, for a rack that is away
ORDER = (
    Phase.ABSENT,
    Phase.STARTING,
    Phase.UNHEALTHY,
    Phase.HEALTHY,
    Phase.SERVING,
    Phase.DRAINED,
    Phase.RETIRED,
)


class Act(StrEnum):
    """What is asked of the rack. Each may be repeated without harm."""

    PREPARE = "prepare"
    START = "start"
    SHIFT = "shift"
    BEFORE = "before"  # run the hooks that come before
    AFTER = "after"
    CUT = "cut"
    RETIRE = "retire"
    REVERT = "revert"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a promotion cannot go on, as people are told."""

    reason: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One step: perhaps an act, then perhaps a new status, or an intent to give up."""

    act: Act | None = None
    then: PromotionStatus | None = None  # once the act is done
    trouble: Trouble | None = None  # why, where *then* ends or reverts the promotion
    progress: str | None = None
    limit_seconds: float | None = None  # of the new status, where the manifest sets it
    locks: bool = False  # the app, until somebody has looked into it
    step: int | None = None  # of the canary, that the new status is to reach
    leftovers: bool = False  # give up the clean-up: the sweep will do it


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What manifest and rack ask of a promotion."""

    bake_seconds: float
    healthy_within_seconds: float = HEALTHY_WITHIN_SECONDS
    drain_seconds: float = 0.0
    hooks_before: int = 0  # that have still to end well
    hooks_after: int = 0
    hook_seconds: float = 0.0  # each may take


NO_TERMS = Terms(bake_seconds=0.0, healthy_within_seconds=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All that a decision rests on."""

    promotion: Promotion
    services: tuple[ServiceObservation, ...]  # empty where nothing was looked at
    now: datetime
    terms: Terms
    breach: Breach | None = None  # the traffic shows that the release is worse
    is_counted: bool = True  # all requests of the switch are on the receipt

    @property
    def gives_up(self) -> bool:
        """Whether the promotion is to end, and only clears up what it started."""
        return gives_up(self.promotion)

    @property
    def deadline_at(self) -> datetime | None:
        """When the present status has to be over, with the time that its hooks may take."""
        at = self.promotion.deadline_at
        if at is None or self.promotion.status is not P.PREPARING:
            return at
        return at + timedelta(seconds=self.terms.hooks_before * self.terms.hook_seconds)

    @property
    def is_late(self) -> bool:
        """Whether the present status has lasted longer than it may."""
        return self.deadline_at is not None and self.now >= self.deadline_at

    @property
    def may_have_hooks(self) -> bool:
        """Whether a hook that comes before may run, or have run."""
        return bool(self.terms.hooks_before or self.promotion.hooks)

    @property
    def lacks_processes(self) -> bool:
        """Whether something has still to be started before the shift."""
        return any(
            service.phase is Phase.ABSENT and not service.waits_for_shift
            for service in self.services
        )

    def is_shared(self, percent: int) -> bool:
        """Whether the new processes get exactly that part of all traffic that is divided."""
        return all(service.share in {None, percent} for service in self.services)

    def all_reached(self, phase: Phase) -> bool:
        """Whether every service has come as far as *phase*, or is excused until the shift."""
        wanted = ORDER.index(phase)
        return all(
            ORDER.index(service.phase) >= wanted
            or (service.waits_for_shift and phase is Phase.HEALTHY)
            for service in self.services
        )


def decide(
    promotion: Promotion,
    seen: Observation | None,
    now: datetime,
    terms: Terms,
    *,
    breach: Breach | None = None,
    is_counted: bool = True,
) -> Decision:
    """Return the next step of a running promotion. *seen* is None where nothing was looked at."""
    situation = Situation(
        promotion=promotion,
        services=seen.services if seen else (),
        now=now,
        terms=terms,
        breach=breach,
        is_counted=is_counted,
    )
    return STEPS[promotion.status](situation)


def decide_unseen(
    promotion: Promotion, detail: str, now: datetime, terms: Terms = NO_TERMS
) -> Decision:
    """Return the next step where the rack could not be asked, or is not done, as *detail* says."""
    situation = Situation(promotion=promotion, services=(), now=now, terms=terms)
    if not situation.is_late:
        return Decision(progress=detail)
    if promotion.status is P.RETIRING:
        return Decision(then=P.SUCCEEDED, leftovers=True)
    if promotion.status is P.ROLLING_BACK:
        trouble = None if promotion.reason else Trouble(reason=f"{detail.rstrip('.')}.")
        return Decision(then=P.ROLLBACK_FAILED, trouble=trouble, leftovers=True)
    if gives_up(promotion) and promotion.status not in TOUCHES_LIVE:
        clear_up = _clear_up(situation)
        return clear_up if clear_up.leftovers else Decision(progress=detail)
    if promotion.status is P.PREPARING:
        return _without_start(situation, Trouble(reason=detail))
    end = P.ROLLING_BACK if promotion.status in TOUCHES_LIVE else None
    return Decision(then=end, trouble=Trouble(reason=detail))


def needs_observation(promotion: Promotion) -> bool:
    """Whether ``decide`` wants to see the rack first."""
    return promotion.status not in {P.PREPARING, P.ROLLING_BACK} and not gives_up(promotion)


def gives_up(promotion: Promotion) -> bool:
    """Whether somebody canceled it or its end has a reason already."""
    return promotion.cancel_asked_by is not None or promotion.reason is not None


def _prepare(situation: Situation) -> Decision:
    if situation.gives_up:
        end = _untouched_end(situation.promotion)
        return _clear_up(situation) if situation.may_have_hooks else Decision(then=end)
    if situation.is_late:
        reason = situation.promotion.progress or "Images and router were not ready in time."
        return _without_start(situation, Trouble(reason=reason))
    act = Act.BEFORE if situation.terms.hooks_before else Act.PREPARE
    limit_seconds = situation.terms.healthy_within_seconds
    return Decision(act=act, then=P.STARTING, limit_seconds=limit_seconds)


def _start(situation: Situation) -> Decision:
    if situation.gives_up:
        return _clear_up(situation)
    if trouble := _trouble(situation, "did not start in time"):
        return Decision(trouble=trouble)
    if situation.lacks_processes:
        return Decision(act=Act.START, progress=_progress(situation))
    return Decision(then=P.VERIFYING, limit_seconds=situation.terms.healthy_within_seconds)


def _verify(situation: Situation) -> Decision:
    if situation.gives_up:
        return _clear_up(situation)
    if trouble := _trouble(situation, "was not healthy in time"):
        return Decision(trouble=trouble)
    if situation.all_reached(Phase.HEALTHY):
        return Decision(then=P.SHIFTING)
    act = Act.START if situation.lacks_processes else None
    return Decision(act=act, progress=_progress(situation))


def _shift(situation: Situation) -> Decision:
    if stop := _must_revert(situation, "did not take the traffic in time"):
        return stop
    percent = canary.goal(situation.promotion)
    if percent < canary.ALL and situation.is_shared(percent):
        pause_seconds = situation.promotion.pause_seconds
        limit_seconds = None if pause_seconds is None else pause_seconds + SPARE_SECONDS
        return Decision(then=P.HOLDING, limit_seconds=limit_seconds)
    if situation.all_reached(Phase.SERVING):
        limit_seconds = situation.terms.drain_seconds + SPARE_SECONDS
        return Decision(then=P.DRAINING, limit_seconds=limit_seconds)
    return Decision(act=Act.SHIFT, progress=_progress(situation))


def _hold(situation: Situation) -> Decision:
    if stop := _is_breached(situation):
        return stop
    promotion = situation.promotion
    pause_is_over = promotion.pause_seconds is not None and (
        situation.now >= promotion.status_since + timedelta(seconds=promotion.pause_seconds)
    )
    if promotion.moved_on_by or pause_is_over:
        return Decision(then=P.SHIFTING, step=promotion.canary_step + 1)
    if situation.is_late:
        return Decision(then=P.ROLLING_BACK, trouble=Trouble(reason="Nobody moved it on in time."))
    percent = canary.goal(promotion)
    # A router that was made anew meanwhile may have forgotten the share.
    act = None if situation.is_shared(percent) else Act.SHIFT
    return Decision(act=act, progress=f"{percent} % of the traffic")


def _drain(situation: Situation) -> Decision:
    if stop := _must_revert(situation):
        return stop
    # Nobody is helped by going back because an old process does not end: it will be stopped.
    if situation.all_reached(Phase.DRAINED) or situation.is_late:
        terms = situation.terms
        limit_seconds = terms.bake_seconds + terms.hooks_after * terms.hook_seconds + SPARE_SECONDS
        return Decision(then=P.BAKING, limit_seconds=limit_seconds)
    left = sum(service.in_flight for service in situation.services)
    # The rack knows every service's own drain time; ``cut`` ends only what is past it.
    return Decision(act=Act.CUT, progress=f"{left} requests left on the old processes")


def _bake(situation: Situation) -> Decision:
    if stop := _is_breached(situation):
        return stop
    if situation.terms.hooks_after and not situation.is_late:
        return Decision(act=Act.AFTER)
    ends_at = situation.promotion.status_since + timedelta(seconds=situation.terms.bake_seconds)
    if situation.now >= ends_at or situation.is_late:
        return Decision(then=P.RETIRING)
    return Decision(progress=f"watched for {duration(ends_at - situation.now)} more")


def _retire(situation: Situation) -> Decision:
    if situation.gives_up:
        # What is gone of the old processes has to be started and get healthy again.
        limit_seconds = situation.terms.healthy_within_seconds + SPARE_SECONDS
        return Decision(then=P.ROLLING_BACK, limit_seconds=limit_seconds)
    if situation.all_reached(Phase.RETIRED):
        if situation.is_counted or situation.is_late:
            return Decision(then=P.SUCCEEDED)
        return Decision(progress="counting the last requests")
    if trouble := _unhealthy(situation):
        # Too late to revert: old processes are being stopped. People must decide.
        return Decision(act=Act.RETIRE, then=P.FAILED, trouble=trouble)
    if situation.is_late:
        return Decision(then=P.SUCCEEDED, leftovers=True)
    return Decision(act=Act.RETIRE, progress="stopping the old processes")


def _roll_back(situation: Situation) -> Decision:
    # Also when it is late: what is done at a last try need not be cleared up by the sweep.
    end = P.ROLLED_BACK if situation.promotion.previous_release_id else P.FAILED
    return Decision(act=Act.REVERT, then=end)


STEPS: Mapping[PromotionStatus, Callable[[Situation], Decision]] = {
    P.PREPARING: _prepare,
    P.STARTING: _start,
    P.VERIFYING: _verify,
    P.SHIFTING: _shift,
    P.HOLDING: _hold,
    P.DRAINING: _drain,
    P.BAKING: _bake,
    P.RETIRING: _retire,
    P.ROLLING_BACK: _roll_back,
}


def _unhealthy(situation: Situation) -> Trouble | None:
    for service in situation.services:
        if service.reverted_by_engine:
            return Trouble(reason=f"`{service.service}`: {literal(service.reverted_by_engine)}.")
        if service.phase is Phase.UNHEALTHY:
            reason = f"`{service.service}` is unhealthy: {literal(service.reason)}."
            return Trouble(reason=reason, evidence=service.last_log)
    return None


def _trouble(situation: Situation, lateness: str) -> Trouble | None:
    """Return why it cannot go on: a service that is surely unhealthy, or the deadline."""
    if trouble := _unhealthy(situation):
        return trouble
    if not situation.is_late:
        return None
    behind = [service for service in situation.services if service.ready < service.wanted]
    late = behind[0] if behind else situation.services[0]
    waited = duration(situation.now - situation.promotion.status_since)
    last = f" The last check said: {literal(late.reason)}." if late.reason else ""
    reason = f"`{late.service}` {lateness} ({waited}).{last}"
    return Trouble(reason=reason, evidence=late.last_log)


def _must_revert(situation: Situation, lateness: str | None = None) -> Decision | None:
    """Take it back for a cancel, a surely unhealthy service or, with *lateness*, its deadline."""
    if situation.gives_up:
        return Decision(then=P.ROLLING_BACK)
    trouble = _trouble(situation, lateness) if lateness else _unhealthy(situation)
    return Decision(then=P.ROLLING_BACK, trouble=trouble) if trouble else None


def _is_breached(situation: Situation) -> Decision | None:
    """Take it back, and lock the app, where it is unhealthy or worse than what was before it."""
    if stop := _must_revert(situation):
        return replace(stop, locks=stop.trouble is not None)
    if situation.breach is None:
        return None
    trouble = Trouble(reason=situation.breach.reason, evidence=situation.breach.evidence)
    return Decision(then=P.ROLLING_BACK, trouble=trouble, locks=True)


def _clear_up(situation: Situation) -> Decision:
    """Take back a start that touched nothing live; give up when the rack stays away."""
    end = _untouched_end(situation.promotion)
    limit = (situation.deadline_at or situation.now) + CLEAN_UP_LIMIT
    if situation.now > limit:
        return Decision(then=end, leftovers=True)
    return Decision(act=Act.REVERT, then=end)


def _without_start(situation: Situation, trouble: Trouble) -> Decision:
    """Give up before anything was started; hooks are cleared up first."""
    return Decision(then=None if situation.may_have_hooks else P.FAILED, trouble=trouble)


def _untouched_end(promotion: Promotion) -> PromotionStatus:
    return P.FAILED if promotion.reason else P.CANCELED


def _progress(situation: Situation) -> str:
    """Say how far each service is: "web 1/2 healthy, worker kept"."""
    return ", ".join(_how_far(service) for service in situation.services)


def _how_far(service: ServiceObservation) -> str:
    if service.kept:
        return f"{service.service} kept"
    if service.waits_for_shift and service.phase is Phase.ABSENT:
        return f"{service.service} waits to replace its old process"
    return f"{service.service} {service.ready}/{service.wanted} healthy"
