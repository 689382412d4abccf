"""Random people, failures, clock jumps and restarts over the real engine and store."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from commands.reply import Reply
from engine.adapters.memory import Behaviour
from engine.adapters.memory.state import RackState
from engine.adapters.placement import Traffic
from storage.records import Person, PromotionStatus
from tests.stateful.promises import ENDS, FILES, WAIT, Promises
from tests.worlds import ADA, BOB, RACKS, compose, live_record_is_true, text_of

P = PromotionStatus
HOOKED = compose(
    "web",
    "admin",
    bake_seconds="20",
    drain_seconds="5",
    before_promote="a",
    after_promote="b",
    hook_seconds="60",
)
SICK = Behaviour(never_healthy="GET / answered 500")
BEHAVIOURS = st.sampled_from(
    [
        Behaviour(),
        Behaviour(),
        Behaviour(seconds_to_healthy=20),
        Behaviour(session_seconds=8),
        SICK,
        Behaviour(exit_code=3),
        Behaviour(hook_exit_code=1),
        Behaviour(hook_seconds=20),
        Behaviour(hook_seconds=600),
        Behaviour(requests_per_second=20, failed_percent=30),
    ]
)
WAYS = st.sampled_from([(), (), ("--canary", "10,50,100"), ("--canary", "50", "--pause", "5s")])
SECONDS = st.sampled_from([0, 1, 2, 4, 15])
MOSTLY = st.sampled_from([True, True, False])
TROUBLE = st.sampled_from(["canceled", "rolled back", "sick", "cut off", "killed", "no way back"])
UNDER_WAY = st.sampled_from([status for status in P if status not in ENDS])
PEOPLE = st.sampled_from([ADA, BOB])
RACK = st.sampled_from(list(RACKS))
A_WHILE = 40  # ticks in which a promotion that goes well passes all its statuses


class Promotions(Promises):
    """What people do, and what happens to them."""

    def __init__(self) -> None:
        super().__init__()
        self.candidates: list[str] = []

    @initialize()
    def something_is_live_on_both_racks(self) -> None:
        release = self.new_candidate(Behaviour(requests_per_second=20))
        for rack in RACKS:
            self.say("promote", release, "--rack", rack, "--yes")
        for _ in range(10):
            self.tick(4)
        assert all(self.scene.live(rack) for rack in RACKS)

    # What people do; each is followed by some time.

    @rule(
        behaviour=BEHAVIOURS,
        hooked=st.booleans(),
        rack=RACK,
        way=WAYS,
        agreed=MOSTLY,
        seconds=SECONDS,
    )
    def ship_a_commit(
        self,
        behaviour: Behaviour,
        hooked: bool,
        rack: str,
        way: tuple[str, ...],
        agreed: bool,
        seconds: int,
    ) -> None:
        candidate = self.new_candidate(behaviour, hooked=hooked)
        self.promote(candidate, rack, *way, agreed=agreed)
        self.let(seconds)

    @rule(rack=RACK, status=UNDER_WAY, way=WAYS, trouble=TROUBLE, later=SECONDS)
    def something_happens_to_a_promotion(
        self, rack: str, status: P, way: tuple[str, ...], trouble: str, later: int
    ) -> None:
        """A promotion comes as far as *status*, if it does, and then has this trouble."""
        candidate = self.new_candidate(Behaviour(seconds_to_healthy=3, session_seconds=6))
        promotion = self.promote(candidate, rack, *way, agreed=status is not P.AWAITING_APPROVAL)
        if promotion is None:
            return
        for _ in range(A_WHILE):
            if self.scene.promotion(promotion).status in {status, *ENDS}:
                break
            self.tick(1)
        event(f"{trouble} while {self.scene.promotion(promotion).status}")
        match trouble:
            case "canceled":
                self.say("cancel", promotion)
            case "rolled back":
                self.say("rollback", "--rack", rack, "--yes")
            case "no way back":
                self.old_processes_are_lost(rack)
                self.say("cancel", promotion)
            case "sick":
                self.scene.behave(candidate, SICK)
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
    @rule(
        data=st.data(),
        verb=st.sampled_from(["cancel", "approve", "advance"]),
        seconds=SECONDS,
    )
    def cancel_approve_or_move_on(self, data: st.DataObject, verb: str, seconds: int) -> None:
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

    @rule(rack=RACK, verb=st.sampled_from(["lock", "unlock"]), seconds=SECONDS)
    def lock_or_unlock(self, rack: str, verb: str, seconds: int) -> None:
        self.say(verb, "web", "--rack", rack, "--reason", "Freeze")
        self.let(seconds)

    # What happens to them.

    @rule(minutes=st.sampled_from([1, 3, 11, 16, 60 * 13, 60 * 25]))
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
        running = [one for one in self.scene.all_promotions() if one.status not in ENDS | WAIT]
        known = [one.release_id for one in running] or self.candidates[-3:]
        self.scene.behave(data.draw(st.sampled_from(known)), behaviour)
        self.let(seconds)

    @rule(after_changes=st.integers(0, 6))
    def the_process_dies(self, after_changes: int) -> None:
        self.the_process_is_killed(after_changes)

    @precondition(lambda self: self.unfinished() or self.locked())
    @rule()
    def everything_comes_to_rest(self) -> None:
        """With all racks there and nothing locked, nothing stays under way."""
        for rack in RACKS:
            self.scene.memory.make_reachable(rack)
            self.say("unlock", "web", "--rack", rack, "--reason", "Thaw")
        for _ in range(400):
            if not self.scene.under_way():
                break
            for promotion in self.unfinished():
                if self.scene.promotion(promotion).status is P.HOLDING:
                    self.say("advance", promotion)
            self.tick(4)
        assert self.scene.under_way() == [], "something never ends"
        self.let(4)  # a sweep, for what was left over
        live_record_is_true(self.scene)
        self.only_what_is_live_runs()

    # How it is done.

    def new_candidate(self, behaviour: Behaviour, *, hooked: bool = False) -> str:
        files = HOOKED if hooked else FILES
        candidate = self.scene.built_candidate(f"Commit {len(self.candidates)}", files)
        self.scene.behave(candidate, behaviour)
        self.candidates.append(candidate)
        return candidate

    def promote(self, candidate: str, rack: str, *way: str, agreed: bool) -> str | None:
        words = ("promote", candidate, "--rack", rack, "--environment", "live")
        return self.say(*words, *way, *(["--yes"] if agreed else [])).follow

    def say(self, *words: str, who: Person = ADA) -> Reply:
        reply = self.scene.say(*words, who=who)
        assert "Something broke" not in text_of(reply)
        return reply

    def old_processes_are_lost(self, rack: str) -> None:
        """Somebody removes what has no traffic any more."""

        def without_old(state: RackState) -> RackState:
            left = tuple(one for one in state.processes if one.traffic is not Traffic.DRAINING)
            return replace(state, processes=left)

        self.scene.memory.change(rack, "lose processes", without_old)

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
        self.scene.start_anew()


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.timeout(600)
def test_promotions_keep_their_promises_whatever_happens(sqlite_template: Path) -> None:
    Promotions.template = sqlite_template
    run_state_machine_as_test(
        Promotions,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
