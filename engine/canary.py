"""A canary: the traffic moves to a release in steps, and somebody or a pause is between them."""

import itertools
import re
from dataclasses import dataclass

from engine import announce, lookup, tell
from engine.asking import Asking
from engine.errors import UserError
from engine.lookup import shown
from engine.marks import literal
from engine.world import World
from storage import promotions
from storage.records import Promotion, PromotionStatus

ALL = 100  # percent
STEPS_LIMIT = 10
STEPS = re.compile(r"\s*\d{1,3}%?(\s*,\s*\d{1,3}%?)*\s*\Z")
LONGEST_PAUSE_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """In which steps the traffic moves."""

    steps: tuple[int, ...]  # percent, rising; the last is 100
    pause_seconds: float | None = None  # between two steps; None: until somebody moves it on


def read_canary(text: str, pause_seconds: float | None = None) -> Canary:
    """Read "10,50,100". A last step of 100 may be left out.

    Raises ``UserError`` for steps that do not rise from 1 to 100, or too many of them.
    """
    if not STEPS.match(text):
        raise _refusal(f"`{shown(text)}` are no steps of a canary.")
    steps = [int(step.strip(" %")) for step in text.split(",")]
    if steps[-1] != ALL:
        steps.append(ALL)
    rising = all(before < after for before, after in itertools.pairwise(steps))
    if steps[0] < 1 or steps[-1] > ALL or not rising:
        raise _refusal("The steps of a canary must rise from 1 to 100.")
    if len(steps) > STEPS_LIMIT:
        raise _refusal(f"A canary has at most {STEPS_LIMIT} steps, not {len(steps)}.")
    if pause_seconds is not None and not 1 <= pause_seconds <= LONGEST_PAUSE_SECONDS:
        raise UserError(
            "The pause between two steps must be from a second to a day.",
            remedy="Without `--pause` somebody moves it on by a click.",
        )
    return Canary(steps=tuple(steps), pause_seconds=pause_seconds)


def goal(promotion: Promotion) -> int:
    """Return the percent of the traffic that the promotion is to reach, or holds, by now."""
    return promotion.canary[promotion.canary_step] if promotion.canary else ALL


def next_goal(promotion: Promotion) -> int | None:
    """Return the share after the present one; None where there is none."""
    following = promotion.canary_step + 1
    return promotion.canary[following] if following < len(promotion.canary) else None


def move_on(world: World, asking: Asking, promotion_id: str) -> Promotion:
    """Ask for a canary's next step, whatever is left of its pause.

    Raises ``UserError`` for a promotion that holds no share, or was moved on already.
    """
    with world.store.write() as transaction:
        asking.claim(world, transaction)
        promotion = lookup.promotion(transaction, promotion_id)
        if promotion.status is not PromotionStatus.HOLDING:
            raise UserError(
                f"There is nothing to move on of {promotion.id}.",
                why=tell.how_it_stands(promotion),
            )
        if promotion.cancel_asked_by or promotion.moved_on_by:
            by = promotion.moved_on_by
            raise UserError(
                f"{promotion.id} is moving already.",
                why=f"{literal(by.name)} moved it on." if by else tell.how_it_stands(promotion),
            )
        promotions.change(transaction, promotion, moved_on_by=asking.person)
        now = world.clock.now()
        tell.moved_on(transaction, promotion, asking.person, next_goal(promotion) or ALL, now)
        announce.card(transaction, promotion, now)
    return promotion


def _refusal(what: str) -> UserError:
    return UserError(what, remedy="Write percents such as `--canary 10,50,100`.")
