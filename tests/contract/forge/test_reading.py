"""What holds of every forge that is asked where things are."""

import pytest

from engine.errors import NotFound
from engine.ports.forge import Check, Checks, CheckState, Relation
from tests.contract.forge.stage import Stage

NOWHERE = "1234567" + "0" * 33


def states(checks: Checks) -> dict[str, CheckState]:
    return {one.name: one.state for one in checks.found}


def test_a_repository_is_known_by_its_url(stage: Stage) -> None:
    assert stage.forge.name_of(stage.url) == stage.repo
    assert stage.forge.name_of("https://elsewhere.example/acme/shop.git") is None
    found = stage.forge.repository(stage.repo)
    assert found.name == stage.repo
    assert found.default_branch == "main"
    assert stage.repo in found.url


def test_heads_are_where_branches_were_pushed(stage: Stage) -> None:
    main = stage.push("Second")
    side = stage.push("Aside", branch="release/1")
    assert stage.forge.heads(stage.repo) == {"refs/heads/main": main, "refs/heads/release/1": side}
    stage.delete("release/1")
    assert stage.forge.heads(stage.repo) == {"refs/heads/main": main}


def test_a_tag_is_its_commit_whatever_lies_in_between(stage: Stage) -> None:
    sha = stage.push("Tagged")
    for annotated in range(2):
        stage.tag(f"v{annotated}", annotated=annotated)
    heads = stage.forge.heads(stage.repo)
    assert {heads[f"refs/tags/v{number}"] for number in range(2)} == {sha}


def test_releases_come_newest_first_with_the_commit_of_their_tag(stage: Stage) -> None:
    sha = stage.push("Released")
    stage.tag("v1")
    stage.publish("v1")
    stage.push("Later")
    stage.tag("v2")
    stage.publish("v2")
    found = stage.forge.releases(stage.repo)
    assert [one.tag for one in found] == ["v2", "v1"]
    assert found[1].sha == sha
    assert found[1].published_at <= found[0].published_at
    assert "v1" in found[1].url


def test_a_draft_is_no_release(stage: Stage) -> None:
    stage.tag("v1")
    stage.publish("v1", draft=True)
    assert list(stage.forge.releases(stage.repo)) == []


def test_a_commit_says_who_wrote_it(stage: Stage) -> None:
    sha = stage.push("Fix cart total – für alle 🛒")
    found = stage.forge.commit(stage.repo, sha)
    assert found.sha == sha
    assert found.subject == "Fix cart total – für alle 🛒"
    assert found.author.startswith("Ada")
    assert (found.author_email, found.login) == ("ada@example.com", "ada")
    assert found.url is not None
    assert sha in found.url


def test_a_comparison_names_what_the_head_has_more_oldest_first(stage: Stage) -> None:
    first = stage.push("Base")
    second, third = stage.push("Second"), stage.push("Third")
    found = stage.forge.compare(stage.repo, first, third)
    assert found.relation is Relation.AHEAD
    assert (found.total, [one.sha for one in found.commits]) == (2, [second, third])
    assert stage.forge.compare(stage.repo, third, first).relation is Relation.BEHIND
    assert stage.forge.compare(stage.repo, third, third).relation is Relation.IDENTICAL


def test_what_a_force_push_removed_has_diverged(stage: Stage) -> None:
    base = stage.push("Base")
    removed = stage.push("Removed")
    found = stage.forge.compare(stage.repo, removed, stage.force_push("Instead", onto=base))
    assert found.relation is Relation.DIVERGED
    assert [one.subject for one in found.commits] == ["Instead"]


def test_a_commit_knows_its_pull_request_before_and_after_the_merge(stage: Stage) -> None:
    sha = stage.push("Fix cart", branch="fix-cart")
    number = stage.propose("fix-cart", "Fix the cart")
    (proposed,) = stage.forge.pull_requests(stage.repo, sha)
    assert (proposed.number, proposed.title) == (number, "Fix the cart")
    assert (proposed.base, proposed.author) == ("main", "ada")
    assert not proposed.is_merged
    merged = stage.merge(number)
    (found,) = stage.forge.pull_requests(stage.repo, merged)
    assert (found.number, found.is_merged) == (number, True)
    assert str(number) in found.url


def test_a_commit_of_no_pull_request_has_none(stage: Stage) -> None:
    assert list(stage.forge.pull_requests(stage.repo, stage.push("Straight"))) == []


def test_a_commit_without_checks_has_none(stage: Stage) -> None:
    found = stage.forge.checks(stage.repo, stage.push("Fresh"), branch="main")
    assert found == Checks(found=(), required=None)


def test_statuses_and_check_runs_are_both_checks_of_exactly_their_commit(stage: Stage) -> None:
    other = stage.push("Other")
    stage.check(other, "ci/test", CheckState.FAILED)
    sha = stage.push("Fix cart")
    stage.check(sha, "ci/test", CheckState.PASSED)
    stage.check(sha, "ci/lint", CheckState.FAILED)
    stage.check(sha, "ci/slow", CheckState.PENDING)
    stage.check(sha, "legacy", CheckState.PASSED, status=True)
    stage.check(sha, "legacy-slow", CheckState.PENDING, status=True)
    stage.check(sha, "legacy-bad", CheckState.FAILED, status=True)
    assert states(stage.forge.checks(stage.repo, sha, branch=None)) == {
        "ci/lint": CheckState.FAILED,
        "ci/slow": CheckState.PENDING,
        "ci/test": CheckState.PASSED,
        "legacy": CheckState.PASSED,
        "legacy-bad": CheckState.FAILED,
        "legacy-slow": CheckState.PENDING,
    }


@pytest.mark.parametrize("status", [False, True])
def test_the_newest_report_of_a_check_counts(stage: Stage, status: bool) -> None:
    sha = stage.push("Fix cart")
    seen = []
    for state in (CheckState.FAILED, CheckState.PENDING, CheckState.PASSED):
        stage.check(sha, "ci/test", state, status=status)
        seen.append(states(stage.forge.checks(stage.repo, sha, branch=None)))
    assert seen == [
        {"ci/test": CheckState.FAILED},
        {"ci/test": CheckState.PENDING},
        {"ci/test": CheckState.PASSED},
    ]


def test_a_check_leads_to_its_page(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    stage.check(sha, "ci/test", CheckState.FAILED)
    (found,) = stage.forge.checks(stage.repo, sha, branch=None).found
    assert isinstance(found, Check)
    assert found.url is not None
    assert found.url.startswith("http")


def test_what_a_protected_branch_requires_is_told(stage: Stage) -> None:
    sha = stage.push("Fix cart")
    stage.require("ci/test", "ci/lint")
    found = stage.forge.checks(stage.repo, sha, branch="main")
    assert set(found.required or ()) == {"ci/test", "ci/lint"}
    assert stage.forge.checks(stage.repo, sha, branch="other").required is None
    assert stage.forge.checks(stage.repo, sha, branch=None).required is None


def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    with pytest.raises(NotFound, match="acme/nothing"):
        stage.forge.repository("acme/nothing")
    with pytest.raises(NotFound, match="acme/nothing"):
        stage.forge.heads("acme/nothing")
    with pytest.raises(NotFound, match="1234567"):
        stage.forge.commit(stage.repo, NOWHERE)
    with pytest.raises(NotFound, match="1234567"):
        stage.forge.checks(stage.repo, NOWHERE, branch=None)
    with pytest.raises(NotFound, match="1234567"):
        stage.forge.compare(stage.repo, NOWHERE, stage.push("Here"))


def test_a_repository_that_moved_is_found_under_both_names(stage: Stage) -> None:
    sha = stage.push("Before")
    name = stage.move()
    assert stage.forge.heads(stage.repo)["refs/heads/main"] == sha
    assert stage.forge.repository(stage.repo).name == name
    assert stage.forge.heads(stage.repo)["refs/heads/main"] == sha
    assert stage.forge.repository(name).name == name
