"""Promotions, rollbacks and broken releases, one after the other on each of several apps."""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate, count

from bench.bots import LOOK_SECONDS, Bot
from engine.lifecycle import is_final
from storage import promotions
from storage.records import Promotion, PromotionStatus


class Kind(StrEnum):
    """What is asked for."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"
    BROKEN = "broken"  # a promotion of a release that cannot live


ENDS = {
    Kind.PROMOTE: PromotionStatus.SUCCEEDED,
    Kind.ROLLBACK: PromotionStatus.SUCCEEDED,
    Kind.BROKEN: PromotionStatus.FAILED,
}
EVERY_KIND = (Kind.PROMOTE, Kind.PROMOTE, Kind.ROLLBACK, Kind.BROKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One thing that was asked for, and its end."""

    kind: Kind
    id: str
    as_it_should: bool


@dataclass(slots=True)
class AppTurns:
    """The turns of one app."""

    app: str
    left: list[Kind]
    live: str  # the release that should be
    under_way: str = ""
    kind: Kind = Kind.PROMOTE
    wanted: str = ""  # the release that should be live once this turn has ended


@dataclass(slots=True)
class Turns:
    """All turns on a rack, whoever of the apps is to have one."""

    bot: Bot
    rack: str
    broken_by: Sequence[str]  # what may be set to keep a release from living
    done: list[Turn] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=count)  # no two releases say the same

    def take(self, kinds: Mapping[str, Sequence[Kind]], seconds: float) -> None:
        """Take each app's turns; the next is asked for once the one before has ended.

        Raises ``TimeoutError`` where not all have ended in time.
        """
        apps = [
            AppTurns(app=app, left=list(left), live=self._live(app)) for app, left in kinds.items()
        ]
        deadline = time.monotonic() + seconds
        while any(one.left or one.under_way for one in apps):
            for one in apps:
                if one.under_way:
                    self._look(one)
                elif one.left:
                    self._begin(one)
            if time.monotonic() > deadline:
                late = [f"{one.under_way} ({one.kind})" for one in apps if one.under_way]
                raise TimeoutError(f"Not ended in {seconds:.0f} s: {', '.join(late)}.")
            time.sleep(LOOK_SECONDS)

    def _begin(self, one: AppTurns) -> None:
        one.kind = one.left.pop(0)
        where = ("--app", one.app, "--rack", self.rack)
        number = next(self.numbers)
        match one.kind:
            case Kind.PROMOTE:
                self.bot.change(one.app, self.rack, f"GREETING=hello-{number}")
                one.under_way = self.bot.begin("promote", *where)
                one.wanted = self._promotion(one.under_way).release_id
            case Kind.BROKEN:
                self.bot.change(one.app, self.rack, self.broken_by[number % len(self.broken_by)])
                one.under_way = self.bot.begin("promote", *where)
                one.wanted = one.live
            case Kind.ROLLBACK:
                one.under_way = self.bot.begin("rollback", *where)
                one.wanted = self._promotion(one.under_way).release_id

    def _look(self, one: AppTurns) -> None:
        """Judge the turn if it has ended."""
        promotion = self._promotion(one.under_way)
        if not is_final(promotion.status):
            return
        live = self._live(one.app)
        as_it_should = promotion.status is ENDS[one.kind] and live == one.wanted
        self.done.append(Turn(kind=one.kind, id=promotion.id, as_it_should=as_it_should))
        if not as_it_should:
            print(
                f"{one.kind} {promotion.id} of {one.app}: {promotion.status}, live is {live}, "
                f"should be {one.wanted}: {promotion.reason}",
                file=sys.stderr,
                flush=True,
            )
        one.live, one.under_way = live, ""

    def _promotion(self, promotion_id: str) -> Promotion:
        found = self.bot.subject(promotion_id)
        assert isinstance(found, Promotion)
        return found

    def _live(self, app: str) -> str:
        with self.bot.world.store.read() as transaction:
            found = promotions.live_on(transaction, app=app, rack=self.rack)
        return found.release_id if found else ""


def in_chance_order(chance: random.Random, counts: Mapping[Kind, int]) -> list[Kind]:
    """Return so many of each kind in any order in which each rollback has something to go to.

    There have to be at least as many promotions as rollbacks.
    """
    kinds = list(Counter(counts).elements())
    chance.shuffle(kinds)
    while not _is_possible(kinds):
        chance.shuffle(kinds)
    return kinds


def _is_possible(kinds: Sequence[Kind]) -> bool:
    steps = {Kind.PROMOTE: 1, Kind.ROLLBACK: -1, Kind.BROKEN: 0}
    return min(accumulate(steps[kind] for kind in kinds)) >= 0
