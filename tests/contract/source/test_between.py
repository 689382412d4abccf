"""What lies between two commits, whichever way their repository is reached."""

import shutil
from pathlib import Path

import pytest

from engine.adapters.git import GitSource
from engine.errors import NotFound, Unreachable
from engine.ports.source import SUBJECTS, History
from tests.contract.source.conftest import Way


def test_commits_that_were_added_are_counted_and_named_newest_first(way: Way) -> None:
    base = way.repository.commit("First")
    way.repository.commit("Fix cart – für alle 🛒")
    head = way.repository.commit("Add tax")
    way.source.resolve(way.address, "main")

    assert way.source.between(way.address, base, head) == History(
        added=2, dropped=0, subjects=("Add tax", "Fix cart – für alle 🛒")
    )


def test_a_way_back_names_what_is_dropped(way: Way) -> None:
    old = way.repository.commit("First")
    new = way.repository.commit("Second")
    way.source.resolve(way.address, "main")

    assert way.source.between(way.address, new, old) == History(
        added=0, dropped=1, subjects=("Second",)
    )
    assert way.source.between(way.address, new, new) == History(added=0, dropped=0, subjects=())


def test_commits_that_have_diverged_are_told_apart(way: Way) -> None:
    way.repository.commit("First")
    lost = way.repository.commit("Lost")
    way.source.resolve(way.address, "main")
    way.repository.git("reset", "--quiet", "--hard", "HEAD~1")
    way.repository.commit("Another")
    head = way.repository.commit("And more")
    way.source.resolve(way.address, "main")

    assert way.source.between(way.address, lost, head) == History(
        added=2, dropped=1, subjects=("And more", "Another")
    )


def test_of_many_commits_all_are_counted_and_the_newest_named(way: Way) -> None:
    base = way.repository.commit("First")
    for number in range(SUBJECTS + 3):
        head = way.repository.commit(f"Commit {number}")
    way.source.resolve(way.address, "main")
    found = way.source.between(way.address, base, head)

    assert found.added == SUBJECTS + 3
    assert len(found.subjects) == SUBJECTS
    assert found.subjects[0] == f"Commit {SUBJECTS + 2}"


def test_what_was_never_fetched_is_not_asked_for(way: Way) -> None:
    base = way.repository.commit("First")
    with pytest.raises(NotFound, match="never fetched"):
        way.source.between(way.address, base, base)
    way.source.resolve(way.address, "main")
    unknown = way.repository.commit("Pushed since")
    with pytest.raises(NotFound, match=f"`{unknown[:7]}` was never fetched"):
        way.source.between(way.address, base, unknown)
    for word in ("main", "--all", base[:7]):
        with pytest.raises(NotFound, match="no full sha"):
            way.source.between(way.address, base, word)


def test_a_repository_that_is_gone_is_still_known_here(way: Way, tmp_path: Path) -> None:
    base = way.repository.commit("First")
    head = way.repository.commit("Second")
    way.source.resolve(way.address, "main")
    shutil.move(way.repository.path, tmp_path / "elsewhere")

    assert way.source.between(way.address, base, head).added == 1


def test_nobody_waits_for_a_fetch_that_is_under_way(way: Way, tmp_path: Path) -> None:
    base = way.repository.commit("First")
    head = way.repository.commit("Second")
    source = GitSource(tmp_path / "another")
    address = str(way.repository.path)
    source.resolve(address, "main")
    _, mirror = source._open(address)
    with mirror.locked(), pytest.raises(Unreachable, match="is being fetched"):
        source.between(address, base, head)

    assert source.between(address, base, head).added == 1
