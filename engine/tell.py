"""The words in which a promotion tells of itself in its thread."""

from collections.abc import Sequence
from datetime import datetime

from engine import locking, receipt
from engine.announce import milestone
from engine.durations import duration, of_seconds
from engine.lifecycle import HURRY_LIMIT, TOUCHES_LIVE
from engine.marks import literal, moment
from storage import locks, outbox, promotions
from storage.records import HookResult, Person, Promotion, PromotionKind, PromotionStatus
from storage.store import Transaction

P = PromotionStatus
HOOK_LINES = 5  # of a hook that ended well

STANDING = {
    P.AWAITING_APPROVAL: "It waits for somebody to approve it.",
    P.QUEUED: "It waits in the queue.",
    P.PREPARING: "Images and router are being prepared.",
    P.STARTING: "Its processes are being started.",
    P.VERIFYING: "Its processes are being checked.",
    P.SHIFTING: "Traffic is moving to it.",
    P.HOLDING: "It has a part of the traffic and is being watched.",
    P.DRAINING: "Old processes finish their last requests.",
    P.BAKING: "It is live and being watched.",
    P.RETIRING: "It is live and the old processes are being stopped.",
    P.ROLLING_BACK: "It is being taken back.",
    P.SUCCEEDED: "It succeeded.",
    P.CANCELED: "It was canceled.",
    P.EXPIRED: "Nobody approved it in time.",
    P.SUPERSEDED: "A newer wish took its place.",
    P.FAILED: "It failed.",
    P.ROLLED_BACK: "It was taken back.",
    P.ROLLBACK_FAILED: "Taking it back failed.",
}


def how_it_stands(promotion: Promotion) -> str:
    """Say in one sentence where the promotion is, and who ended it where a person did."""
    if promotion.cancel_asked_by is None:
        return STANDING[promotion.status]
    name = literal(promotion.cancel_asked_by.name)
    if promotion.finished_at is None:
        return f"{name} has asked to cancel it. {_how_it_is_canceled(promotion)}".strip()
    return f"{name} canceled it." if was_canceled(promotion) else STANDING[promotion.status]


def _how_it_is_canceled(promotion: Promotion) -> str:
    """Say how far the way back is, and when it ends at the latest."""
    if promotion.status is not P.ROLLING_BACK or promotion.deadline_at is None:
        return ""
    waits_for = f": {literal(promotion.progress.rstrip('.'))}" if promotion.progress else ""
    return f"It is being taken back{waits_for}. That ends by {moment(promotion.deadline_at)}."


def was_canceled(promotion: Promotion) -> bool:
    """Whether it ended because somebody canceled it, and all its steps were taken back."""
    return (
        promotion.cancel_asked_by is not None
        and promotion.reason is None
        and promotion.status in {P.CANCELED, P.ROLLED_BACK, P.FAILED}
    )


def awaits_approval(transaction: Transaction, promotion: Promotion, at: datetime) -> None:
    """Tell that the rack is protected and somebody must approve."""
    words = ("approve", promotion.id)
    milestone(
        transaction,
        promotion,
        "awaits_approval",
        f"*{promotion.rack}* is protected: {deed(promotion)} waits for an approval.",
        at=at,
        tone="waiting",
        actions=(("Approve…", words),),
    )


def approved(transaction: Transaction, promotion: Promotion, at: datetime) -> None:
    """Tell who approved."""
    assert promotion.approved_by is not None
    milestone(
        transaction, promotion, "approved", "Approved by {0}.", at=at,
        people=(promotion.approved_by,),
    )  # fmt: skip


def waits_behind(
    transaction: Transaction, promotion: Promotion, ahead: Sequence[Promotion], at: datetime
) -> None:
    """Tell whose turn comes first."""
    first = ahead[0]
    others = f" and {len(ahead) - 1} more" if len(ahead) > 1 else ""
    milestone(
        transaction,
        promotion,
        "waits",
        f"Waits its turn behind {first.id} ({deed(first)}, asked for by {{0}}){others}.",
        at=at,
        tone="waiting",
        people=(first.asked_by,),
    )


def cancel_asked(
    transaction: Transaction, promotion: Promotion, person: Person, at: datetime
) -> None:
    """Tell who canceled it, before its steps are taken back."""
    match promotion.status:
        case P.RETIRING if promotion.previous_release_id:
            how = (
                f"It keeps the traffic until {promotion.previous_release_id} is back: what is "
                "stopped of that is started again first."
            )
        case P.ROLLING_BACK:
            seconds = of_seconds(HURRY_LIMIT.total_seconds())
            how = (
                f"It is being taken back already. That ends within {seconds}: what is not done by "
                "then is left to the clean-up."
            )
        case _:
            how = "Taking its steps back."
    text = f"{{0}} canceled this. {how}"
    milestone(transaction, promotion, "cancel_asked", text, at=at, people=(person,))


def moved_on(
    transaction: Transaction, promotion: Promotion, person: Person, percent: int, at: datetime
) -> None:
    """Tell who asked for a canary's next share."""
    milestone(
        transaction,
        promotion,
        f"moved_on:{promotion.canary_step}",
        f"{{0}} moves it on to {percent} % of the traffic.",
        at=at,
        people=(person,),
    )


def holds(
    transaction: Transaction,
    promotion: Promotion,
    percent: int,
    following: int | None,
    at: datetime,
) -> None:
    """Tell which share a canary has reached, and how it goes on."""
    share = f"*{percent} %* of the traffic reaches {promotion.release_id}."
    actions: list[tuple[str, Sequence[str]]] = [("Go back", ("cancel", promotion.id))]
    if promotion.pause_seconds is not None:
        share += f" {following} % in {of_seconds(promotion.pause_seconds)}, unless it is worse."
    else:
        share += f" It waits for somebody to move it on to {following} %."
    words = ("advance", promotion.id, "--to", str(following))
    actions.insert(0, (f"Move on to {following} %", words))
    milestone(
        transaction,
        promotion,
        f"holds:{promotion.canary_step}",
        share,
        at=at,
        tone="waiting",
        actions=actions,
    )


def hook_ended(
    transaction: Transaction, promotion: Promotion, result: HookResult, at: datetime
) -> None:
    """Tell that a hook ended well, with the last of what it wrote."""
    milestone(
        transaction,
        promotion,
        f"hook:{result.hook}:{result.service}",
        f"`{result.hook}` of `{result.service}` ended well after {of_seconds(result.seconds)}.",
        at=at,
        code=result.log[-HOOK_LINES:],
    )


def trouble(
    transaction: Transaction,
    promotion: Promotion,
    reason: str,
    evidence: Sequence[str],
    at: datetime,
) -> None:
    """Tell what went wrong, with its evidence, at once and before it is cleared up."""
    if promotion.status not in TOUCHES_LIVE:
        where = "It took no traffic."
    elif promotion.previous_release_id:
        where = f"Traffic goes back to {promotion.previous_release_id}."
    else:
        where = "It is taken out of traffic."
    milestone(
        transaction,
        promotion,
        "trouble",
        f"{reason} {where} Clearing it up.",
        at=at,
        tone="bad",
        code=evidence,
    )


def starting(
    transaction: Transaction, promotion: Promotion, services: Sequence[str], at: datetime
) -> None:
    """Tell what is started beside what."""
    beside = (
        f" beside {promotion.previous_release_id}, which stays live"
        if promotion.previous_release_id
        else ""
    )
    text = f"Starting {', '.join(services)}{beside}."
    milestone(transaction, promotion, "starting", text, at=at, tone="busy")


def healthy(transaction: Transaction, promotion: Promotion, at: datetime) -> None:
    """Tell that all checks pass and traffic moves now."""
    took = duration(at - promotion.status_since)
    text = f"All healthy after {took}. Moving the traffic."
    milestone(transaction, promotion, "healthy", text, at=at, tone="busy")


def live(transaction: Transaction, promotion: Promotion, at: datetime) -> None:
    """Tell that all traffic reaches the release, and not a moment before it does."""
    where = f"{promotion.app} on {promotion.rack}"
    text = f"*Live*: all traffic of {where} reaches {promotion.release_id}."
    milestone(transaction, promotion, "live", text, at=at, tone="good")


def notice(
    transaction: Transaction, promotion: Promotion, name: str, text: str, at: datetime
) -> None:
    """Tell something worth knowing that changes nothing."""
    milestone(transaction, promotion, f"notice:{name}", text, at=at)


def ended(transaction: Transaction, promotion: Promotion, at: datetime) -> None:
    """Tell how it ended and what is live now; a failure is told to the channel too."""
    text, tone = _end(transaction, promotion)
    people = (promotion.cancel_asked_by,) if promotion.cancel_asked_by else ()
    failed = promotion.status in {P.FAILED, P.ROLLED_BACK, P.ROLLBACK_FAILED}
    milestone(
        transaction,
        promotion,
        "ended",
        text,
        at=at,
        tone=tone,
        people=people,
        code=() if _trouble_is_told(transaction, promotion) else promotion.evidence,
        broadcast=failed and not was_canceled(promotion),
    )


def what_is_live(transaction: Transaction, promotion: Promotion) -> str:
    """Say what is live now where the promotion is about."""
    live = promotions.live_on(transaction, app=promotion.app, rack=promotion.rack)
    if live is None:
        return f"Nothing of {promotion.app} is live on {promotion.rack}."
    return f"{live.release_id} is live on {promotion.rack}."


def _end(transaction: Transaction, promotion: Promotion) -> tuple[str, str]:
    stands = what_is_live(transaction, promotion)
    reason = promotion.reason or ""
    match promotion.status:
        case P.SUCCEEDED:
            return _joined("*Done.*", _receipt(promotion), _leftovers(promotion)), "good"
        case P.CANCELED:
            return f"*Canceled* by {{0}}. {stands} {_leftovers(promotion)}".strip(), "muted"
        case P.ROLLED_BACK | P.FAILED if was_canceled(promotion):
            return f"*Canceled* by {{0}} and taken back. {stands}", "muted"
        case P.EXPIRED if promotion.for_task:
            return f"*Expired*: nobody clicked in time. {stands}", "muted"
        case P.EXPIRED:
            return f"*Expired*: nobody approved it in 24 hours. {stands}", "muted"
        case P.SUPERSEDED:
            return f"*Superseded.* {reason}", "muted"
        case P.ROLLED_BACK:
            text = _joined("*Taken back.*", reason, stands, _lost(promotion), _advice(promotion))
            return text, "bad"
        case P.ROLLBACK_FAILED:
            return _rollback_failed(transaction, promotion), "bad"
    text = _joined("*Failed.*", reason, stands, _leftovers(promotion), _advice(promotion))
    return text, "bad"


def _joined(*words: str) -> str:
    return " ".join(word for word in words if word)


def _receipt(promotion: Promotion) -> str:
    """Say what the switch did to the requests."""
    found = receipt.of(promotion)
    if found and found.requests:
        return f"{receipt.line(found)}."
    return "The old processes are stopped." if promotion.previous_promotion_id else ""


def _lost(promotion: Promotion) -> str:
    """Say how many requests failed before it was taken back."""
    found = receipt.of(promotion)
    if found is None or not found.requests:
        return ""
    return f"{found.failed:,} of {found.requests:,} requests failed meanwhile."


def _trouble_is_told(transaction: Transaction, promotion: Promotion) -> bool:
    return outbox.is_known(transaction, f"{promotion.id}:trouble")


def _rollback_failed(transaction: Transaction, promotion: Promotion) -> str:
    where = f"--app {promotion.app} --rack {promotion.rack}"
    before = promotion.previous_release_id
    goes_on = f"goes back to {before} if that can serve" if before else "is taken away"
    return _joined(
        "*Taking it back failed.*",
        promotion.reason or "",
        f"Traffic may be broken on {promotion.rack}. As soon as that answers, it {goes_on}, what "
        "is left over is removed, and that is told here; nothing else begins before.",
        f"Look at `/rack ps {where}` and the engine; if it is broken still, then "
        f"{_way_to_restart(transaction, promotion)}.",
    )


def _way_to_restart(transaction: Transaction, promotion: Promotion) -> str:
    """Name what starts the processes anew of what is live, past a lock that would forbid it."""
    restart = f"`/rack restart --app {promotion.app} --rack {promotion.rack}`"
    lock = locks.get(transaction, app=promotion.app, rack=promotion.rack)
    if lock and locking.holds_back(lock, PromotionKind.RESTART):
        return f"{locking.how_to_unlock(lock)} and {restart}"
    return restart


def _leftovers(promotion: Promotion) -> str:
    if not promotion.leftovers:
        return ""
    return "The engine did not answer: what is left over is removed when it is back."


def _advice(promotion: Promotion) -> str:
    if promotion.started_at is None:
        return "Ask for it again when the one before it has ended."
    return (
        f"`/rack logs {promotion.app} --rack {promotion.rack}` shows more; mend it, build again "
        f"and promote the new release."
    )


def deed(promotion: Promotion, *, capital: bool = False) -> str:
    """Name what a promotion does, as in "rolling back to RABC"."""
    verb, goal = {
        PromotionKind.PROMOTE: ("promoting", promotion.release_id),
        PromotionKind.ROLLBACK: ("rolling back to", promotion.release_id),
        PromotionKind.SCALE: ("scaling", promotion.app),
        PromotionKind.RESTART: ("restarting", promotion.app),
    }[promotion.kind]
    return f"{verb.capitalize() if capital else verb} {goal}"
