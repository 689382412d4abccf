"""What the cards of builds and of promotions have in common."""

from collections.abc import Sequence

from commands import words
from commands.reply import Note
from engine.marks import literal
from engine.world import World
from storage.records import Build, BuildStatus, Promotion, PromotionStatus


def commit_line(sha: str, subject: str, author: str) -> str:
    """Say a commit: "`4f2c1ab` Fix cart · Ada"."""
    return f"`{sha[:7]}` {literal(subject)} · {literal(author)}"


def sentences(*parts: str | None) -> str:
    """Join what there is to say."""
    return " ".join(part for part in parts if part)


def step_line(
    status: BuildStatus | PromotionStatus,
    steps: Sequence[BuildStatus | PromotionStatus],
    name: str,
    progress: str | None,
) -> str:
    """Say which step is under way, with a bar of how many are done."""
    done = steps.index(status)
    bar = "▰" * done + "▱" * (len(steps) - done)
    detail = f" · {literal(progress)}" if progress else ""
    return f"{bar}  *{name}*{detail}"


def footer(world: World, subject: Build | Promotion) -> Note:
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
