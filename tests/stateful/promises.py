"""What holds of promotions at any time, in sentences that quote none of the product's tables."""

import shutil
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

from hypothesis.stateful import RuleBasedStateMachine, invariant

from engine.adapters.placement import Traffic
from storage import locks
from storage.records import Promotion, PromotionKind, PromotionStatus
from tests.worlds import RACKS, Scene, compose, live_record_is_true, make_scene

P = PromotionStatus
FILES = compose("web", "admin", bake_seconds="20", drain_seconds="5")
WAIT = {P.AWAITING_APPROVAL, P.QUEUED}
ENDS = {
    P.SUCCEEDED,
    P.CANCELED,
    P.EXPIRED,
    P.SUPERSEDED,
    P.FAILED,
    P.ROLLED_BACK,
    P.ROLLBACK_FAILED,
}
SPARE = timedelta(minutes=20)  # after a deadline: to take back and clear up, rack permitting


class Promises(RuleBasedStateMachine):
    """One app on two racks, of which production asks for approvals."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "rackhand.db"
        shutil.copy(self.template, path)
        self.scene: Scene = make_scene(f"sqlite:///{path}", Path(self.folder.name), protect=True)
        self.scene.on_tick.clear()  # what holds is checked between the steps
        self.ticks = 0
        self.ended: dict[str, Promotion] = {}
        self.first_seen: dict[tuple[str, P, datetime], datetime] = {}

    def teardown(self) -> None:
        self.scene.store.close()
        self.folder.cleanup()

    # The passing of time.

    def let(self, seconds: int) -> None:
        for _ in range(seconds):
            self.tick(1)

    def tick(self, seconds: float) -> None:
        """Let the bot work once; look at how long things last, and at what locks forbid."""
        self.ticks += 1
        locked = self.locked()
        before = {one.id: one.status for one in self.scene.all_promotions()}
        self.scene.tick(seconds, sweep=self.ticks % 4 == 0)  # rarer, as in the running bot
        now = self.scene.clock.now()
        for promotion in self.scene.all_promotions():
            if promotion.status not in ENDS:
                self.it_does_not_last_for_ever(promotion, now)
            begins = before.get(promotion.id) in WAIT and promotion.started_at is not None
            if begins and promotion.kind is not PromotionKind.ROLLBACK:
                by_whom = locked.get((promotion.app, promotion.rack))
                repairs = by_whom == "itself" and promotion.kind is PromotionKind.RESTART
                assert by_whom is None or repairs, "it began all the same"

    def it_does_not_last_for_ever(self, promotion: Promotion, now: datetime) -> None:
        """Nobody looks while the clock jumps, so time counts from when it was seen to be late."""
        assert promotion.deadline_at, f"{promotion.status} has no deadline"
        key = (promotion.id, promotion.status, promotion.status_since)
        if now > promotion.deadline_at:
            first = self.first_seen.setdefault(key, now)
            assert now - first <= SPARE, f"{promotion.status} never ends"

    def locked(self) -> dict[tuple[str, str], str]:
        """What is locked, and by whom: by somebody, or by Rackhand itself."""
        with self.scene.store.read() as transaction:
            return {
                (one.app, one.rack): "itself" if one.promotion_id else "somebody"
                for one in locks.all_locks(transaction)
            }

    def unfinished(self) -> list[str]:
        return [one.id for one in self.scene.all_promotions() if one.status not in ENDS]

    def only_what_is_live_runs(self) -> None:
        for rack in RACKS:
            live = self.scene.live(rack)
            services = {one.service for one in self.scene.processes(rack)}
            assert services == ({"web", "admin"} if live else set())
            fingerprints = {one.fingerprint for one in self.scene.processes(rack)}
            assert len(fingerprints) == len(services), "processes of two releases are left"
            assert not self.scene.memory.rack(rack).hooks, "the process of a hook is left"

    # What always holds.

    @invariant()
    def at_most_one_promotion_runs_of_the_app_on_a_rack(self) -> None:
        running = [one.rack for one in self.scene.all_promotions() if one.status not in WAIT | ENDS]
        assert all(count == 1 for count in Counter(running).values())

    @invariant()
    def traffic_goes_to_what_is_recorded_as_live_or_to_what_is_under_way(self) -> None:
        live_record_is_true(self.scene)

    @invariant()
    def a_release_that_was_live_is_never_without_a_process_that_serves(self) -> None:
        """Whatever is under way or was cut off: requests always reach somebody."""
        for rack in RACKS:
            if self.scene.live(rack):
                assert self.scene.serving(rack)

    @invariant()
    def other_numbers_and_new_processes_never_change_the_release(self) -> None:
        for promotion in self.scene.all_promotions():
            if promotion.kind in {PromotionKind.SCALE, PromotionKind.RESTART}:
                before = promotion.previous_release_id
                assert before in {None, promotion.release_id}

    @invariant()
    def nothing_is_told_twice(self) -> None:
        for promotion in self.scene.all_promotions():
            told = [one.key for one in self.scene.outgoing(promotion.id)]
            assert len(told) == len(set(told))

    @invariant()
    def a_promotion_that_ended_never_moves_again_and_its_end_is_told_once(self) -> None:
        for promotion in self.scene.all_promotions():
            outgoing = self.scene.outgoing(promotion.id)
            ends = [one for one in outgoing if one.key == f"{promotion.id}:ended"]
            assert len(ends) == (1 if promotion.status in ENDS else 0)
            assert bool(promotion.finished_at) is (promotion.status in ENDS)
            if promotion.status in ENDS:
                first = self.ended.setdefault(promotion.id, promotion)
                assert (first.status, first.reason, first.finished_at) == (
                    promotion.status,
                    promotion.reason,
                    promotion.finished_at,
                )

    @invariant()
    def every_end_has_a_cause_on_record(self) -> None:
        for promotion in self.scene.all_promotions():
            if promotion.status in ENDS - {P.SUCCEEDED, P.EXPIRED}:
                assert promotion.reason or promotion.cancel_asked_by

    @invariant()
    def what_was_never_approved_is_not_on_a_protected_rack(self) -> None:
        approved = {
            one.id
            for one in self.scene.all_promotions()
            if one.rack == "production" and one.approved_by
        }
        started = {one.promotion for one in self.scene.processes("production")}
        assert started <= approved

    @invariant()
    def what_never_began_or_was_canceled_takes_no_traffic(self) -> None:
        without = {
            one.id
            for one in self.scene.all_promotions()
            if one.status in {*WAIT, P.CANCELED, P.SUPERSEDED, P.EXPIRED}
        }
        for rack in RACKS:
            assert not self.scene.serving(rack) & without

    @invariant()
    def a_hook_is_run_once_for_a_promotion(self) -> None:
        lines = [line.split(": ")[1] for line in self.scene.memory.journal]
        runs = Counter(line for line in lines if line.startswith("run "))
        assert all(count == 1 for count in runs.values()), runs

    @invariant()
    def a_canary_that_holds_shares_the_traffic_with_what_is_live(self) -> None:
        for promotion in self.scene.all_promotions():
            if promotion.status is P.HOLDING:
                serving = {
                    one.promotion
                    for one in self.scene.processes(promotion.rack)
                    if one.traffic is Traffic.READY and one.service == "web"
                }
                assert promotion.id in serving
                assert len(serving) == 2

    @invariant()
    def a_lock_that_a_promotion_made_says_which_and_why(self) -> None:
        with self.scene.store.read() as transaction:
            made = [one for one in locks.all_locks(transaction) if one.promotion_id]
        for lock in made:
            assert lock.promotion_id
            promotion = self.scene.promotion(lock.promotion_id)
            assert promotion.status in {P.ROLLING_BACK, P.ROLLED_BACK, P.ROLLBACK_FAILED, P.FAILED}
            assert lock.reason
