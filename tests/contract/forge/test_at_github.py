"""What holds of GitHub alone: its allowance, its Apps, its moods, and its pages."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from engine.adapters.git import GitSource
from engine.adapters.github import GitHubForge
from engine.errors import Forbidden, Limited, NotFound, Refused, Unreachable
from engine.ports.forge import OWN_CONTEXT, CheckState, StatusState
from tests.contract.forge.conftest import APP_ID, INSTALLATION_ID, PRIVATE_KEY
from tests.contract.forge.github_stage import NARROW_TOKEN, GitHubStage


def remaining(forge: GitHubForge) -> int:
    limits = forge.limits()
    assert limits
    return limits.remaining


def show(forge: GitHubForge, repo: str, sha: str) -> None:
    forge.set_status(
        repo,
        sha,
        context=f"{OWN_CONTEXT}qa",
        state=StatusState.SUCCESS,
        description="Live on staging" * 20,
        url=None,
    )


def as_app(stage: GitHubStage, installation_id: int | None = None) -> GitHubForge:
    return stage.opened(app_id=APP_ID, private_key=PRIVATE_KEY, installation_id=installation_id)


# its allowance


def test_a_look_at_what_has_not_changed_costs_nothing(at_github: GitHubStage) -> None:
    forge, repo = at_github.forge, at_github.repo
    sha = at_github.push("Fix cart")
    at_github.tag("v1", annotated=1)
    at_github.publish("v1")
    at_github.check(sha, "ci/test", CheckState.PASSED)
    at_github.require("ci/test")

    def look() -> object:
        seen = forge.heads(repo), forge.releases(repo), forge.checks(repo, sha, branch="main")
        at_github.clock.pass_time(3600)  # nothing is kept for longer than it is true
        return seen

    first = look()
    before = remaining(forge)
    assert look() == first
    assert remaining(forge) == before


def test_github_is_left_alone_as_long_as_it_asks_for(at_github: GitHubStage) -> None:
    forge, repo = at_github.forge, at_github.repo
    for status in (403, 429):
        at_github.github.controls.fault("secondary_limit", seconds=90, status=status)
        with pytest.raises(Limited) as caught:
            forge.heads(repo)
        assert caught.value.until == at_github.clock.now() + timedelta(seconds=90)
        at_github.clock.pass_time(89)
        with pytest.raises(Limited):
            forge.heads(repo)  # it would answer, but is not asked
        at_github.clock.pass_time(2)
        assert forge.heads(repo)


def test_an_hour_that_is_used_up_is_waited_for(at_github: GitHubStage) -> None:
    at_github.github.controls.exhaust(600)
    with pytest.raises(Limited) as caught:
        at_github.forge.heads(at_github.repo)
    left = caught.value.until - at_github.clock.now()
    assert timedelta(seconds=500) < left < timedelta(seconds=605)
    at_github.github.controls.clear_faults()
    at_github.clock.pass_time(left.total_seconds())
    assert at_github.forge.heads(at_github.repo)


# its moods


def test_github_out_of_order_is_unreachable(at_github: GitHubStage) -> None:
    at_github.github.controls.fault("http_error", status=503)
    with pytest.raises(Unreachable, match="503"):
        at_github.forge.heads(at_github.repo)
    assert at_github.forge.heads(at_github.repo)


def test_a_read_whose_connection_had_ended_is_asked_again(at_github: GitHubStage) -> None:
    at_github.github.controls.fault("drop_before", times=1)
    assert at_github.forge.heads(at_github.repo)


def test_a_slow_answer_is_given_up(at_github: GitHubStage) -> None:
    hasty = at_github.opened(token=at_github.github.token, timeout_seconds=1)
    at_github.github.controls.fault("slow", seconds=3)
    with pytest.raises(Unreachable, match="in time"):
        hasty.heads(at_github.repo)


def test_many_may_ask_at_once(at_github: GitHubStage) -> None:
    sha = at_github.push("Fix cart")
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(at_github.forge.heads, at_github.repo) for _ in range(24)]
        asked += [pool.submit(at_github.forge.commit, at_github.repo, sha) for _ in range(24)]  # type: ignore[arg-type]
        answers = [one.result() for one in asked]
    assert all(answer == {"refs/heads/main": sha} for answer in answers[:24])
    assert all(answer.sha == sha for answer in answers[24:])  # type: ignore[attr-defined]


# its pages


def test_an_empty_repository_has_no_heads(at_github: GitHubStage) -> None:
    at_github.github.controls.create_repository("acme", f"empty-{at_github.repo[5:]}")
    assert at_github.forge.heads(f"acme/empty-{at_github.repo[5:]}") == {}


def test_more_branches_than_fit_on_a_page_are_all_seen(at_github: GitHubStage) -> None:
    names = [f"refs/heads/branch-{number:03}" for number in range(101)]
    at_github.clone.git("push", "--quiet", "origin", *(f"main:{name}" for name in names))
    assert set(at_github.forge.heads(at_github.repo)) == {*names, "refs/heads/main"}


def test_a_description_longer_than_github_takes_is_cut(at_github: GitHubStage) -> None:
    sha = at_github.push("Fix cart")
    show(at_github.forge, at_github.repo, sha)
    shown = at_github.status(sha, f"{OWN_CONTEXT}qa")
    assert shown is not None
    assert len(shown[1]) == 140


# its tokens and Apps


def test_a_token_that_was_revoked_is_named(at_github: GitHubStage) -> None:
    forge = at_github.opened(token="ghp_revoked")
    with pytest.raises(Refused, match="does not take the token") as caught:
        forge.heads(at_github.repo)
    assert "GITHUB_TOKEN" in caught.value.remedy


def test_protection_that_the_token_may_not_read_is_none(at_github: GitHubStage) -> None:
    sha = at_github.push("Fix cart")
    at_github.require("ci/test")
    narrow = at_github.opened(token=NARROW_TOKEN)
    assert narrow.checks(at_github.repo, sha, branch="main").required is None


@pytest.mark.parametrize("installation_id", [INSTALLATION_ID, None])
def test_an_app_comes_in_by_its_installation(
    at_github: GitHubStage, installation_id: int | None
) -> None:
    sha = at_github.push("Fix cart")
    app = as_app(at_github, installation_id)
    assert app.heads(at_github.repo)["refs/heads/main"] == sha
    assert app.limits() is not None


def test_an_app_without_a_permission_is_told_which(at_github: GitHubStage) -> None:
    sha = at_github.push("Fix cart")
    with pytest.raises(Forbidden, match="it lacks the permission `statuses: write`") as caught:
        show(as_app(at_github), at_github.repo, sha)
    assert "accept it" in caught.value.remedy


def test_an_app_that_is_not_installed_there_is_told_so(at_github: GitHubStage) -> None:
    at_github.github.controls.create_repository("grace", at_github.repo[5:])
    with pytest.raises(NotFound, match="not installed on grace/"):
        as_app(at_github).heads(f"grace/{at_github.repo[5:]}")


def test_an_app_with_another_key_is_told_so(at_github: GitHubStage) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    other = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    for installation_id in (INSTALLATION_ID, None):
        app = at_github.opened(app_id=APP_ID, private_key=other, installation_id=installation_id)
        with pytest.raises(Refused, match="does not take the App's key"):
            app.heads(at_github.repo)


def test_git_comes_in_by_what_opens_the_api(at_github: GitHubStage, tmp_path: Path) -> None:
    owner, name = at_github.repo.split("/")
    at_github.github.controls.create_repository(owner, f"private-{name}", private=True)
    url = at_github.github.git_url(f"{owner}/private-{name}")
    remote = at_github.github.git_url(
        f"{owner}/private-{name}", at_github.github.operator_git_token
    )
    at_github.clone.git("push", "--quiet", remote, "main")
    for number, forge in enumerate((at_github.forge, as_app(at_github))):
        source = GitSource(tmp_path / f"cache-{number}", token_of=forge.token)
        assert source.resolve(url, "main").subject == "First"
    assert at_github.forge.token("https://elsewhere.example/acme/shop.git") is None
    with pytest.raises((Refused, NotFound)):
        GitSource(tmp_path / "without").resolve(url, "main")


def test_what_is_lacking_is_told_beforehand(at_github: GitHubStage) -> None:
    assert at_github.forge.standing().who == "rackhand"
    assert at_github.forge.standing().lacks == ()
    assert at_github.forge.lacks_in(at_github.repo) == ()
    assert at_github.opened(token=NARROW_TOKEN).standing().lacks == ("repo",)
    app = as_app(at_github)
    assert app.standing().who == "App Rackhand"
    assert app.standing().lacks == ("statuses: write", "deployments: write")
    assert app.lacks_in(at_github.repo) == ("statuses: write", "deployments: write")
