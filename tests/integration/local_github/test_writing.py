"""What the real PyGithub, and people, write."""

import httpx
import pytest
from github import GithubException
from github.Repository import Repository

from bot.local_github.client import Refused
from bot.local_github.running import RunningGitHub
from tests.integration.local_github.conftest import Checkout, signed_in

LACKING = "wasn't supplied."


def faults(error: GithubException) -> object:
    assert isinstance(error.data, dict)
    return error.data.get("errors")


def test_a_newer_status_of_a_context_hides_the_older(seen: Repository, shop: Checkout) -> None:
    commit = seen.get_commit("main")
    commit.create_status("pending", context="ci/test")
    commit.create_status("success", "http://ci.example.com/1", "12 passed", "ci/test")
    commit.create_status("failure", context="ci/lint")

    combined = commit.get_combined_status()

    assert combined.state == "failure"
    assert {one.context: one.state for one in combined.statuses} == {
        "ci/test": "success",
        "ci/lint": "failure",
    }
    assert [one.state for one in commit.get_statuses()] == ["failure", "success", "pending"]
    assert commit.get_statuses()[0].creator.login == "rackhand"


def test_a_commit_without_statuses_is_pending(seen: Repository) -> None:
    combined = seen.get_commit("main").get_combined_status()

    assert (combined.state, combined.total_count) == ("pending", 0)


@pytest.mark.parametrize(
    ("state", "facts", "said"),
    [
        ("green", {}, "green"),
        ("success", {"description": "x" * 141}, "maximum is 140"),
        ("success", {"context": "x" * 256}, "maximum is 255"),
        ("success", {"target_url": "ftp://ci"}, "http(s)"),
    ],
)
def test_a_status_that_github_would_refuse_is_refused(
    seen: Repository, state: str, facts: dict[str, str], said: str
) -> None:
    with pytest.raises(GithubException) as refused:
        seen.get_commit("main").create_status(state, **facts)

    assert refused.value.status == 422
    assert said in str(refused.value.data)


def test_a_check_run_is_made_and_completed_by_its_app(seen: Repository, shop: Checkout) -> None:
    sha = shop.git("rev-parse", "main")
    shop.client.check_run(sha, "test")
    (running,) = seen.get_commit(sha).get_check_runs()
    assert running.status == "in_progress"

    shop.client.check_run(sha, "test", "failure")

    (ended,) = seen.get_commit(sha).get_check_runs()
    (suite,) = seen.get_commit(sha).get_check_suites()
    assert (ended.id, ended.conclusion, ended.app.slug) == (
        running.id,
        "failure",
        "github-actions",
    )
    assert (suite.status, suite.conclusion, suite.head_branch) == ("completed", "failure", "main")


def test_only_the_newest_run_of_a_name_is_listed_unless_all_are_asked_for(
    seen: Repository, shop: Checkout
) -> None:
    sha = shop.git("rev-parse", "main")
    shop.client.check_run(sha, "test", "failure")
    shop.client.check_run(sha, "test", "success")
    commit = seen.get_commit(sha)

    assert [run.conclusion for run in commit.get_check_runs()] == ["success"]
    every = commit.get_check_runs(filter="all")
    assert [run.conclusion for run in every] == ["success", "failure"]


def test_a_token_of_a_person_makes_no_check_runs(seen: Repository) -> None:
    with pytest.raises(GithubException) as refused:
        seen.create_check_run("test", seen.get_branch("main").commit.sha)

    assert refused.value.status == 403
    assert refused.value.message == "You must authenticate via a GitHub App."


def test_a_merged_pull_request_belongs_to_its_commits_and_to_the_merge(
    seen: Repository, shop: Checkout
) -> None:
    sha = shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic", title="Hats")["number"]
    assert seen.get_pull(number).mergeable

    merge = shop.client.merge(number)

    pull = seen.get_pull(number)
    assert (pull.merged, pull.merge_commit_sha, pull.merged_by.login) == (True, merge, "ada")
    assert [one.number for one in seen.get_commit(sha).get_pulls()] == [number]
    assert [one.number for one in seen.get_commit(merge).get_pulls()] == [number]
    assert seen.get_branch("main").commit.sha == merge
    said = f"Merge pull request #{number} from acme/topic\n\nHats"
    assert seen.get_commit(merge).commit.message == said


def test_a_squash_leaves_one_commit_with_one_parent(seen: Repository, shop: Checkout) -> None:
    shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic", title="Hats")["number"]

    commit = seen.get_commit(shop.client.merge(number, "squash"))

    assert len(commit.parents) == 1
    assert commit.commit.message == f"Hats (#{number})"


def test_what_conflicts_is_not_merged(seen: Repository, shop: Checkout) -> None:
    shop.git("checkout", "--quiet", "-b", "topic")
    shop.commit("Say hats", {"README": "Hats\n"})
    shop.push()
    shop.git("checkout", "--quiet", "main")
    shop.commit("Say shoes", {"README": "Shoes\n"})
    shop.push()
    number = shop.client.open_pull_request("topic")["number"]

    with pytest.raises(Refused, match="not mergeable"):
        shop.client.merge(number)

    pull = seen.get_pull(number)
    assert (pull.mergeable, pull.mergeable_state, pull.state) == (False, "dirty", "open")


def test_a_pull_request_is_merged_by_a_push_of_its_commits(
    seen: Repository, shop: Checkout
) -> None:
    shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic")["number"]
    shop.git("merge", "--quiet", "--no-ff", "-m", "By hand", "topic")

    sha = shop.push()

    pull = seen.get_pull(number)
    assert (pull.merged, pull.merge_commit_sha) == (True, sha)


def test_a_pull_request_without_commits_or_twice_is_refused(shop: Checkout) -> None:
    shop.git("push", "--quiet", "origin", "main:same")
    with pytest.raises(Refused, match="No commits between main and same"):
        shop.client.open_pull_request("same")
    shop.branch("topic", "Sell hats")
    shop.client.open_pull_request("topic")
    with pytest.raises(Refused, match="already exists for acme:topic"):
        shop.client.open_pull_request("topic")
    with pytest.raises(Refused, match="'field': 'head'"):
        shop.client.open_pull_request("nowhere")


def test_a_comment_is_made_and_edited(seen: Repository, shop: Checkout) -> None:
    shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic")["number"]
    made = seen.get_pull(number).create_issue_comment("Live on staging")
    made.edit("Live on production")

    (found,) = shop.client.comments(number)
    assert (found["body"], found["user"]["login"]) == ("Live on production", "rackhand")
    (read,) = seen.get_pull(number).get_issue_comments()
    assert read.body == "Live on production"


def test_a_blank_comment_is_refused(seen: Repository, shop: Checkout) -> None:
    shop.branch("topic", "Sell hats")
    number = shop.client.open_pull_request("topic")["number"]

    with pytest.raises(GithubException) as refused:
        seen.get_pull(number).create_issue_comment(" ")

    assert faults(refused.value) == [
        {"resource": "IssueComment", "code": "missing_field", "field": "body"}
    ]


def test_a_deployment_shows_its_statuses_and_retires_the_one_before(
    seen: Repository, shop: Checkout
) -> None:
    first = seen.create_deployment("main", environment="staging", required_contexts=[])
    first.create_status("success", environment_url="http://shop.example.com")
    second = seen.create_deployment("main", environment="staging", payload={"job": "J1"})
    second.create_status("in_progress")
    second.create_status("success", target_url="http://rackhand.example.com")

    assert [one.id for one in seen.get_deployments(environment="staging")] == [second.id, first.id]
    assert [one.state for one in second.get_statuses()] == ["success", "in_progress"]
    assert [one.state for one in first.get_statuses()] == ["inactive", "success"]
    assert seen.get_deployment(second.id).payload == {"job": "J1"}
    assert [one["id"] for one in shop.client.deployments("production")] == []


def test_a_commit_whose_checks_are_not_green_is_not_deployed_unless_that_is_waived(
    seen: Repository, shop: Checkout
) -> None:
    shop.client.set_status(shop.git("rev-parse", "main"), "ci/test", "pending")

    with pytest.raises(GithubException) as refused:
        seen.create_deployment("main")

    assert refused.value.status == 409
    assert refused.value.message == "Conflict: Commit status checks failed for main."
    assert seen.create_deployment("main", required_contexts=[]).environment == "production"


def test_a_branch_that_is_behind_gets_the_default_branch_instead_of_a_deployment(
    seen: Repository, shop: Checkout
) -> None:
    topic = shop.branch("topic", "Sell hats")
    main = shop.commit("Sell shoes")
    shop.push()

    answer = seen._requester.requestJsonAndCheck(
        "POST", f"{seen.url}/deployments", input={"ref": "topic"}
    )[1]

    assert answer == {"message": "Auto-merged main into topic on deployment."}
    parents = [one.sha for one in seen.get_branch("topic").commit.parents]
    assert parents == [topic, main]
    assert list(seen.get_deployments()) == []


def test_a_release_makes_its_tag_and_is_the_latest(seen: Repository, shop: Checkout) -> None:
    sha = shop.git("rev-parse", "main")
    seen.create_git_release("v1", "One", "First", target_commitish="main")
    seen.create_git_release("v2", "Two", "Not yet", draft=True)

    assert seen.get_latest_release().tag_name == "v1"
    assert seen.get_release("v1").body == "First"
    assert {tag.name: tag.commit.sha for tag in seen.get_tags()} == {"v1": sha}
    with pytest.raises(GithubException) as refused:
        seen.create_git_release("v1", "One", "Again")
    assert faults(refused.value) == [
        {"resource": "Release", "code": "already_exists", "field": "tag_name"}
    ]


def test_a_draft_is_only_seen_by_who_may_write(
    local: RunningGitHub, seen: Repository, shop: Checkout
) -> None:
    seen.create_git_release("v2", "Two", "Not yet", draft=True)

    reader = signed_in(local, "github_pat_reads").get_repo(shop.name)

    assert [one.draft for one in seen.get_releases()] == [True]
    assert list(reader.get_releases()) == []


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ("no json", 400, "Problems parsing JSON"),
        ("[]", 400, "Body should be a JSON object"),
        ("{}", 422, f'Invalid request.\n\n"head" {LACKING}'),
        ('{"head": 5}', 422, "Invalid request.\n\nFor 'properties/head', 5 is not a string."),
    ],
)
def test_a_body_of_another_form_is_refused(
    local: RunningGitHub, shop: Checkout, sent: str, status: int, said: str
) -> None:
    url = f"{local.api_url}/repos/{shop.name}/pulls"
    answer = httpx.post(url, content=sent, headers={"Authorization": "token ghp_all"})

    assert (answer.status_code, answer.json()["message"]) == (status, said)
