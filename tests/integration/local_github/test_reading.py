"""What the real PyGithub reads."""

import pytest
from github import GithubException, UnknownObjectException
from github.Repository import Repository

from bot.local_github.running import RunningGitHub
from tests.integration.local_github.conftest import Checkout, signed_in


def test_branches_tags_and_where_they_point(seen: Repository, shop: Checkout) -> None:
    main = shop.git("rev-parse", "main")
    topic = shop.branch("feature/hats", "Sell hats")
    shop.git("tag", "light", main)
    shop.git("tag", "-a", "heavy", "-m", "One", topic)
    shop.push("light", "heavy")

    heads = {ref.ref: ref.object.sha for ref in seen.get_git_matching_refs("heads")}
    assert heads == {"refs/heads/main": main, "refs/heads/feature/hats": topic}
    assert seen.get_branch("feature/hats").commit.sha == topic
    assert {tag.name: tag.commit.sha for tag in seen.get_tags()} == {"light": main, "heavy": topic}
    refs = {ref.ref: ref.object for ref in seen.get_git_matching_refs("tags")}
    assert refs["refs/tags/light"].type == "commit"
    assert refs["refs/tags/heavy"].type == "tag"
    tag = seen.get_git_tag(refs["refs/tags/heavy"].sha)
    assert (tag.object.sha, tag.message) == (topic, "One")


def test_a_commit_tells_who_wrote_it_and_what_it_changed(seen: Repository, shop: Checkout) -> None:
    (shop.folder / "gone").write_text("bye")
    shop.commit("Come", {"gone": "bye", "kept": "1"})
    (shop.folder / "gone").unlink()
    sha = shop.commit("Go\n\nAnd say why.", {"kept": "2", "näw name": "x\ny\n"})
    shop.push()

    commit = seen.get_commit("main")

    assert (commit.sha, commit.commit.message) == (sha, "Go\n\nAnd say why.")
    assert (commit.author.login, commit.commit.author.email) == ("ada", "ada@example.com")
    changed = {file.filename: (file.status, file.additions) for file in commit.files}
    assert changed == {
        "gone": ("removed", 0),
        "kept": ("modified", 1),
        "näw name": ("added", 2),
    }


def test_a_comparison_says_ahead_behind_diverged_and_identical(
    seen: Repository, shop: Checkout
) -> None:
    topic = shop.branch("topic", "Sell hats")
    ahead = seen.compare("main", topic)
    assert (ahead.status, ahead.ahead_by, ahead.behind_by) == ("ahead", 1, 0)
    assert [commit.sha for commit in ahead.commits] == [topic]
    assert seen.compare(topic, "main").status == "behind"
    assert seen.compare("main", "main").status == "identical"
    shop.commit("Sell shoes")
    shop.push()
    assert seen.compare("main", "topic").status == "diverged"


def test_what_is_not_there_is_said_as_github_says_it(seen: Repository, shop: Checkout) -> None:
    unknown = "f" * 40
    with pytest.raises(GithubException) as no_commit:
        seen.get_commit(unknown)
    with pytest.raises(UnknownObjectException) as no_branch:
        seen.get_branch("nope")
    with pytest.raises(UnknownObjectException):
        seen.compare("main", unknown)
    with pytest.raises(GithubException) as unprotected:
        seen.get_branch("main").get_required_status_checks()

    assert (no_commit.value.status, no_commit.value.message) == (
        422,
        f"No commit found for SHA: {unknown}",
    )
    assert no_branch.value.message == "Branch not found"
    assert unprotected.value.message == "Branch not protected"


def test_histories_without_a_common_commit_cannot_be_compared(
    seen: Repository, shop: Checkout
) -> None:
    shop.git("checkout", "--quiet", "--orphan", "other")
    shop.commit("Another beginning")
    shop.push()

    with pytest.raises(GithubException) as refused:
        seen.compare("main", "other")

    assert refused.value.message == "No common ancestor between main and other."


def test_an_empty_repository_says_that_it_is_empty(local: RunningGitHub) -> None:
    local.controls.create_repository("acme", "empty")
    empty = signed_in(local, "ghp_all").get_repo("acme/empty")

    with pytest.raises(GithubException) as commits:
        list(empty.get_commits())
    with pytest.raises(GithubException) as refs:
        list(empty.get_git_matching_refs("heads"))

    assert {commits.value.status, refs.value.status} == {409}
    assert list(empty.get_branches()) == []


def test_lists_come_in_pages(seen: Repository, shop: Checkout) -> None:
    shas = [shop.commit(f"Step {number}") for number in range(7)]
    shop.push()
    signed = seen.get_commits()
    pages = seen._requester.requestJsonAndCheck("GET", f"{seen.url}/commits?per_page=3&page=2")

    assert [commit.sha for commit in signed][:7] == shas[::-1]
    assert [commit["sha"] for commit in pages[1]] == shas[::-1][3:6]
    for place in ("first", "prev", "next", "last"):
        assert f'rel="{place}"' in pages[0]["link"]


def test_a_list_is_walked_page_by_page_through_its_links(seen: Repository, shop: Checkout) -> None:
    sha = shop.git("rev-parse", "HEAD")
    for number in range(5):
        shop.client.set_status(sha, f"ci/{number}", "success")
    seen._requester.per_page = 2

    assert len(list(seen.get_commit(sha).get_statuses())) == 5


def test_a_required_check_is_read_from_the_branch(
    local: RunningGitHub, seen: Repository, shop: Checkout
) -> None:
    local.controls.protect(shop.name, "main", ["ci/test", "ci/lint"])

    branch = seen.get_branch("main")

    assert branch.protected
    assert branch.get_required_status_checks().contexts == ["ci/test", "ci/lint"]


def test_a_repository_that_moved_is_found_under_its_old_name(
    local: RunningGitHub, shop: Checkout
) -> None:
    new = shop.name.removeprefix("acme/") + "-front"
    local.controls.move_repository(shop.name, name=new)
    github = signed_in(local, "ghp_all")

    found = github.get_repo(shop.name)

    assert found.full_name == f"acme/{new}"
    assert found.get_branch("main").commit.sha == shop.git("rev-parse", "main")
    assert github.get_repo(found.id).full_name == f"acme/{new}"


def test_where_a_private_repository_moved_is_told_to_nobody_who_may_not_see_it(
    local: RunningGitHub, private_shop: Checkout
) -> None:
    new = private_shop.name.removeprefix("acme/") + "-front"
    local.controls.move_repository(private_shop.name, name=new)

    with pytest.raises(UnknownObjectException):
        signed_in(local, "ghp_none").get_repo(private_shop.name)


def test_a_name_that_was_moved_away_from_may_be_taken_anew(
    local: RunningGitHub, shop: Checkout
) -> None:
    old = shop.name.removeprefix("acme/")
    local.controls.move_repository(shop.name, name=f"{old}-old")
    local.controls.create_repository("acme", old)

    assert signed_in(local, "ghp_all").get_repo(shop.name).full_name == shop.name


def test_a_head_may_stay_unseen_for_some_requests(
    local: RunningGitHub, seen: Repository, shop: Checkout
) -> None:
    before = shop.git("rev-parse", "HEAD")
    after = shop.commit("Sell hats")
    shop.push()
    local.controls.hide(after, times=2)

    assert seen.get_branch("main").commit.sha == before
    with pytest.raises(GithubException):
        seen.get_commit(after)
    assert seen.get_branch("main").commit.sha == after


def test_a_repository_made_anew_over_the_folder_of_another_is_refused(
    local: RunningGitHub, shop: Checkout
) -> None:
    with pytest.raises(ValueError, match="there already"):
        local.controls.create_repository("acme", shop.name.removeprefix("acme/"))


def test_commits_are_narrowed_by_path_and_author(seen: Repository, shop: Checkout) -> None:
    sha = shop.commit("Sell hats", {"hats": "1"})
    shop.push()

    assert [commit.sha for commit in seen.get_commits(path="hats")] == [sha]
    assert [commit.sha for commit in seen.get_commits(author="grace")] == []
