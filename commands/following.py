"""The answer to a command that began something: what, and where its thread is."""

from commands.context import Context
from commands.reply import Note, Reply, Text, Tone
from storage.records import Build, Promotion, PromotionStatus


def follow(context: Context, subject: Build | Promotion, what: str) -> Reply:
    """Say what began; who asked from another channel was shown its card by the change itself."""
    return Reply(
        rack=context.tag(subject.rack),
        parts=(
            Text(text=what, tone=Tone.BUSY),
            Note(text=f"{subject.id} · its thread tells every step."),
        ),
        follow=subject.id,
    )


def began(made: Promotion, what: str) -> str:
    """Say what was asked for, and that it waits where it does."""
    where = f" of {made.app} on *{made.rack}*"
    if made.status is PromotionStatus.AWAITING_APPROVAL:
        return f"{what}{where} waits for an approval: {made.rack} is protected."
    if made.canary:
        return f"{what}{where}, first to {made.canary[0]} % of the traffic."
    return f"{what}{where}."
