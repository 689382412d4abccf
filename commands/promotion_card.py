"""The card of a promotion: where it is, what it did to the requests, and what can be done now."""

from dataclasses import dataclass
from datetime import timedelta

from commands.context import tag_of
from commands.drawn import commit_line, footer, sentences, step_line
from commands.locks import unlock_button
from commands.offered import approve_button, cancel_button
from commands.preview import line_of
from commands.receipts import hook_line, side
from commands.reply import Actions, Button, CardView, Facts, Note, Part, Text, Tone
from commands.status import DEEDS
from engine import canary, locking, measuring, receipt, tell
from engine.lifecycle import is_final
from engine.marks import literal, moment
from engine.queue import ahead_of
from engine.receipt import Receipt
from engine.world import World
from storage import locks, promotions, releases
from storage.records import Live, Lock, Promotion, PromotionStatus, Release
from storage.store import Transaction

P = PromotionStatus
STEPS = {
    P.QUEUED: "Waiting for its turn",
    P.PREPARING: "Preparing images and router",
    P.STARTING: "Starting processes",
    P.VERIFYING: "Checking their health",
    P.SHIFTING: "Moving the traffic",
    P.HOLDING: "Part of the traffic",
    P.DRAINING: "Live; old processes finish their last requests",
    P.BAKING: "Live and being watched",
    P.RETIRING: "Live; stopping the old processes",
}
SHARES = {
    P.SHIFTING: "Moving {} % of the traffic",
    P.HOLDING: "Holding {} % of the traffic",
}
BAD = frozenset({P.FAILED, P.ROLLED_BACK, P.ROLLBACK_FAILED})
ENDS = {
    P.CANCELED: "Canceled.",
    P.EXPIRED: "Nobody approved it in time.",
    P.SUPERSEDED: "A newer one took its place.",
    P.FAILED: "Failed.",
    P.ROLLED_BACK: "Taken back.",
    P.ROLLBACK_FAILED: "Taking it back failed.",
}
NOT_LIVE = "It is not live any more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What is on record beside the promotion itself."""

    release: Release | None
    live: Live | None
    lock: Lock | None
    ahead: tuple[Promotion, ...] = ()  # of one that waits in the queue
    so_far: Receipt | None = None  # of one that holds a share of the traffic


def around(world: World, transaction: Transaction, promotion: Promotion) -> Around:
    """Read what the card shows beside the promotion."""
    where = {"app": promotion.app, "rack": promotion.rack}
    so_far = None
    if promotion.status is P.HOLDING:
        now = world.clock.now()
        so_far = receipt.of_plain(measuring.summed_up(transaction, promotion, now))
    waits = promotion.status is P.QUEUED
    return Around(
        release=releases.get(transaction, promotion.release_id),
        live=promotions.live_on(transaction, **where),
        lock=locks.get(transaction, **where),
        ahead=tuple(ahead_of(transaction, promotion)) if waits else (),
        so_far=so_far,
    )


def draw(world: World, promotion: Promotion, around: Around) -> CardView:
    """Draw the card."""
    live, release = around.live, around.release
    commit = (
        commit_line(release.sha, release.subject, release.author)
        if release
        else promotion.release_id
    )
    is_live = live is not None and live.promotion_id == promotion.id
    parts: list[Part] = [Text(text=commit), *_middle(promotion, around)]
    if buttons := buttons_of(promotion, is_live=is_live):
        own = around.lock if around.lock and around.lock.promotion_id == promotion.id else None
        parts.append(Actions(buttons=(*((unlock_button(own),) if own else ()), *buttons)))
    parts.append(footer(world, promotion))
    return CardView(
        subject=promotion.id,
        title=f"{promotion.app} · {DEEDS[promotion.kind]} {promotion.release_id}",
        rack=tag_of(world, promotion.rack),
        tone=_tone(promotion, live if is_live else None),
        parts=tuple(parts),
    )


def _middle(promotion: Promotion, around: Around) -> tuple[Part, ...]:
    """Say how it stands, and what there is to know of it at this stage."""
    state = Text(text=state_of(promotion, around.live))
    match promotion.status:
        case P.QUEUED:
            return Text(text=_place_in_line(promotion, around)), *_why_locked(promotion, around)
        case P.AWAITING_APPROVAL:
            return state, *_why_locked(promotion, around)
        case P.HOLDING if not promotion.cancel_asked_by:
            return state, Text(text=_how_long(promotion)), *_sides(around.so_far)
    if is_final(promotion.status):
        return state, *_receipt(promotion)
    hooks = tuple(Note(text=f"{hook_line(one)}.") for one in promotion.hooks)
    return state, *hooks


def _tone(promotion: Promotion, as_live: Live | None) -> Tone:
    """Return how it stands; *as_live* is set where its release is the live one."""
    if promotion.status is P.SUCCEEDED:
        if as_live is None:
            return Tone.MUTED
        return Tone.GOOD if as_live.healthy else Tone.BAD
    if promotion.status in {*promotions.WAITING, P.HOLDING}:
        return Tone.WAITING
    return how_it_ended(promotion) if is_final(promotion.status) else Tone.BUSY


def how_it_ended(promotion: Promotion) -> Tone:
    """Return how the end of a promotion is meant: what somebody canceled is no failure."""
    if promotion.status is P.SUCCEEDED:
        return Tone.GOOD
    if promotion.status is P.ROLLBACK_FAILED:
        return Tone.BAD
    failed = promotion.status in BAD and not tell.was_canceled(promotion)
    return Tone.BAD if failed else Tone.MUTED


def state_of(promotion: Promotion, live: Live | None) -> str:
    """Say where the promotion is, or how it ended and what is live now."""
    if promotion.status is P.AWAITING_APPROVAL:
        return f"*Waiting for an approval*: {promotion.rack} is protected."
    if promotion.status is P.SUCCEEDED:
        return _after_success(promotion, live)
    if promotion.status is P.ROLLBACK_FAILED and promotion.leftovers:  # the record may not be so
        return sentences("*Taking it back failed.* Traffic may be broken.", promotion.reason)
    if is_final(promotion.status):
        end = ENDS[promotion.status]
        if promotion.status is P.CANCELED or tell.was_canceled(promotion):
            assert promotion.cancel_asked_by
            end = f"{literal(promotion.cancel_asked_by.name)} canceled it."
        return sentences(f"*{end}*", promotion.reason, _what_served(promotion, live))
    if promotion.cancel_asked_by:
        by = literal(promotion.cancel_asked_by.name)
        return sentences(f"*{by} canceled it.* Taking its steps back.", _waits_for(promotion))
    if promotion.status is P.ROLLING_BACK:
        return sentences("*Taking it back.*", promotion.reason, _waits_for(promotion))
    progress = None if promotion.status is P.HOLDING else promotion.progress
    return step_line(promotion.status, tuple(STEPS), _step(promotion), progress)


def _waits_for(promotion: Promotion) -> str:
    """Say what keeps it from being taken back, if anything does."""
    what = promotion.progress if promotion.status is P.ROLLING_BACK else None
    return f"Waits: {literal(what.rstrip('.'))}." if what else ""


def _step(promotion: Promotion) -> str:
    """Name the step under way; of a canary also the share that it is about."""
    if promotion.canary and promotion.status in SHARES:
        return SHARES[promotion.status].format(canary.goal(promotion))
    return STEPS[promotion.status]


def _after_success(promotion: Promotion, live: Live | None) -> str:
    if live is None or live.promotion_id != promotion.id:
        since = f"Went live {moment(promotion.live_at)}. " if promotion.live_at else ""
        return since + NOT_LIVE
    if not live.healthy:
        return f"*Live but unhealthy*: {live.health_reason}"
    before = promotion.previous_release_id
    instead = f", in place of {before}" if before and before != promotion.release_id else ""
    return f"*Live* since {moment(live.since)}{instead}."


def _what_served(promotion: Promotion, live: Live | None) -> str:
    """Say what its end has left, so that it stays true: nobody draws it anew with each release.

    Only of its own release it is said what is so now, since the card is drawn when that changes.
    """
    if live is not None and live.promotion_id == promotion.id:
        return f"*{promotion.release_id}* is live."
    if promotion.started_at is None:
        return ""
    before = f"*{promotion.previous_release_id}*" if promotion.previous_release_id else ""
    if promotion.status in {P.ROLLED_BACK, P.ROLLBACK_FAILED} and before:
        return f"The traffic went back to {before}."
    if promotion.live_at:
        return NOT_LIVE
    return f"{before} stayed live." if before else "Nothing was live before it."


def _place_in_line(promotion: Promotion, around: Around) -> str:
    progress = line_of(list(around.ahead)) if around.ahead else promotion.progress
    name = f"{STEPS[P.QUEUED]}, {len(around.ahead)} ahead" if around.ahead else STEPS[P.QUEUED]
    return step_line(promotion.status, tuple(STEPS), name, progress)


def _why_locked(promotion: Promotion, around: Around) -> tuple[Text, ...]:
    if around.lock is None or not locking.holds_back(around.lock, promotion.kind):
        return ()
    text = f"{promotion.app} on {promotion.rack} is locked. {locking.why(around.lock)}"
    return (Text(text=text, tone=Tone.WAITING),)


def _how_long(promotion: Promotion) -> str:
    """Say since when a canary holds its share, and until when."""
    since = f"Since {moment(promotion.status_since)}"
    following = canary.next_goal(promotion)
    if promotion.moved_on_by:
        return f"{since}. {literal(promotion.moved_on_by.name)} moves it on to {following} %."
    if promotion.pause_seconds is not None:
        at = promotion.status_since + timedelta(seconds=promotion.pause_seconds)
        return f"{since}, {following} % at {moment(at)} unless it gets worse."
    until = f", or goes back at {moment(promotion.deadline_at)}" if promotion.deadline_at else ""
    return f"{since}. It waits for somebody to move it on to {following} %{until}."


def _sides(so_far: Receipt | None) -> tuple[Facts, ...]:
    if so_far is None:
        return ()
    return (Facts(pairs=(("Old", side(so_far.old)), ("New", side(so_far.new)))),)


def _receipt(promotion: Promotion) -> tuple[Text, ...]:
    found = receipt.of(promotion)
    return (Text(text=f"{receipt.line(found)}."),) if found and found.requests else ()


def buttons_of(promotion: Promotion, *, is_live: bool) -> tuple[Button, ...]:
    """Offer what can be done with it now."""
    if promotion.status is P.AWAITING_APPROVAL:
        return approve_button(promotion.id), cancel_button(promotion.id)
    where = ("--app", promotion.app, "--rack", promotion.rack)
    log = Button(label="Log", words=("logs", *where))
    if is_final(promotion.status):
        if not is_live:
            return (log,)
        back = Button(
            label="Roll back…",
            words=("rollback", promotion.app, *where[2:], "--from", promotion.release_id),
            style="danger",
            opens="confirm",
        )
        return back, log, Button(label="Processes", words=("ps", *where))
    if promotion.cancel_asked_by:
        return (log,)
    if promotion.status is P.ROLLING_BACK:
        return cancel_button(promotion.id, label="Wait no longer"), log
    if promotion.status is P.RETIRING:
        return cancel_button(promotion.id, label="Go back"), log
    if promotion.status is P.HOLDING:
        return *_move_on(promotion), cancel_button(promotion.id, label="Go back"), log
    if promotion.status is P.QUEUED:
        return (cancel_button(promotion.id, label="Leave the queue"),)
    return cancel_button(promotion.id), log


def _move_on(promotion: Promotion) -> tuple[Button, ...]:
    following = canary.next_goal(promotion)
    if promotion.moved_on_by or following is None:
        return ()
    words = ("advance", promotion.id, "--to", str(following))
    return (Button(label=f"Move on to {following} %", words=words, style="primary"),)
