"""Reads a local workspace as a person does: is each thing said, and said once?"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.bots import Bot
from bench.turns import Kind, Turn
from bot.relay.drawing import drawn_card
from bot.workspace.client import Visitor
from bot.workspace.seen import SeenMessage
from storage import outbox
from storage.records import Outgoing

NOTICE = "notice:"  # what is told beside the milestones, such as that a lease was taken over


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is wrong with what a workspace shows of some turns."""

    messages: int = 0
    duplicates: int = 0
    losses: int = 0

    def __add__(self, other: "Heard") -> "Heard":
        """Return both together."""
        return Heard(
            messages=self.messages + other.messages,
            duplicates=self.duplicates + other.duplicates,
            losses=self.losses + other.losses,
        )


Expected = Mapping[Kind, Sequence[str]]
"""The milestones that each kind of turn tells when nobody disturbs it."""


def milestones(bot: Bot, subject: str) -> list[Outgoing]:
    """Return what a thread was told or is to be told, in order."""
    with bot.world.store.read() as transaction:
        rows = outbox.of_subject(transaction, subject)
    return [row for row in rows if row.kind == "milestone"]


def names(told: Sequence[Outgoing]) -> list[str]:
    """Return the names of a thread's milestones, without notices."""
    found = (row.key.removeprefix(f"{row.subject}:") for row in told)
    return [name for name in found if not name.startswith(NOTICE)]


def heard(bot: Bot, ada: Visitor, turns: Sequence[Turn], expected: Expected) -> Heard:
    """Look at each turn's card and thread."""
    total = Heard()
    shown: dict[str, list[SeenMessage]] = {}
    for turn in turns:
        with bot.world.store.read() as transaction:
            card = outbox.card(transaction, turn.id)
        if card is None:
            total += _said(turn, "it has no card", losses=1)
            continue
        if card.channel not in shown:
            shown[card.channel] = list(ada.messages(card.channel))
        cards = [one for one in shown[card.channel] if _is_card_of(one, turn.id)]
        drawing = drawn_card(bot.world, turn.id)
        assert drawing
        total += of_card(turn, [one.raw["text"] for one in cards], drawing.text)
        replies = [one.ts for one in ada.thread(card.ts, card.channel)[1:] if not one.files]
        total += of_thread(turn, milestones(bot, turn.id), replies, expected[turn.kind])
    return total


def of_card(turn: Turn, shown: Sequence[str], wanted: str) -> Heard:
    """Judge the texts of a turn's cards: there is one, and it shows how the turn ended."""
    found = Heard(messages=len(shown))
    if len(shown) > 1:
        found += _said(turn, f"it has {len(shown)} cards", duplicates=len(shown) - 1)
    if wanted not in shown:
        found += _said(turn, f"its card shows {list(shown)}, not {wanted!r}", losses=1)
    return found


def of_thread(
    turn: Turn, told: Sequence[Outgoing], replies: Sequence[str], expected: Sequence[str]
) -> Heard:
    """Judge a thread by the ``ts`` of its replies.

    Each milestone that an undisturbed turn tells is told, each stands there, and once.
    """
    there, posted = Counter(replies), Counter(row.outcome or "" for row in told)
    found = Heard(messages=len(replies))
    if extra := there - posted:
        found += _said(turn, f"said twice: {sorted(extra)}", duplicates=extra.total())
    if gone := posted - there:
        found += _said(turn, f"not there: {sorted(gone)}", losses=gone.total())
    if untold := Counter(expected) - Counter(names(told)):
        found += _said(turn, f"never told: {sorted(untold)}", losses=untold.total())
    return found


def _is_card_of(message: SeenMessage, subject: str) -> bool:
    is_root = not message.is_reply and not message.broadcast and not message.ephemeral
    return is_root and message.from_app and subject in message.plain_text


def _said(turn: Turn, what: str, *, duplicates: int = 0, losses: int = 0) -> Heard:
    print(f"{turn.kind} {turn.id}: {what}", file=sys.stderr, flush=True)
    return Heard(duplicates=duplicates, losses=losses)
