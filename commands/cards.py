"""The cards of builds and promotions, drawn from what they are now."""

from commands import words
from commands.releases import promote_button
from commands.reply import Actions, Button, CardView, Facts, Note, RackTag, Text, Tone
from commands.status import approve_button, cancel_button
from engine.build import how_it_stands as build_stands
from engine.lifecycle import is_final
from engine.marks import literal
from engine.tell import how_it_stands as promotion_stands
from engine.world import World
from storage import builds, promotions, releases
from storage.records import (
    Build,
    BuildStatus,
    Live,
    Promotion,
    PromotionKind,
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
    PromotionStatus.DRAINING,
    PromotionStatus.BAKING,
    PromotionStatus.RETIRING,
)
BAD = {
    PromotionStatus.FAILED,
    PromotionStatus.ROLLED_BACK,
    PromotionStatus.ROLLBACK_FAILED,
}
DEEDS = {
    PromotionKind.PROMOTE: "promote",
    PromotionKind.ROLLBACK: "roll back to",
    PromotionKind.SCALE: "scale",
    PromotionKind.RESTART: "restart",
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
        f"`{build.sha[:7]}` {literal(build.subject or '')} · {literal(build.author or '')}"
        if build.sha
        else f"`{literal(build.ref)}`"
    )
    parts: list[Text | Facts | Note | Actions] = [
        Text(text=commit),
        Text(text=_state(build_stands(build), build.progress, build.reason), tone=tone),
    ]
    if build.status in BUILD_STEPS:
        parts.append(Note(text=_bar(BUILD_STEPS.index(build.status), len(BUILD_STEPS))))
    parts.append(_footer(world, build))
    if buttons := _build_buttons(world, build):
        parts.append(Actions(buttons=buttons))
    return CardView(
        subject=build.id,
        title=f"{build.app} · build {build.id}",
        rack=_tag(world, build.rack),
        tone=tone,
        parts=tuple(parts),
    )


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
    tone = _promotion_tone(promotion)
    commit = (
        f"`{release.sha[:7]}` {literal(release.subject)} · {literal(release.author)}"
        if release
        else promotion.release_id
    )
    mine = live if live and live.promotion_id == promotion.id else None
    parts: list[Text | Facts | Note | Actions] = [
        Text(text=commit),
        Text(
            text=_state(promotion_stands(promotion), promotion.progress, promotion.reason),
            tone=tone,
        ),
    ]
    if mine and promotion.finished_at:
        parts.append(_live_line(mine))
    if promotion.status in PROMOTION_STEPS:
        parts.append(Note(text=_bar(PROMOTION_STEPS.index(promotion.status), len(PROMOTION_STEPS))))
    parts.append(_footer(world, promotion))
    if buttons := _promotion_buttons(promotion, is_live=mine is not None):
        parts.append(Actions(buttons=buttons))
    return CardView(
        subject=promotion.id,
        title=f"{promotion.app} · {DEEDS[promotion.kind]} {promotion.release_id}",
        rack=_tag(world, promotion.rack),
        tone=tone,
        parts=tuple(parts),
    )


def _promotion_tone(promotion: Promotion) -> Tone:
    if promotion.status is PromotionStatus.SUCCEEDED:
        return Tone.GOOD
    if promotion.status in promotions.WAITING:
        return Tone.WAITING
    if promotion.status in BAD and not promotion.cancel_asked_by:
        return Tone.BAD
    return Tone.MUTED if is_final(promotion.status) else Tone.BUSY


def _live_line(live: Live) -> Text:
    if live.healthy:
        return Text(text="*Live* and healthy.")
    return Text(text=f"*Live* but unhealthy: {live.health_reason}", tone=Tone.BAD)


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


def _state(stands: str, progress: str | None, reason: str | None) -> str:
    return " ".join(part for part in (stands, reason or literal(progress or "")) if part)


def _bar(done: int, steps: int) -> str:
    return "▰" * done + "▱" * (steps - done)


def _footer(world: World, subject: Build | Promotion) -> Note:
    """Say who asked and how long it took or has taken."""
    started_at = subject.started_at or subject.created_at
    ended_at = subject.finished_at or world.clock.now()
    text = f"{subject.id} · {{0}} · {words.duration(ended_at - started_at)}"
    people = [subject.asked_by]
    approver = subject.approved_by if isinstance(subject, Promotion) else None
    if approver and approver != subject.asked_by:
        text += " · approved by {1}"
        people.append(approver)
    return Note(text=text, people=tuple(people))


def _tag(world: World, rack: str) -> RackTag:
    spec = world.racks.get(rack)
    if spec is None:  # taken out of rackhand.yml since
        return RackTag(name=rack, color="white")
    return RackTag(name=spec.name, color=spec.color, protected=spec.protected)
