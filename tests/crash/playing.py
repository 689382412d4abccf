"""Playing a story: once undisturbed, and again from every moment at which it could be stopped."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from engine.adapters.memory import MemoryWorld
from storage import store
from tests.crash.ending import (
    Ending,
    commit,
    ending_of,
    everything_is_cleared_up,
    milestones,
    nobody_is_cut_off,
    somebody_always_serves,
)
from tests.crash.moments import (
    DATABASE,
    Leaving,
    Moment,
    Stopped,
    Watch,
    empty,
    left_by,
    taken_up,
)
from tests.crash.story import At, Play, Story, newest
from tests.worlds import RACKS, Scene, make_scene

RESTART_SECONDS = 2.0  # until the next process is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A story as it went undisturbed."""

    moments: tuple[Moment, ...]
    names: Mapping[str, str]
    ending: Ending
    writes: int
    calls: int


class Playhouse:
    """Plays stories in a folder, one world after the other."""

    def __init__(self, folder: Path, template: Path) -> None:
        """*folder* is this object's own; *template* is a migrated database."""
        self._folder = folder / "world"
        self._template = template
        self._stages: dict[object, tuple[Leaving, Mapping[str, str]]] = {}
        self._told: dict[str, Told] = {}

    def undisturbed(self, story: Story) -> Told:
        """Return how the story went when it was played without a stop."""
        if story.name not in self._told:
            self._told[story.name] = self.played(story)
        return self._told[story.name]

    def played(self, story: Story) -> Told:
        """Play the story without a stop, and assert that it ends as it says."""
        leaving, names = self._beginning(story)
        with empty(self._folder) as folder:
            return _play(story, leaving, names, folder)

    def stopped_everywhere(
        self, story: Story, told: Told | None = None, *, by_gist: bool = False
    ) -> int:
        """Assert that it ends alike wherever it is stopped; return how many worlds that were.

        *by_gist* leaves out where builds and promotions have changed in nothing but details: those
        have stories of their own.
        """
        told = told or self.undisturbed(story)
        tried: list[Moment] = []
        for moment in told.moments:
            if tried and (
                tried[-1].leaves is moment.leaves or (by_gist and tried[-1].gist == moment.gist)
            ):
                continue  # nothing has changed since: it would be the same world again
            tried.append(moment)
            try:
                with empty(self._folder) as folder:
                    ending = _go_on(story, moment, told.names, folder)
                assert ending == told.ending
            except AssertionError as error:
                raise AssertionError(f"stopped {moment.name} ({moment.status}): {error}") from error
        return len(tried)

    def stopped_in_its_tracks(self, story: Story, number: int) -> Ending:
        """Raise at a moment of the story, counted from one; return how the next process ends it."""
        leaving, names = self._beginning(story)
        with empty(self._folder) as folder:
            moment = _stop(story, leaving, names, folder, number)
        with empty(self._folder) as folder:
            return _go_on(story, moment, names, folder)

    def _beginning(self, story: Story) -> tuple[Leaving, Mapping[str, str]]:
        if isinstance(story.begins, At):
            told, status = self.undisturbed(story.begins.story), story.begins.status
            found = next(one for one in told.moments if one.status == status)
            return found.leaves, told.names
        key = (story.begins, story.racks, story.protect, story.any_image)
        if key not in self._stages:
            with empty(self._folder) as folder:
                self._stages[key] = self._set_stage(story, story.begins, folder)
        return self._stages[key]

    def _set_stage(
        self, story: Story, begin: Callable[[Scene], Mapping[str, str]], folder: Path
    ) -> tuple[Leaving, Mapping[str, str]]:
        (folder / DATABASE).write_bytes(self._template.read_bytes())
        memory = MemoryWorld(any_image=story.any_image)
        url = f"sqlite:///{folder / DATABASE}"
        racks = {name: RACKS[name] for name in story.racks}
        scene = make_scene(url, folder, racks=racks, protect=story.protect, memory=memory)
        names = begin(scene)
        scene.store.close()
        return left_by(scene, (folder / DATABASE).read_bytes(), {}), names


@contextmanager
def playhouse_in(folder: Path, template: Path) -> Iterator[Playhouse]:
    """Give a playhouse whose stores share what SQLAlchemy has compiled.

    Each process has a store of its own, but the hundreds of them need not compile every statement
    anew: that is a fifth of the time. Their connections are closed between two worlds.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "_connect", cache(store._connect))
        yield Playhouse(folder, template)


def _play(story: Story, leaving: Leaving, names: Mapping[str, str], folder: Path) -> Told:
    """Play it from its beginning to its end, and keep every moment."""
    play = Play(scene=taken_up(leaving, folder), names=names)
    scene = play.scene
    if isinstance(story.begins, At):
        scene.clock.pass_time(0.001)  # no two wishes are of the same moment
        scene.start_anew()
    before = newest(scene)
    told_before = milestones(scene, before.id)
    watch = Watch(scene, folder)
    try:
        _keep_watch(scene)
        _take_steps(story, play, watch)
        everything_is_cleared_up(scene)
        _ends_as_it_says(story, scene, before.id, told_before)
        ending = ending_of(scene)
    finally:
        watch.close()
        scene.store.close()
    return Told(
        moments=tuple(watch.moments),
        names=names,
        ending=ending,
        writes=watch.writes,
        calls=watch.calls,
    )


def _stop(
    story: Story, leaving: Leaving, names: Mapping[str, str], folder: Path, number: int
) -> Moment:
    """Play it until it is stopped at a moment; return that, with what is left."""
    play = Play(scene=taken_up(leaving, folder), names=names)
    watch = Watch(play.scene, folder, stop_at=number)
    try:
        _take_steps(story, play, watch)
    except Stopped:
        return watch.stopped()
    finally:
        watch.close()
        play.scene.store.close()
    raise AssertionError(f"it has no moment {number}")


def _take_steps(story: Story, play: Play, watch: Watch) -> None:
    for number, step in enumerate(story.steps):
        watch.step = number
        step(play, _key(story, number))
    watch.step = len(story.steps)
    play.comes_to_rest()


def _go_on(story: Story, moment: Moment, names: Mapping[str, str], folder: Path) -> Ending:
    """Make a new process over what a stop at *moment* leaves, and play the rest."""
    play = Play(scene=taken_up(moment.leaves, folder), names=names)
    scene = play.scene
    try:
        scene.clock.pass_time(RESTART_SECONDS)
        scene.start_anew()
        _keep_watch(scene)
        for number, step in enumerate(story.steps[moment.step :], start=moment.step):
            step(play, _key(story, number))
        play.comes_to_rest()
        everything_is_cleared_up(scene)
        return ending_of(scene)
    finally:
        scene.store.close()


def _keep_watch(scene: Scene) -> None:
    """Look at what people of the app would notice, at every change and every tick."""
    report = scene.memory.on_call

    def before_change(what: str) -> None:
        nobody_is_cut_off(scene, what)
        report(what)

    scene.memory.on_call = before_change
    scene.on_tick.append(somebody_always_serves)


def _ends_as_it_says(story: Story, scene: Scene, before: str, told_before: tuple[str, ...]) -> None:
    last = newest(scene)
    assert last.status is story.status, f"it ended as {last.status}: {last.reason}"
    live = scene.live_release(story.racks[-1])
    assert story.live == (commit(scene, live) if live else None)
    told = milestones(scene, last.id)
    expected = (*told_before, *story.tells) if last.id == before else story.tells
    assert told == expected, f"the thread told {told}, not {expected}"


def _key(story: Story, number: int) -> str:
    """The key of a step's request: the same when it is said again."""
    return f"{story.name} {number}"
