"""PostgreSQL is restarted in mid-promotion: what was under way goes on, and is told once."""

from dataclasses import replace

import pytest

from bot.workspace.running import RunningWorkspace
from storage.records import PromotionStatus
from tests.integration.process.conftest import Site
from tests.integration.trouble.database.running import no_tick_broke, running, ticks_met_it
from tests.services.postgres import PostgresServer
from tests.worlds import text_of

P = PromotionStatus


@pytest.mark.parametrize("status", [P.VERIFYING, P.BAKING])
def test_a_promotion_goes_on_once_its_database_is_back(
    quick: Site,
    workspace: RunningWorkspace,
    postgres_server: PostgresServer,
    postgres_database: str,
    status: PromotionStatus,
    caplog: pytest.LogCaptureFixture,
) -> None:
    environment = {**quick.environment, "RACKHAND_DATABASE_URL": postgres_database}
    with running(replace(quick, environment=environment), workspace) as bot:
        bot.built()
        promotion = bot.promoted_to(status)
        with postgres_server.down():
            refused = text_of(bot.say("status"))
            ticks_met_it(caplog)
        bot.ended_well_and_told_once(promotion)

    assert "The database does not answer, so nothing was done." in refused
    no_tick_broke(caplog)
