"""The cards of builds, promotions and jobs, drawn from what they are now."""

from commands import job_card, promotion_card
from commands.context import tag_of
from commands.drawn import commit_line, footer, sentences, step_line
from commands.offered import cancel_button
from commands.releases import promote_button
from commands.reply import Actions, Button, CardView, Part, Text, Tone
from engine.build import how_it_stands
from engine.lifecycle import is_final
from engine.marks import literal
from engine.world import World
from storage import builds, jobs, promotions
from storage.records import Build, BuildStatus

STEPS = {
    BuildStatus.QUEUED: "Waiting for a free worker",
    BuildStatus.FETCHING: "Fetching the commit",
    BuildStatus.BUILDING: "Building",
    BuildStatus.PUSHING: "Pushing the images",
}
TONES = {
    BuildStatus.SUCCEEDED: Tone.GOOD,
    BuildStatus.FAILED: Tone.BAD,
    BuildStatus.CANCELED: Tone.MUTED,
    BuildStatus.QUEUED: Tone.WAITING,
}


def card(world: World, subject: str) -> CardView | None:
    """Draw the card of a build, promotion or job; None for an id that is none of them."""
    with world.store.read() as transaction:
        if build := builds.get(transaction, subject):
            return _of_build(world, build)
        if job := jobs.get(transaction, subject):
            return job_card.draw(world, job, job_card.around(transaction, job))
        promotion = promotions.get(transaction, subject)
        if promotion is None:
            return None
        around = promotion_card.around(world, transaction, promotion)
    return promotion_card.draw(world, promotion, around)


def _of_build(world: World, build: Build) -> CardView:
    commit = (
        commit_line(build.sha, build.subject or "", build.author or "")
        if build.sha
        else f"`{literal(build.ref)}`"
    )
    parts: list[Part] = [Text(text=commit), Text(text=_state(build))]
    if buttons := _buttons(world, build):
        parts.append(Actions(buttons=buttons))
    parts.append(footer(world, build))
    return CardView(
        subject=build.id,
        title=f"{build.app} · build {build.id}",
        rack=tag_of(world, build.rack),
        tone=TONES.get(build.status, Tone.BUSY),
        parts=tuple(parts),
    )


def _state(build: Build) -> str:
    """Say where the build is, or what came of it."""
    if build.status is BuildStatus.SUCCEEDED:
        return f"Its release candidate is *{build.release_id}*."
    if not is_final(build.status) and build.cancel_asked_by is None:
        return step_line(build.status, tuple(STEPS), STEPS[build.status], build.progress)
    if build.status is BuildStatus.FAILED:
        return sentences("*Failed.*", build.reason)
    return f"*{how_it_stands(build)}*"


def _buttons(world: World, build: Build) -> tuple[Button, ...]:
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
