"""Stopped at any step of its own, its builds and promotions, and the forge, a job ends alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.job_stories import JOB_STORIES
from tests.crash.playing import Playhouse, playhouse_in
from tests.crash.story import Story


@pytest.fixture(scope="module")
def playhouse(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Playhouse]:
    with playhouse_in(tmp_path_factory.mktemp("jobs"), sqlite_template) as made:
        yield made


@pytest.mark.parametrize("story", JOB_STORIES, ids=lambda story: story.name)
def test_stopped_at_any_moment_a_job_ends_as_if_undisturbed(
    playhouse: Playhouse, story: Story
) -> None:
    assert playhouse.stopped_everywhere(story, by_gist=True) > 1
