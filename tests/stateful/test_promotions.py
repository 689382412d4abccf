"""Random people, failures, clock jumps and restarts over the real engine and store."""

import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from commands.reply import Reply
from engine.adapters.memory import Behaviour, MemoryRack
from engine.lifecycle import PROMOTION_LIMITS, is_final
from storage import outbox, promotions
from storage.records import Person, PromotionKind, PromotionStatus
from storage.store import Store
from tests.worlds import ADA, BOB, RACKS, Scene, compose, live_record_is_true, make_scene, text_of

P = PromotionStatus
FILES = compose("web", "admin", bake_seconds="20", drain_seconds="5")
BEHAVIOURS = st.sampled_from(
    [
        Behaviour(),
        Behaviour(),
        Behaviour(seconds_to_healthy=20),
        Behaviour(session_seconds=8),
        Behaviour(never_healthy="GET / answered 500"),
        Behaviour(exit_code=3),
    ]
)
SECONDS = st.sampled_from([0, 1, 2, 4, 15])
MOSTLY = st.sampled_from([True, True, False])
TROUBLE = st.sampled_from(["canceled", "rolled back", "sick", "cut off", "killed"])
PEOPLE = st.sampled_from([ADA, BOB])
RACK = st.sampled_from(list(RACKS))
SPARE = timedelta(minutes=20)  # over a status's own limit: clean-up, and the manifest's times


class Promotions(RuleBasedStateMachine):
    """One app on two racks, of which production asks for approvals."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "rackhand.db"
        shutil.copy(self.template, path)
        self.scene: Scene = make_scene(f"sqlite:///{path}", Path(self.folder.name), protect=True)
        self.scene.on_tick.clear()  # what holds is checked between the steps
        self.candidates: list[str] = []
        self.first_seen: dict[tuple[str, P], datetime] = {}
        self.ticks = 0
        self.ended: dict[str, P] = {}

    def teardown(self) -> None:
        self.scene.store.close()
        self.folder.cleanup()

    @initialize()
    def something_is_live_on_both_racks(self) -> None:
        release = self.new_candidate(Behaviour())
        for rack in RACKS:
            self.say("promote", release, "--rack", rack, "--yes")
        for _ in range(10):
            self.tick(4)
        assert all(self.scene.live(rack) for rack in RACKS)

    # What people do; each is followed by some time.

    @rule(behaviour=BEHAVIOURS, rack=RACK, agreed=MOSTLY, seconds=SECONDS)
    def ship_a_commit(self, behaviour: Behaviour, rack: str, agreed: bool, seconds: int) -> None:
        candidate = self.new_candidate(behaviour)
        words = ("promote", candidate, "--rack", rack, "--environment", "live")
        self.say(*words, *(["--yes"] if agreed else []))
        self.let(seconds)

    @rule(rack=RACK, seconds=st.integers(0, 30), trouble=TROUBLE, later=SECONDS)
    def something_happens_to_a_promotion(
        self, rack: str, seconds: int, trouble: str, later: int
    ) -> None:
        candidate = self.new_candidate(Behaviour(seconds_to_healthy=3, session_seconds=6))
        words = ("promote", candidate, "--rack", rack, "--environment", "live", "--yes")
        promotion = self.say(*words).follow
        self.let(seconds)
        match trouble:
            case "canceled" if promotion:
                self.say("cancel", promotion)
            case "rolled back":
                self.say("rollback", "--rack", rack, "--yes")
            case "sick":
                self.scene.behave(candidate, Behaviour(never_healthy="GET / answered 500"))
            case "cut off":
                until = self.scene.clock.now() + timedelta(seconds=40)
                self.scene.memory.make_unreachable(rack, until=until)
            case "killed":
                self.the_process_is_killed(1)
        self.let(later)

    @rule(data=st.data(), who=PEOPLE, rack=RACK, agreed=MOSTLY, seconds=SECONDS)
    def promote_what_was_built(
        self, data: st.DataObject, who: Person, rack: str, agreed: bool, seconds: int
    ) -> None:
        candidate = data.draw(st.sampled_from(self.candidates[-3:]))
        environment = data.draw(st.sampled_from(["ask", "live", "own"]))
        words = ("promote", candidate, "--rack", rack, "--environment", environment)
        self.say(*words, *(["--yes"] if agreed else []), who=who)
        self.let(seconds)

    @rule(rack=RACK, agreed=MOSTLY, seconds=SECONDS)
    def roll_back(self, rack: str, agreed: bool, seconds: int) -> None:
        self.say("rollback", "--rack", rack, *(["--yes"] if agreed else []))
        self.let(seconds)

    @precondition(lambda self: self.unfinished())
    @rule(data=st.data(), verb=st.sampled_from(["cancel", "approve"]), seconds=SECONDS)
    def cancel_or_approve(self, data: st.DataObject, verb: str, seconds: int) -> None:
        self.say(verb, data.draw(st.sampled_from(self.unfinished())))
        self.let(seconds)

    @rule(
        rack=RACK,
        words=st.sampled_from(
            [("scale", "web=1"), ("scale", "web=3"), ("restart",), ("env", "set", "VALUE=1")]
        ),
        seconds=SECONDS,
    )
    def change_what_is_live(self, rack: str, words: tuple[str, ...], seconds: int) -> None:
        agreed = () if words[0] == "env" else ("--yes",)
        if words[0] == "env":
            words = (*words[:2], f"VALUE={next(self.scene.keys)}")
        self.say(*words, "--rack", rack, *agreed)
        self.let(seconds)

    # What happens to them.

    @rule(minutes=st.sampled_from([1, 3, 11, 16, 60 * 13]))
    def much_time_passes_without_us(self, minutes: int) -> None:
        self.scene.clock.pass_time(minutes * 60)
        self.let(2)

    @rule(rack=RACK, seconds=st.sampled_from([5, 150, 700, 3_000]), step=st.sampled_from([5, 60]))
    def the_rack_is_away(self, rack: str, seconds: int, step: int) -> None:
        until = self.scene.clock.now() + timedelta(seconds=seconds)
        self.scene.memory.make_unreachable(rack, until=until)
        for _ in range(10):
            self.tick(step)

    @rule(data=st.data(), behaviour=BEHAVIOURS, seconds=SECONDS)
    def processes_change_their_mind(
        self, data: st.DataObject, behaviour: Behaviour, seconds: int
    ) -> None:
        with self.scene.store.read() as transaction:
            running = promotions.with_status(transaction, promotions.RUNNING)
        known = [one.release_id for one in running] or self.candidates[-3:]
        self.scene.behave(data.draw(st.sampled_from(known)), behaviour)
        self.let(seconds)

    @rule(after_changes=st.integers(0, 6))
    def the_process_dies(self, after_changes: int) -> None:
        self.the_process_is_killed(after_changes)

    def the_process_is_killed(self, after_changes: int) -> None:
        """End it in the middle of its work; the next process makes everything anew."""
        left = [after_changes]

        def count(_: str) -> None:
            left[0] -= 1
            if left[0] < 0:
                raise Killed

        self.scene.memory.on_call = count
        try:
            self.tick(1)
        except Killed:
            event("killed in the middle")
        finally:
            self.scene.memory.on_call = lambda _: None
        self.start_anew()

    @precondition(lambda self: self.unfinished())
    @rule()
    def everything_comes_to_rest(self) -> None:
        """With all racks there, nothing stays under way, and the record is true."""
        for rack in RACKS:
            self.scene.memory.make_reachable(rack)
        for _ in range(400):
            if not self.scene.under_way():
                break
            self.tick(4)
        assert self.scene.under_way() == [], "something never ends"
        self.let(4)  # a sweep, for what was left over
        live_record_is_true(self.scene)
        self.only_what_is_live_runs()

    # What always holds.

    @invariant()
    def at_most_one_promotion_runs_of_the_app_on_a_rack(self) -> None:
        with self.scene.store.read() as transaction:
            running = promotions.with_status(transaction, promotions.RUNNING)
        assert all(count == 1 for count in Counter(one.rack for one in running).values())

    @invariant()
    def the_record_of_what_is_live_is_true(self) -> None:
        live_record_is_true(self.scene)

    @invariant()
    def other_numbers_and_new_processes_never_change_the_release(self) -> None:
        for promotion in self.scene.all_promotions():
            if promotion.kind in {PromotionKind.SCALE, PromotionKind.RESTART}:
                before = promotion.previous_release_id
                assert before in {None, promotion.release_id}

    @invariant()
    def nothing_is_told_twice(self) -> None:
        with self.scene.store.read() as transaction:
            told = [
                one.key
                for promotion in promotions.latest(transaction, limit=500)
                for one in outbox.of_subject(transaction, promotion.id)
            ]
        assert len(told) == len(set(told))

    @invariant()
    def an_end_is_told_once_and_is_the_end(self) -> None:
        for promotion in self.scene.all_promotions():
            ends = [one for one in self.scene.outgoing(promotion.id) if one.key.endswith(":ended")]
            assert len(ends) == (1 if is_final(promotion.status) else 0)
            if promotion.id in self.ended:
                assert self.ended[promotion.id] is promotion.status
            if is_final(promotion.status):
                self.ended[promotion.id] = promotion.status
                assert promotion.finished_at

    @invariant()
    def every_end_has_a_cause_on_record(self) -> None:
        for promotion in self.scene.all_promotions():
            if promotion.status in {P.FAILED, P.ROLLED_BACK, P.SUPERSEDED, P.ROLLBACK_FAILED}:
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
    def a_failed_start_never_takes_traffic(self) -> None:
        ended_early = {
            one.id
            for one in self.scene.all_promotions()
            if one.status in {P.CANCELED, P.SUPERSEDED, P.EXPIRED, P.AWAITING_APPROVAL, P.QUEUED}
        }
        for rack in RACKS:
            assert not self.scene.serving(rack) & ended_early

    @invariant()
    def a_release_that_was_live_is_never_without_a_process_that_serves(self) -> None:
        """Whatever is under way or was cut off: requests always reach somebody."""
        for rack in RACKS:
            if self.scene.live(rack):
                assert self.scene.serving(rack)

    # How the machine works.

    def new_candidate(self, behaviour: Behaviour) -> str:
        candidate = self.scene.built_candidate(f"Commit {len(self.candidates)}", FILES)
        self.scene.behave(candidate, behaviour)
        self.candidates.append(candidate)
        return candidate

    def let(self, seconds: int) -> None:
        for _ in range(seconds):
            self.tick(1)

    def tick(self, seconds: float) -> None:
        self.ticks += 1
        self.scene.tick(seconds, sweep=self.ticks % 4 == 0)  # rarer, as in the running bot
        now = self.scene.clock.now()
        for promotion in self.scene.all_promotions():
            limit = PROMOTION_LIMITS.get(promotion.status)
            if limit and promotion.deadline_at:
                assert promotion.deadline_at - promotion.status_since <= limit + SPARE
            if not is_final(promotion.status):
                late = promotion.deadline_at and now - promotion.deadline_at > SPARE
                first = self.first_seen.setdefault((promotion.id, promotion.status), now)
                assert not (late and now - first > SPARE), f"{promotion.status} never ends"

    def only_what_is_live_runs(self) -> None:
        for rack in RACKS:
            live = self.scene.live(rack)
            services = {one.service for one in self.scene.processes(rack)}
            assert services == ({"web", "admin"} if live else set())
            fingerprints = {one.fingerprint for one in self.scene.processes(rack)}
            assert len(fingerprints) == len(services), "processes of two releases are left"

    def unfinished(self) -> list[str]:
        with self.scene.store.read() as transaction:
            return [one.id for one in promotions.unfinished(transaction)]

    def say(self, *words: str, who: Person = ADA) -> Reply:
        reply = self.scene.say(*words, who=who)
        assert "Something broke" not in text_of(reply)
        return reply

    def start_anew(self) -> None:
        scene = self.scene
        url = scene.store.url
        scene.store.close()
        adapters = {name: MemoryRack(name, scene.memory, scene.clock) for name in RACKS}
        scene.world = replace(scene.world, store=Store(url), rack=adapters.__getitem__)


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.timeout(600)
def test_promotions_keep_their_promises_whatever_happens(sqlite_template: Path) -> None:
    Promotions.template = sqlite_template
    run_state_machine_as_test(
        Promotions,
        settings=settings(
            max_examples=20,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
