"""The tests have teeth: each of these faults, planted into the product, fails a named one.

The stories are those of tests/crash/test_every_step.py, which calls the same checks: once as they
go without a stop, and once from every moment at which they could be stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.lifecycle import is_final
from storage.records import PromotionStatus
from storage.store import Store
from storage.tables import RUNNING_PROMOTIONS
from tests.crash import bad_stories, good_stories, stories
from tests.crash.playing import Playhouse, playhouse_in
from tests.crash.story import At, Story
from tests.faults import plants
from tests.faults.plants import Plant
from tests.integration.storage import test_guards
from tests.unit.engine.test_lifecycle import check_that_every_status_but_an_end_has_a_deadline

P = PromotionStatus
NOTICED = (AssertionError, pytest.fail.Exception)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is planted, the story that notices it, and what that says."""

    plant: Plant
    story: Story
    says: str


FAULTS = {
    "the drain is skipped": Fault(
        plant=plants.skip_the_drain, story=good_stories.PROMOTE, says="requests are cut off"
    ),
    "the health check is skipped": Fault(
        plant=plants.skip_the_check, story=bad_stories.SICK_RELEASE, says="rolled_back, never"
    ),
    "the record keeps the old release": Fault(
        plant=plants.keep_the_old_record, story=good_stories.PROMOTE, says="but traffic goes to"
    ),
    "what a failed start left is left": Fault(
        plant=plants.leave_processes, story=bad_stories.EXITING_RELEASE, says="runs other releases"
    ),
    "a takeback does not wait for what was there before": Fault(
        plant=plants.go_back_to_nothing,
        story=bad_stories.CANCELED_WITHOUT_THE_OLD,
        says="nothing serves",
    ),
    "a clean-up takes away what alone can serve": Fault(
        plant=plants.clear_up_blindly,
        story=bad_stories.OLD_ONE_NEVER_COMES_BACK,
        says="traffic goes to|nothing serves|runs other releases|names",
    ),
    "nothing is cleared up later": Fault(
        plant=plants.leave_leftovers,
        story=stories.abandoned_at(P.VERIFYING),
        says="something is left",
    ),
}
ANNOUNCEMENTS = {
    "starting": good_stories.PROMOTE,
    "healthy": good_stories.PROMOTE,
    "live": good_stories.PROMOTE,
    "ended": good_stories.PROMOTE,
    "trouble": bad_stories.EXITING_RELEASE,
    "awaits_approval": good_stories.APPROVE,
    "approved": good_stories.APPROVE,
    "waits_behind": good_stories.QUEUED,
    "cancel_asked": stories.canceled_at(P.STARTING),
    "notice": good_stories.ELSEWHERE,
}
ONLY_AFTER_A_STOP = {
    "an announcement is committed after its change": Fault(
        plant=plants.tell_afterwards, story=good_stories.PROMOTE, says="stopped after write"
    ),
    "a repeated announcement is told again": Fault(
        plant=plants.tell_anew, story=good_stories.ELSEWHERE, says="stopped "
    ),
}


@pytest.fixture(scope="module")
def playhouse(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Playhouse]:
    with playhouse_in(tmp_path_factory.mktemp("faults"), sqlite_template) as made:
        yield made


def is_noticed(playhouse: Playhouse, patch: pytest.MonkeyPatch, fault: Fault) -> None:
    """Assert that the story goes well as it is, and fails with the fault in it."""
    playhouse.undisturbed(fault.story)
    fault.plant(patch)
    with pytest.raises(AssertionError, match=fault.says):
        playhouse.played(fault.story)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_noticed_by_a_story(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    is_noticed(playhouse, monkeypatch, FAULTS[name])


@pytest.mark.parametrize("announcement", ANNOUNCEMENTS)
def test_an_announcement_that_is_dropped_is_missed_by_a_story(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch, announcement: str
) -> None:
    plant = plants.drop(announcement)
    story = ANNOUNCEMENTS[announcement]
    is_noticed(playhouse, monkeypatch, Fault(plant=plant, story=story, says="the thread told"))


def test_a_clean_up_that_is_not_told_is_missed_by_a_story(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant = plants.drop_milestone("cleared")
    story = stories.abandoned_at(P.VERIFYING)
    is_noticed(playhouse, monkeypatch, Fault(plant=plant, story=story, says="the thread told"))


@pytest.mark.parametrize("name", ONLY_AFTER_A_STOP)
def test_a_fault_that_shows_only_after_a_stop_is_noticed(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fault = ONLY_AFTER_A_STOP[name]
    fault.plant(monkeypatch)
    told = playhouse.played(fault.story)  # as long as nothing stops, nobody notices
    with pytest.raises(AssertionError, match=fault.says):
        playhouse.stopped_everywhere(fault.story, told)


# Deadlines.


@pytest.mark.parametrize("status", [status for status in P if not is_final(status)])
def test_a_status_without_a_limit_is_noticed(monkeypatch: pytest.MonkeyPatch, status: P) -> None:
    plants.forget_limit(status)(monkeypatch)
    with pytest.raises(AssertionError):
        check_that_every_status_but_an_end_has_a_deadline()


@pytest.mark.parametrize(
    "story",
    [*stories.ABANDONED, bad_stories.TAKEN_BACK_TOO_LATE],
    ids=lambda story: story.name,
)
def test_a_deadline_that_is_forgotten_is_noticed_by_a_story(
    playhouse: Playhouse, monkeypatch: pytest.MonkeyPatch, story: Story
) -> None:
    assert isinstance(story.begins, At)
    plant = plants.forget_deadline(P(story.begins.status))
    fault = Fault(plant=plant, story=story, says="it ended as|the thread told|never ends")
    is_noticed(playhouse, monkeypatch, fault)


# What the database guards.


@pytest.fixture
def unguarded(sqlite_template: Path, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Databases in which two promotions may run beside each other."""
    stores: list[Store] = []

    def make() -> Store:
        path = tmp_path / f"{len(stores)}.db"
        path.write_bytes(sqlite_template.read_bytes())
        store = Store(f"sqlite:///{path}")
        stores.append(store)
        with store.write() as transaction:
            transaction.exec_driver_sql("DROP INDEX uq_promotions_running")
        return store

    yield make
    for store in stores:
        store.close()


def test_a_database_without_its_unique_index_is_noticed(unguarded: Callable[[], Store]) -> None:
    for status in RUNNING_PROMOTIONS:
        with pytest.raises(NOTICED):
            test_guards.test_a_second_running_promotion_of_an_app_and_rack_is_refused(
                unguarded(), status
            )
    with pytest.raises(NOTICED):
        test_guards.test_of_two_threads_that_start_a_promotion_only_one_can(unguarded())
