"""Random pushes, deliveries that are late, doubled or lost, and looks: each move begins one job."""

import shutil
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
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

from engine.workflows import hints
from tests.integration.github.hub import MAIN, REPO, Delivery, Hub, hint_in, hub_over
from tests.worlds import make_scene

BRANCHES = ("main", "release/1")
PATTERNS = {"push": ["main", "release/*"], "tag": "v*"}
SOON = st.sampled_from([0.1, 1.0, 3.0, 12.0])


class Company(RuleBasedStateMachine):
    """People push; webhooks are late, doubled, lost; looks come and go."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "rackhand.db")
        scene = make_scene(f"sqlite:///{self.folder / 'rackhand.db'}", self.folder)
        self.hub = hub_over(scene)
        self.under_way: list[Delivery] = []
        self.was: dict[str, list[str]] = defaultdict(list)  # where each ref was, after the start
        self.tags = 0

    @initialize()
    def watch(self) -> None:
        self.hub.begin_with(on=PATTERNS)
        self.hub.look()
        self.hub.scene.clock.pass_time(30)

    @property
    def heads(self) -> dict[str, str]:
        return self.hub.forge.repositories[REPO].heads

    # what people do

    @rule(branch=st.sampled_from(BRANCHES))
    def push(self, branch: str) -> None:
        self.told(f"refs/heads/{branch}", self.hub.push("Work", branch=branch))

    @rule(branch=st.sampled_from(BRANCHES), back=st.integers(1, 3))
    def force(self, branch: str, back: int) -> None:
        """Wind a branch back to where it was some pushes ago."""
        ref = f"refs/heads/{branch}"
        earlier = [sha for sha in self.was[ref] if sha != self.heads.get(ref)]
        if ref in self.heads and earlier:
            sha = earlier[-min(back, len(earlier))]
            self.told(ref, self.hub.rewind(sha, branch=branch))

    @rule(branch=st.sampled_from(BRANCHES[1:]))
    def delete(self, branch: str) -> None:
        ref = f"refs/heads/{branch}"
        if ref in self.heads:
            self.under_way.append(self.hub.delete(ref))

    @rule()
    def tag(self) -> None:
        self.tags += 1
        ref = f"refs/tags/v{self.tags}"
        self.heads[ref] = self.heads[MAIN]
        self.told(ref, self.hub.pushed(ref, hints.NO_SHA))

    def told(self, ref: str, delivery: Delivery) -> None:
        self.was[ref].append(self.heads[ref])
        self.under_way.append(delivery)
        self.hub.scene.clock.pass_time(0.01)

    # what the network does

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 100), again=st.booleans())
    def deliver(self, which: int, again: bool) -> None:
        """Deliver any of those under way; GitHub may have sent it twice."""
        delivery = self.under_way[which % len(self.under_way)]
        if not again:
            self.under_way.remove(delivery)
        taken = hints.take(self.hub.scene.world, hint_in(delivery), delivery=delivery.id)
        event(f"delivery: {taken.outcome}")
        self.hub.scene.clock.pass_time(0.01)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 100))
    def lose(self, which: int) -> None:
        del self.under_way[which % len(self.under_way)]

    # what time does

    @rule(seconds=SOON)
    def look(self, seconds: float) -> None:
        self.hub.scene.clock.pass_time(seconds)
        self.hub.look()

    @rule()
    def poll(self) -> None:
        self.hub.poll()

    # what must be so

    @invariant()
    def no_move_begins_two_jobs(self) -> None:
        begun = Counter(self.hub.begun())
        for (ref, sha), count in begun.items():
            assert count <= Counter(self.was[ref])[sha], f"{count} jobs of {sha} on {ref}"

    def teardown(self) -> None:
        try:
            for _ in range(2):
                self.hub.poll()
            self.where_all_ended()
        finally:
            self.hub.scene.store.close()
            shutil.rmtree(self.folder)

    def where_all_ended(self) -> None:
        """The newest job of each branch is of the commit that is there."""
        newest = dict(self.hub.begun())  # the last of each ref
        event(f"refs that began jobs: {len(newest)}")
        for ref, sha in self.heads.items():
            head = self.hub.head(ref)
            assert head
            assert head.sha == sha, f"{ref} is known elsewhere"
            if self.was[ref] and (ref in newest or self.was[ref][-1] == sha):
                assert newest[ref] == sha, f"the newest job of {ref} is of an old commit"


def test_each_move_begins_one_job_in_whichever_order_it_is_heard_of(sqlite_template: Path) -> None:
    Company.template = sqlite_template
    run_state_machine_as_test(
        Company,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("source", ["webhooks", "looks", "both"])
def test_webhooks_alone_looks_alone_and_both_begin_the_same_jobs(
    quiet_hub: Hub, source: str
) -> None:
    hub = quiet_hub
    if source == "webhooks":  # then only they make anybody look
        hub.scene.world = replace(hub.scene.world, forge_poll_seconds=1e9)
    hub.begin_with(on=PATTERNS)
    hub.look()
    due, base = [], hub.forge.repositories[REPO].heads[MAIN]
    for number, step in enumerate(["main", "release/1", "main", "force", "tag", "delete", "back"]):
        hub.scene.clock.pass_time(90)
        delivery = a_step(hub, step, base)
        if source != "looks":
            hub.send(delivery)
        if source != "webhooks":
            hub.scene.clock.pass_time(61)
        hub.look()
        if step != "delete":
            due.append(newest(delivery))
        assert hub.begun() == due, f"after step {number}, {step}"


def a_step(hub: Hub, step: str, base: str) -> Delivery:
    heads = hub.forge.repositories[REPO].heads
    match step:
        case "force":
            return hub.push("Instead", onto=base)
        case "tag":
            heads["refs/tags/v1"] = heads[MAIN]
            return hub.pushed("refs/tags/v1", hints.NO_SHA)
        case "delete":
            return hub.delete("refs/heads/release/1")
        case "back":
            heads["refs/heads/release/1"] = heads[MAIN]
            return hub.pushed("refs/heads/release/1", hints.NO_SHA)
    return hub.push("Work", branch=step)


def newest(delivery: Delivery) -> tuple[str, str]:
    hint = hint_in(delivery)
    assert isinstance(hint, hints.Pushed)
    return hint.ref, hint.after
