"""What holds for a repository whichever way it is reached."""

from pathlib import Path

import pytest

from engine.errors import Canceled, NotFound
from tests.contract.source.conftest import Way


def never() -> bool:
    return False


def test_a_branch_is_its_newest_commit(way: Way) -> None:
    way.repository.commit("First")
    sha = way.repository.commit("Fix cart total – für alle 🛒")
    found = way.source.resolve(way.address, "main")
    assert found.sha == sha
    assert found.subject == "Fix cart total – für alle 🛒"
    assert found.author == "Zoë"


def test_what_was_pushed_since_is_found(way: Way) -> None:
    way.repository.commit("First")
    way.source.resolve(way.address, "main")
    pushed = way.repository.commit("Second")
    assert way.source.resolve(way.address, "main").sha == pushed


def test_a_branch_that_was_pushed_over_is_its_new_commit(way: Way) -> None:
    way.repository.commit("First")
    way.repository.commit("Second")
    way.source.resolve(way.address, "main")
    way.repository.git("reset", "--quiet", "--hard", "HEAD~1")
    other = way.repository.commit("Another second")
    assert way.source.resolve(way.address, "main").sha == other


def test_tags_plain_and_annotated_are_their_commits(way: Way) -> None:
    sha = way.repository.commit("Tagged")
    way.repository.git("tag", "v1")
    way.repository.git("tag", "-a", "v2", "-m", "Two")
    way.repository.git("tag", "-a", "v3", "-m", "A tag of a tag", "v2")
    way.repository.commit("Later")
    for tag in ("v1", "v2", "v3", "refs/tags/v2"):
        assert way.source.resolve(way.address, tag).sha == sha


def test_short_and_full_shas_are_their_commits(way: Way) -> None:
    sha = way.repository.commit("First")
    way.repository.commit("Second")
    assert way.source.resolve(way.address, sha).subject == "First"
    assert way.source.resolve(way.address, sha[:7].upper()).sha == sha


def test_a_full_sha_that_no_branch_leads_to_is_fetched(way: Way) -> None:
    way.repository.commit("First")
    lost = way.repository.commit("Lost", {"lost.txt": "found"})
    way.repository.git("reset", "--quiet", "--hard", "HEAD~1")
    assert way.source.resolve(way.address, lost).subject == "Lost"


def test_head_is_the_default_branch(way: Way) -> None:
    sha = way.repository.commit("First")
    assert way.source.resolve(way.address, "HEAD").sha == sha


def test_an_unknown_ref_is_named_with_the_nearest(way: Way) -> None:
    way.repository.commit("First")
    with pytest.raises(NotFound) as error:
        way.source.resolve(way.address, "mian")
    assert "no branch, tag or commit `mian`" in error.value.detail
    assert error.value.remedy == "Did you mean `main`?"


def test_a_check_out_has_the_files_links_and_modes_of_its_commit(way: Way, tmp_path: Path) -> None:
    root = way.repository.path
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("run.sh")
    (root / ".gitattributes").write_text("secret.txt export-ignore\n")
    sha = way.repository.commit("Files", {"secret.txt": "kept", "a/b/ü.txt": "deep"})
    way.repository.commit("Later", {"a/b/ü.txt": "changed"})
    into = tmp_path / "checkout"
    way.source.resolve(way.address, "main")
    way.source.check_out(way.address, sha, into, canceled=never)
    assert (into / "a/b/ü.txt").read_text() == "deep"
    assert (into / "secret.txt").read_text() == "kept"
    assert (into / "run.sh").stat().st_mode & 0o111
    assert (into / "link").readlink() == Path("run.sh")
    assert not (into / ".git").exists()
    assert [path.name for path in tmp_path.iterdir() if "index" in path.name] == []


def test_a_check_out_needs_no_resolve_before_it(way: Way, tmp_path: Path) -> None:
    sha = way.repository.commit("Files", {"a.txt": "a"})
    way.source.check_out(way.address, sha, tmp_path / "checkout", canceled=never)
    assert (tmp_path / "checkout/a.txt").read_text() == "a"


def test_a_commit_that_is_nowhere_is_named(way: Way, tmp_path: Path) -> None:
    way.repository.commit("First")
    with pytest.raises(NotFound, match="no commit `1234567`"):
        way.source.check_out(way.address, "1234567" + "0" * 33, tmp_path / "out", canceled=never)


def test_a_canceled_check_out_ends(way: Way, tmp_path: Path) -> None:
    sha = way.repository.commit("Files", {f"{number}.txt": "x" for number in range(100)})
    way.source.resolve(way.address, "main")
    way.repository.commit("First")
    calls = 0

    def canceled() -> bool:
        nonlocal calls
        calls += 1
        return True

    with pytest.raises(Canceled):
        way.source.check_out(way.address, sha, tmp_path / "checkout", canceled=canceled)
    assert calls
