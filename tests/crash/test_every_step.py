"""Stopped at any database write and any call to the outside, a story ends as if undisturbed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.bad_stories import EXITING_RELEASE
from tests.crash.good_stories import CUT, PROMOTE
from tests.crash.playing import Playhouse, playhouse_in
from tests.crash.stories import STORIES
from tests.crash.story import Story

EACH_OF_SO_MANY = 7  # moments: a sample, since each is played from the beginning


@pytest.fixture(scope="module")
def playhouse(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Playhouse]:
    with playhouse_in(tmp_path_factory.mktemp("stories"), sqlite_template) as made:
        yield made


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_stopped_at_any_moment_a_story_ends_as_if_undisturbed(
    playhouse: Playhouse, story: Story
) -> None:
    assert playhouse.stopped_everywhere(story) > 1


@pytest.mark.parametrize("story", [PROMOTE, EXITING_RELEASE], ids=lambda story: story.name)
def test_what_is_kept_of_a_moment_is_what_an_engine_leaves_that_is_stopped_there(
    playhouse: Playhouse, story: Story
) -> None:
    told = playhouse.undisturbed(story)
    for number in range(1, len(told.moments) + 1, EACH_OF_SO_MANY):
        ending = playhouse.stopped_in_its_tracks(story, number)
        assert ending == told.ending, f"stopped {told.moments[number - 1].name}"


def test_stopped_at_any_moment_the_sessions_that_were_cut_are_told(playhouse: Playhouse) -> None:
    playhouse.stopped_everywhere(CUT)
