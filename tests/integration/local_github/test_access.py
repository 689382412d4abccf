"""What a token opens, and how GitHub says that it does not."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import jwt
import pytest
from github import (
    Auth,
    BadCredentialsException,
    Github,
    GithubException,
    GithubIntegration,
    UnknownObjectException,
)

from bot.local_github.running import RunningGitHub, running_github
from bot.local_github.settings import AppSpec, GitHubSettings, RepositorySpec
from tests.integration.local_github.conftest import SECRET, Checkout, make_key, run_git, signed_in
from tests.integration.local_github.receiver import Receiver

Headers = Mapping[str, str]


def test_a_private_repository_is_not_there_for_who_may_not_see_it(
    local: RunningGitHub, private_shop: Checkout
) -> None:
    for token in ("ghp_public", "ghp_status"):
        with pytest.raises(UnknownObjectException):
            signed_in(local, token).get_repo(private_shop.name)
    assert httpx.get(f"{local.api_url}/repos/{private_shop.name}").status_code == 404
    assert signed_in(local, "ghp_all").get_repo(private_shop.name).private


def test_a_token_for_statuses_sets_them_on_a_private_repository_and_reads_no_code(
    local: RunningGitHub, private_shop: Checkout
) -> None:
    sha = private_shop.git("rev-parse", "main")
    requester = signed_in(local, "ghp_status").requester
    url = f"/repos/{private_shop.name}"
    requester.requestJsonAndCheck("POST", f"{url}/statuses/{sha}", input={"state": "success"})
    with pytest.raises(UnknownObjectException) as refused:
        requester.requestJsonAndCheck("GET", f"{url}/commits/{sha}")

    assert [one["state"] for one in private_shop.client.statuses(sha)] == ["success"]
    headers: Headers = refused.value.headers or {}
    assert headers["x-oauth-scopes"] == "repo:status"
    assert headers["x-accepted-oauth-scopes"] == "repo"


def test_a_classic_token_without_a_scope_finds_nothing_to_write_to(
    local: RunningGitHub, shop: Checkout
) -> None:
    commit = signed_in(local, "ghp_public").get_repo(shop.name).get_commit("main")
    commit.create_status("success")
    answer = httpx.post(
        f"{local.api_url}/repos/{shop.name}/hooks",
        json={"config": {"url": "http://example.com"}},
        headers={"Authorization": "token ghp_status"},
    )

    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")
    assert answer.headers["X-Accepted-OAuth-Scopes"] == "admin:repo_hook, repo, write:repo_hook"
    assert answer.headers["X-OAuth-Scopes"] == "repo:status"


def test_who_is_no_admin_makes_no_hook_and_reads_no_protection(
    local: RunningGitHub, shop: Checkout
) -> None:
    local.controls.protect(shop.name, "main", ["ci/test"])
    repository = signed_in(local, "ghp_public").get_repo(shop.name)

    with pytest.raises(GithubException) as refused:
        repository.create_hook("web", {"url": "http://example.com"})
    with pytest.raises(UnknownObjectException):
        repository.get_branch("main").get_required_status_checks()

    assert refused.value.status == 403
    assert refused.value.message == "Must have admin rights to Repository."


def test_a_fine_grained_token_is_told_which_permission_it_lacks(
    local: RunningGitHub, shop: Checkout
) -> None:
    commit = signed_in(local, "github_pat_reads").get_repo(shop.name).get_commit("main")

    with pytest.raises(GithubException) as refused:
        commit.create_status("success")

    assert refused.value.status == 403
    assert refused.value.message == "Resource not accessible by personal access token"
    headers: Headers = refused.value.headers or {}
    assert headers["x-accepted-github-permissions"] == "statuses=write"


def test_who_does_not_sign_in_may_read_what_is_public_and_write_nothing(
    local: RunningGitHub, shop: Checkout
) -> None:
    url = f"{local.api_url}/repos/{shop.name}"

    assert httpx.get(url).status_code == 200
    refused = httpx.post(f"{url}/statuses/{'f' * 40}", json={"state": "success"})
    assert (refused.status_code, refused.json()["message"]) == (401, "Requires authentication")


@pytest.fixture
def integration(local: RunningGitHub, app: AppSpec, app_key: str) -> GithubIntegration:
    auth = Auth.AppAuth(app.id, app_key)
    return GithubIntegration(auth=auth, base_url=local.api_url, retry=None)


def test_an_app_signs_in_and_acts_through_its_installation(
    integration: GithubIntegration, app: AppSpec, private_shop: Checkout
) -> None:
    owner, name = private_shop.name.split("/")
    installation = integration.get_repo_installation(owner, name)
    github = integration.get_github_for_installation(installation.id)
    sha = private_shop.git("rev-parse", "main")

    github.get_repo(private_shop.name).get_commit(sha).create_status("success")

    assert integration.get_app().slug == app.slug
    assert installation.id == app.installation_id
    assert private_shop.name in {one.full_name for one in installation.get_repos()}
    (status,) = private_shop.client.statuses(sha)
    assert status["creator"]["login"] == "rackhand-app[bot]"


def test_an_app_is_told_which_permission_its_installation_lacks(
    integration: GithubIntegration, app: AppSpec, shop: Checkout, local: RunningGitHub
) -> None:
    local.controls.protect(shop.name, "main", ["ci/test"])
    repository = integration.get_github_for_installation(app.installation_id).get_repo(shop.name)

    with pytest.raises(GithubException) as refused:
        repository.get_branch("main").get_required_status_checks()

    assert refused.value.status == 403
    assert refused.value.message == "Resource not accessible by integration"
    headers: Headers = refused.value.headers or {}
    assert headers["x-accepted-github-permissions"] == "administration=read"


def test_an_app_with_another_key_is_nobody(local: RunningGitHub, app: AppSpec) -> None:
    impostor = GithubIntegration(
        auth=Auth.AppAuth(app.id, make_key()), base_url=local.api_url, retry=None
    )

    with pytest.raises(BadCredentialsException):
        impostor.get_app()


@pytest.mark.parametrize("seconds", [-30, 700])
def test_a_signature_that_expired_or_lasts_too_long_is_refused(
    local: RunningGitHub, app: AppSpec, app_key: str, seconds: int
) -> None:
    now = int(time.time())
    claims = {"iat": now - 60, "exp": now + seconds, "iss": str(app.id)}
    signed = jwt.encode(claims, app_key, "RS256")

    answer = httpx.get(f"{local.api_url}/app", headers={"Authorization": f"Bearer {signed}"})

    assert answer.status_code == 401


def test_an_installation_of_another_app_is_not_there(integration: GithubIntegration) -> None:
    with pytest.raises(UnknownObjectException):
        integration.get_access_token(999_999)


def test_an_app_hears_of_the_repositories_that_it_is_installed_on_and_of_no_others(
    app: AppSpec, receiver: Receiver, template: Path, tmp_path: Path
) -> None:
    hooked = replace(app, webhook_url=receiver.url, webhook_secret=SECRET)
    specs = tuple(RepositorySpec(owner=owner, name="shop") for owner in ("acme", "ada"))
    settings = GitHubSettings(folder=tmp_path, apps=(hooked,), repositories=specs)
    with running_github(settings) as github:
        for spec in specs:
            url = github.git_url(f"{spec.owner}/{spec.name}", github.operator_git_token)
            run_git(template, "push", "--quiet", url, "main")
        github.controls.settle()

    assert receiver.events() == ["create", "push"]
    push = receiver.last("push")
    assert push["repository"]["full_name"] == "acme/shop"
    assert push["installation"]["id"] == app.installation_id


def test_an_installation_token_expires(
    app: AppSpec, app_key: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = GitHubSettings(
        folder=tmp_path_factory.mktemp("short"), apps=(app,), installation_token_seconds=0.0
    )
    with running_github(settings) as github:
        auth = Auth.AppAuth(app.id, app_key)
        integration = GithubIntegration(auth=auth, base_url=github.api_url, retry=None)
        token = integration.get_access_token(app.installation_id).token
        late = Github(base_url=github.api_url, auth=Auth.Token(token), retry=None)

        with pytest.raises(BadCredentialsException):
            late.get_repo("acme/shop")
