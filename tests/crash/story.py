"""What a story is made of: where it begins, its steps, and how it must end."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from engine.adapters.memory import Behaviour
from engine.adapters.memory.state import RackState
from engine.adapters.placement import Traffic
from engine.workflows import reporting
from storage import builds, jobs, promotions
from storage.records import Build, BuildStatus, Person, Promotion, PromotionStatus
from storage.workflow_records import Job, JobStatus
from tests.worlds import ADA, Scene

AnyStatus = BuildStatus | PromotionStatus | JobStatus
SWEEP_EVERY = 4  # ticks: rarer than the promotions' own, as in the running bot
NEVER = 200  # ticks in which every story has ended


@dataclass(kw_only=True)
class Play:
    """A scene in which a story is played, and the names that the story gives to releases."""

    scene: Scene
    names: Mapping[str, str]
    ticks: int = 0

    def tick(self) -> None:
        """Let a second pass, as the scheduler does."""
        self.ticks += 1
        self.scene.tick(1, sweep=self.ticks % SWEEP_EVERY == 0)
        reporting.send(self.scene.world)

    def newest(self) -> str:
        """What was asked for last."""
        return newest(self.scene).id

    def leftovers(self) -> list[str]:
        """The promotions that have ended, and of which something is left on a rack."""
        return [one.id for one in self.scene.all_promotions() if one.leftovers]

    def comes_to_rest(self) -> None:
        """Let time pass until nothing is under way, and a sweep has looked at what is left."""
        for _ in range(NEVER):
            if not self.scene.under_way() and not self.leftovers():
                break
            self.tick()
        assert self.scene.under_way() == [], "something never ends"
        self.scene.tick(1, sweep=True)
        reporting.send(self.scene.world)


Step = Callable[[Play, str], None]
"""Something that happens; taken again, with the same key, where a stop came in its middle."""


def says(*words: str, who: Person = ADA) -> Step:
    """Somebody says a command that is understood; ``{…}`` stands for a name of the story."""

    def step(play: Play, key: str) -> None:
        said = [
            word.format(newest=play.newest() if "{newest}" in word else "", **play.names)
            for word in words
        ]
        reply = play.scene.say(*said, who=who, key=key)
        assert not reply.failed, reply

    return step


def reaches(*statuses: AnyStatus) -> Step:
    """What was asked for last comes to one of *statuses*."""

    def step(play: Play, key: str) -> None:
        for _ in range(NEVER):
            if newest(play.scene).status in statuses:
                return
            play.tick()
        raise AssertionError(f"{newest(play.scene).status}, never {statuses}")

    return step


def behaves(release: str, behaviour: Behaviour) -> Step:
    """The processes of a release change their ways."""

    def step(play: Play, key: str) -> None:
        play.scene.behave(play.names[release], behaviour)

    return step


def waits(seconds: int) -> Step:
    """Nobody does anything for a while."""

    def step(play: Play, key: str) -> None:
        for _ in range(seconds):
            play.tick()

    return step


def nobody_is_there(seconds: float) -> Step:
    """The clock jumps."""

    def step(play: Play, key: str) -> None:
        play.scene.clock.pass_time(seconds)

    return step


def is_away(rack: str, *, seconds: float) -> Step:
    """A rack does not answer from now on, for so long."""

    def step(play: Play, key: str) -> None:
        if not play.scene.memory.rack(rack).unreachable:
            until = play.scene.clock.at + timedelta(seconds=seconds)
            play.scene.memory.make_unreachable(rack, until=until)

    return step


def loses_old_processes(rack: str) -> Step:
    """Somebody removes the processes that have no traffic any more from a rack."""

    def step(play: Play, key: str) -> None:
        def without_old(state: RackState) -> RackState:
            left = tuple(one for one in state.processes if one.traffic is not Traffic.DRAINING)
            return replace(state, processes=left)

        play.scene.memory.change(rack, "lose processes", without_old)

    return step


def loses_its_images(rack: str) -> Step:
    """Somebody removes all images from a rack."""

    def step(play: Play, key: str) -> None:
        play.scene.memory.change(rack, "lose images", lambda state: replace(state, images={}))

    return step


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """A story begins where another one's newest subject first has a status."""

    story: "Story"
    status: AnyStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Something that happens to a build, a promotion or a job, as data."""

    name: str
    begins: Callable[[Scene], Mapping[str, str]] | At  # sets the stage, or goes on from another
    steps: tuple[Step, ...]
    status: AnyStatus  # of what was asked for last, in the end
    live: str | None  # the commit that serves in the end
    tells: tuple[str, ...]  # what the newest thread tells from the beginning on
    racks: tuple[str, ...] = ("staging",)  # what happens is about the last of them
    protect: bool = False  # production asks for approvals
    any_image: bool = True  # False: images are only where they were built or brought


def newest(scene: Scene) -> Build | Promotion | Job:
    """What was asked for last; where there are jobs, they ask for all else."""
    with scene.store.read() as transaction:
        if of_job := jobs.latest(transaction, limit=1):
            return of_job[0]
        found: list[Build | Promotion] = [
            *builds.latest(transaction, limit=1),
            *promotions.latest(transaction, limit=1),
        ]
    return max(found, key=lambda one: one.created_at)
