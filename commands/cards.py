"""The cards of builds and promotions, drawn from what they are now."""

from collections.abc import Sequence

from commands import words
from commands.context import tag_of
from commands.releases import promote_button
from commands.reply import Actions, Button, CardView, Note, Part, Text, Tone
from commands.status import DEEDS, approve_button, cancel_button
from engine.build import how_it_stands as build_stands
from engine.lifecycle import is_final
from engine.marks import literal, moment
from engine.world import World
from storage import builds, promotions, releases
from storage.records import (
    Build,
    BuildStatus,
    Live,
    Promotion,
    PromotionStatus,
    Release,
)

BUILD_STEPS = (BuildStatus.QUEUED, BuildStatus.FETCHING, BuildStatus.BUILDING, BuildStatus.PUSHING)
PROMOTION_STEPS = (
    PromotionStatus.QUEUED,
    PromotionStatus.PREPARING,
    PromotionStatus.STARTING,
    PromotionStatus.VERIFYING,
    PromotionStatus.SHIFTING,
    PromotionStatus.HOLDING,
    PromotionStatus.DRAINING,
    PromotionStatus.BAKING,
    PromotionStatus.RETIRING,
)
BAD = {
    PromotionStatus.FAILED,
    PromotionStatus.ROLLED_BACK,
    PromotionStatus.ROLLBACK_FAILED,
}
STEPS: dict[BuildStatus | PromotionStatus, str] = {
    BuildStatus.QUEUED: "Waiting for a free worker",
    BuildStatus.FETCHING: "Fetching the commit",
    BuildStatus.BUILDING: "Building",
    BuildStatus.PUSHING: "Pushing the images",
    PromotionStatus.QUEUED: "Waiting for its turn",
    PromotionStatus.PREPARING: "Preparing images and router",
    PromotionStatus.STARTING: "Starting processes",
    PromotionStatus.VERIFYING: "Checking their health",
    PromotionStatus.SHIFTING: "Moving the traffic",
    PromotionStatus.HOLDING: "Part of the traffic",
    PromotionStatus.DRAINING: "Live; old processes finish their last requests",
    PromotionStatus.BAKING: "Live and being watched",
    PromotionStatus.RETIRING: "Live; stopping the old processes",
}
ENDS = {
    PromotionStatus.CANCELED: "Canceled.",
    PromotionStatus.EXPIRED: "Nobody approved it in time.",
    PromotionStatus.SUPERSEDED: "A newer one took its place.",
    PromotionStatus.FAILED: "Failed.",
    PromotionStatus.ROLLED_BACK: "Taken back.",
}


def card(world: World, subject: str) -> CardView | None:
    """Draw the card of a build or promotion; None for an id that is neither."""
    with world.store.read() as transaction:
        if build := builds.get(transaction, subject):
            return _of_build(world, build)
        promotion = promotions.get(transaction, subject)
        if promotion is None:
            return None
        release = releases.get(transaction, promotion.release_id)
        live = promotions.live_on(transaction, app=promotion.app, rack=promotion.rack)
    return _of_promotion(world, promotion, release, live)


def _of_build(world: World, build: Build) -> CardView:
    tone = {
        BuildStatus.SUCCEEDED: Tone.GOOD,
        BuildStatus.FAILED: Tone.BAD,
        BuildStatus.CANCELED: Tone.MUTED,
        BuildStatus.QUEUED: Tone.WAITING,
    }.get(build.status, Tone.BUSY)
    commit = (
        _commit(build.sha, build.subject or "", build.author or "")
        if build.sha
        else f"`{literal(build.ref)}`"
    )
    parts: list[Part] = [Text(text=commit), Text(text=_build_state(build))]
    if buttons := _build_buttons(world, build):
        parts.append(Actions(buttons=buttons))
    parts.append(_footer(world, build))
    return CardView(
        subject=build.id,
        title=f"{build.app} · build {build.id}",
        rack=tag_of(world, build.rack),
        tone=tone,
        parts=tuple(parts),
    )


def _build_state(build: Build) -> str:
    """Say where the build is, or what came of it."""
    if build.status is BuildStatus.SUCCEEDED:
        return f"Its release candidate is *{build.release_id}*."
    if not is_final(build.status) and build.cancel_asked_by is None:
        return _step(build.status, BUILD_STEPS, build.progress)
    if build.status is BuildStatus.FAILED:
        return _sentences("*Failed.*", build.reason)
    return f"*{build_stands(build)}*"


def _build_buttons(world: World, build: Build) -> tuple[Button, ...]:
    if not is_final(build.status):
        return () if build.cancel_asked_by else (cancel_button(build.id),)
    log = Button(label="Log", words=("builds", "logs", build.id))
    if build.release_id is None:
        again = ("build", build.app, "--rack", build.rack, "--ref", build.ref)
        return (Button(label="Build again", words=again), log)
    names = [build.rack, *(name for name in world.racks if name != build.rack)]
    promote = tuple(
        promote_button(world, build.release_id, name, label=f"Promote to {name}")
        for name in names[:4]
    )
    return (*promote, log)


def _of_promotion(
    world: World, promotion: Promotion, release: Release | None, live: Live | None
) -> CardView:
    commit = (
        _commit(release.sha, release.subject, release.author) if release else promotion.release_id
    )
    is_live = live is not None and live.promotion_id == promotion.id
    parts: list[Part] = [Text(text=commit), Text(text=_promotion_state(promotion, live))]
    if buttons := _promotion_buttons(promotion, is_live=is_live):
        parts.append(Actions(buttons=buttons))
    parts.append(_footer(world, promotion))
    return CardView(
        subject=promotion.id,
        title=f"{promotion.app} · {DEEDS[promotion.kind]} {promotion.release_id}",
        rack=tag_of(world, promotion.rack),
        tone=_promotion_tone(promotion, live if is_live else None),
        parts=tuple(parts),
    )


def _promotion_tone(promotion: Promotion, as_live: Live | None) -> Tone:
    """Return how it stands; *as_live* is set where its release is the live one."""
    if promotion.status is PromotionStatus.SUCCEEDED:
        if as_live is None:
            return Tone.MUTED
        return Tone.GOOD if as_live.healthy else Tone.BAD
    if promotion.status in promotions.WAITING:
        return Tone.WAITING
    return how_it_ended(promotion) if is_final(promotion.status) else Tone.BUSY


def how_it_ended(promotion: Promotion) -> Tone:
    """Return how the end of a promotion is meant: what somebody canceled is no failure."""
    if promotion.status is PromotionStatus.SUCCEEDED:
        return Tone.GOOD
    if promotion.status is PromotionStatus.ROLLBACK_FAILED:
        return Tone.BAD
    failed = promotion.status in BAD and not promotion.cancel_asked_by
    return Tone.BAD if failed else Tone.MUTED


def _promotion_state(promotion: Promotion, live: Live | None) -> str:
    """Say where the promotion is, or how it ended and what is live now."""
    if promotion.status is PromotionStatus.AWAITING_APPROVAL:
        return f"*Waiting for an approval*: {promotion.rack} is protected."
    if promotion.status is PromotionStatus.SUCCEEDED:
        return _after_success(promotion, live)
    if promotion.status is PromotionStatus.ROLLBACK_FAILED:  # what is on record may not be so
        return _sentences("*Taking it back failed.* Traffic may be broken.", promotion.reason)
    if is_final(promotion.status):
        end = ENDS[promotion.status]
        if promotion.cancel_asked_by:
            end = f"{literal(promotion.cancel_asked_by.name)} canceled it."
        return _sentences(f"*{end}*", promotion.reason, _what_is_live(promotion, live))
    if promotion.cancel_asked_by:
        return f"*{literal(promotion.cancel_asked_by.name)} canceled it.* Taking its steps back."
    if promotion.status is PromotionStatus.ROLLING_BACK:
        return _sentences("*Taking it back.*", promotion.reason)
    return _step(promotion.status, PROMOTION_STEPS, promotion.progress)


def _after_success(promotion: Promotion, live: Live | None) -> str:
    if live is None or live.promotion_id != promotion.id:
        since = f"Went live {moment(promotion.live_at)}. " if promotion.live_at else ""
        return since + _what_is_live(promotion, live)
    if not live.healthy:
        return f"*Live but unhealthy*: {live.health_reason}"
    before = promotion.previous_release_id
    instead = f", in place of {before}" if before and before != promotion.release_id else ""
    return f"*Live* since {moment(live.since)}{instead}."


def _what_is_live(promotion: Promotion, live: Live | None) -> str:
    if live is None:
        return f"Nothing of {promotion.app} is live on {promotion.rack}."
    still = "still " if live.release_id == promotion.previous_release_id else ""
    return f"*{live.release_id}* is {still}live."


def _promotion_buttons(promotion: Promotion, *, is_live: bool) -> tuple[Button, ...]:
    if promotion.status is PromotionStatus.AWAITING_APPROVAL:
        return (approve_button(promotion.id), cancel_button(promotion.id))
    where = ("--app", promotion.app, "--rack", promotion.rack)
    log = Button(label="Log", words=("logs", *where))
    if is_final(promotion.status):
        if not is_live:
            return (log,)
        back = Button(
            label="Roll back…",
            words=(
                "rollback",
                promotion.app,
                "--rack",
                promotion.rack,
                "--from",
                promotion.release_id,
            ),
            style="danger",
            opens="confirm",
        )
        return (back, log, Button(label="Processes", words=("ps", *where)))
    stopping = promotion.cancel_asked_by or promotion.status in {
        PromotionStatus.RETIRING,
        PromotionStatus.ROLLING_BACK,
    }
    return (log,) if stopping else (cancel_button(promotion.id), log)


def _commit(sha: str, subject: str, author: str) -> str:
    return f"`{sha[:7]}` {literal(subject)} · {literal(author)}"


def _sentences(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _step(
    status: BuildStatus | PromotionStatus,
    steps: Sequence[BuildStatus | PromotionStatus],
    progress: str | None,
) -> str:
    """Say which step is under way, with a bar of how many are done."""
    done = steps.index(status)
    bar = "▰" * done + "▱" * (len(steps) - done)
    detail = f" · {literal(progress)}" if progress else ""
    return f"{bar}  *{STEPS[status]}*{detail}"


def _footer(world: World, subject: Build | Promotion) -> Note:
    """Say who asked, who approved, and how long it took or has taken."""
    started_at = subject.started_at or subject.created_at
    ended_at = subject.finished_at or world.clock.now()
    text, people = "{0}", [subject.asked_by]
    approver = subject.approved_by if isinstance(subject, Promotion) else None
    if approver and approver != subject.asked_by:
        text += ", approved by {1}"
        people.append(approver)
    took = words.duration(ended_at - started_at)
    length = f"took {took}" if subject.finished_at else f"{took} so far"
    return Note(text=f"{text} · {length} · {subject.id}", people=tuple(people))
