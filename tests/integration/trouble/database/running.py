"""The whole bot, running in this process, as somebody at a terminal and in Slack meets it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest

from bot.process import running_bot
from bot.relay.drawing import drawn_milestone
from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace
from commands.reply import Reply
from commands.request import Origin, Request, Standing
from commands.run import run
from engine.lifecycle import is_final
from engine.world import World
from storage import builds, ids, outbox, promotions
from storage.records import BuildStatus, Person, PromotionStatus
from storage.store import Unavailable
from tests.integration.process.conftest import Site
from tests.services.waiting import wait_until

ADA = Person(team="terminal", user="ada", name="Ada")
TOLD = ("starting", "healthy", "live", "ended")  # of a promotion that ends well
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The bot's world, and the workspace that it tells to."""

    world: World
    workspace: RunningWorkspace

    def say(self, *words: str) -> Reply:
        """Say a command at a terminal."""
        request = Request(
            actor=ADA,
            standing=Standing.MEMBER,
            origin=Origin.TERMINAL,
            words=words,
            key=ids.new_id("K"),
        )
        return run(self.world, request)

    def built(self) -> None:
        """Build the app's first release candidate."""
        build = self.say("build", "shop", "--rack", "staging").follow
        assert build

        def is_over() -> bool:
            with self.world.store.read() as transaction:
                found = builds.get(transaction, build)
            assert found
            assert found.status not in {BuildStatus.FAILED, BuildStatus.CANCELED}, found.reason
            return is_final(found.status)

        wait_until(is_over, "the build", PATIENCE_SECONDS)

    def promoted_to(self, status: PromotionStatus) -> str:
        """Promote the newest release and return the promotion once it has come to *status*."""
        promotion = self.say("promote", "--app", "shop", "--rack", "staging").follow
        assert promotion
        wait_until(lambda: self.status(promotion) is status, str(status), PATIENCE_SECONDS)
        return promotion

    def status(self, promotion: str) -> PromotionStatus | None:
        """Return where it is; None while the database does not answer."""
        with suppress(Unavailable), self.world.store.read() as transaction:
            found = promotions.get(transaction, promotion)
            assert found
            return found.status
        return None

    def settles(self, promotion: str) -> PromotionStatus:
        """Return how it ended, once all of it is told."""

        def is_over() -> bool:
            status = self.status(promotion)
            with suppress(Unavailable), self.world.store.read() as transaction:
                waiting = outbox.pending_count(transaction)
                return status is not None and is_final(status) and waiting == 0
            return False

        wait_until(is_over, "the end", PATIENCE_SECONDS)
        status = self.status(promotion)
        assert status
        return status

    def ended_well_and_told_once(self, promotion: str) -> None:
        """Assert that its release is live, serves, and that its thread has each milestone once."""
        assert self.settles(promotion) is PromotionStatus.SUCCEEDED
        with self.world.store.read() as transaction:
            live = promotions.live_on(transaction, app="shop", rack="staging")
            rows = outbox.of_subject(transaction, promotion)
            card = outbox.card(transaction, promotion)
        assert live
        assert live.promotion_id == promotion
        processes = self.world.rack("staging").processes()
        assert {one.status for one in processes} == {"healthy"}
        assert {one.promotion for one in processes} == {promotion}
        milestones = [row for row in rows if row.kind == "milestone"]
        assert [row.key.split(":")[1] for row in milestones] == list(TOLD)
        assert card
        with Visitor(self.workspace.url) as reader:
            texts = [seen.raw["text"] for seen in reader.thread(card.ts, card.channel)[1:]]
            cards = [one for one in reader.messages() if promotion in one.plain_text]
        assert texts == [drawn_milestone(row).text for row in milestones]
        assert [one.ts for one in cards if not one.is_reply] == [card.ts]


@contextmanager
def running(site: Site, workspace: RunningWorkspace) -> Iterator[Running]:
    """Run the bot for the length of the block."""
    with running_bot(site.settings()) as world:
        yield Running(world=world, workspace=workspace)


def ticks_met_it(caplog: pytest.LogCaptureFixture, *, times: int = 3) -> None:
    """Wait until ticks have found the database unavailable so often."""

    def met() -> bool:
        said = [one.getMessage() for one in caplog.records if one.name == "bot.scheduler"]
        return said.count("database unavailable") >= times

    wait_until(met, "ticks that meet the trouble", PATIENCE_SECONDS)


def no_tick_broke(caplog: pytest.LogCaptureFixture) -> None:
    """Assert that the trouble was known for what it was."""
    assert "tick broke" not in [one.getMessage() for one in caplog.records]
