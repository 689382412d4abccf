"""What is read from GitHub's answers without asking it."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.adapters.github.addresses import repository_name, web_host
from engine.adapters.github.allowance import Allowance
from engine.adapters.github.checks import newest
from engine.adapters.github.heads import DEEPEST, Heads
from engine.adapters.github.reading import commit
from engine.adapters.github.refusals import Purpose, is_limit, refusal
from engine.adapters.github.transport import Answer
from engine.errors import Forbidden, Limited, NotFound, PortError, Refused, Unreachable
from engine.ports.forge import Check, CheckState

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PURPOSE = Purpose(doing="show a status on", what="commit 4f2c1ab of acme/shop")


@pytest.mark.parametrize(
    ("api_url", "host"),
    [
        ("https://api.github.com", "github.com"),
        ("https://git.acme.com/api/v3", "git.acme.com"),
        ("https://api.acme.ghe.com", "acme.ghe.com"),
        ("http://127.0.0.1:4321/api/v3", "127.0.0.1:4321"),
    ],
)
def test_the_host_that_people_see_follows_from_the_api(api_url: str, host: str) -> None:
    assert web_host(api_url) == host


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/acme/shop",
        "https://github.com/acme/shop.git",
        "https://GitHub.com/acme/shop/",
        "https://github.com:443/acme/shop.git",
        "https://x-access-token:secret@github.com/acme/shop.git",
        "ssh://git@github.com/acme/shop.git",
        "ssh://git@ssh.github.com:443/acme/shop.git",
        "git@github.com:acme/shop.git",
        "github.com:acme/shop",
    ],
)
def test_every_way_to_write_a_repository_gives_its_name(url: str) -> None:
    assert repository_name(url, "github.com") == "acme/shop"


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/acme/shop.git",
        "https://github.com.evil.example/acme/shop.git",
        "https://github.com@evil.example/acme/shop.git",
        "https://github.com:8443/acme/shop.git",
        "https://github.com/acme",
        "https://github.com/acme/shop/tree/main",
        "git@gitlab.com:acme/shop.git",
        "/srv/github.com/acme/shop",
        "file:///srv/acme/shop.git",
        "https://[github.com/acme/shop",
        "",
    ],
)
def test_what_is_no_repository_of_the_host_has_no_name(url: str) -> None:
    assert repository_name(url, "github.com") is None


def test_a_port_belongs_to_the_host_but_not_over_ssh() -> None:
    assert repository_name("http://127.0.0.1:4321/acme/shop.git", "127.0.0.1:4321") == "acme/shop"
    assert repository_name("http://127.0.0.1:9999/acme/shop.git", "127.0.0.1:4321") is None
    assert repository_name("ssh://git@127.0.0.1:22/acme/shop", "127.0.0.1:4321") == "acme/shop"


def check(name: str, state: CheckState) -> Check:
    return Check(name=name, state=state)


def test_the_newest_of_each_name_counts_and_our_own_do_not() -> None:
    later = NOW + timedelta(seconds=1)
    found = newest(
        [
            (later, check("ci/test", CheckState.PASSED)),
            (NOW, check("ci/test", CheckState.FAILED)),
            (NOW, check("rackhand/qa", CheckState.PENDING)),
            (NOW, check("a", CheckState.PENDING)),
            (NOW, check("a", CheckState.PASSED)),
        ]
    )
    assert found == (check("a", CheckState.PASSED), check("ci/test", CheckState.PASSED))


def test_a_commit_by_nobody_that_github_knows_has_no_login() -> None:
    author = {"name": "Ada", "email": "ada@example.com"}
    found = commit(
        {"sha": "4f2c", "author": None, "commit": {"message": "Fix\n\nWhy", "author": author}}
    )
    assert (found.subject, found.author, found.login) == ("Fix", "Ada", None)


class TagsOfTags:
    """Answers for the object of each annotated tag: it leads to the one before, at last to …"""

    def __init__(self, last: str) -> None:
        self.last = last
        self.asked = 0

    def pages(self, repo: str, path: str, purpose: Purpose) -> list[object]:
        return [[{"ref": "refs/tags/v1", "object": {"type": "tag", "sha": "3"}}]]

    def get(self, repo: str, path: str, purpose: Purpose) -> object:
        self.asked += 1
        deeper = int(path.rpartition("/")[2]) - 1
        kind = "tag" if deeper else self.last
        return {"object": {"type": kind, "sha": str(deeper)}}


def test_a_tag_of_a_tag_leads_to_its_commit_and_is_followed_once() -> None:
    client = TagsOfTags("commit")
    heads = Heads(client)  # type: ignore[arg-type]
    for _ in range(2):
        assert heads.read("acme/shop", "tags") == {"refs/tags/v1": "0"}
    assert client.asked == 3 <= DEEPEST


def test_a_tag_on_a_file_is_no_head() -> None:
    assert Heads(TagsOfTags("blob")).read("acme/shop", "tags") == {}  # type: ignore[arg-type]


def answer(status: int, body: object = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status=status, headers=named, body=body)


def refused(said: Answer, *, is_app: bool = False, writes: bool = True) -> PortError:
    return refusal(said, PURPOSE, host="github.com", is_app=is_app, writes=writes)


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        (answer(429), True),
        (answer(403, retry_after="60"), True),
        (answer(403, x_ratelimit_remaining="0"), True),
        (answer(403, x_ratelimit_remaining="1"), False),
        (answer(403), False),
        (answer(404, x_ratelimit_remaining="0"), False),
    ],
)
def test_a_limit_is_told_from_a_refusal_by_its_headers(said: Answer, limits: bool) -> None:
    assert is_limit(said) is limits


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (answer(500), Unreachable),
        (answer(502), Unreachable),
        (answer(401), Refused),
        (answer(403), Forbidden),
        (answer(404), NotFound),
        (answer(410), NotFound),
        (answer(422, {"message": "Validation Failed"}), Refused),
    ],
)
def test_each_answer_is_one_error(said: Answer, kind: type[PortError]) -> None:
    assert type(refused(said)) is kind


def test_a_scope_that_is_missing_is_named_even_where_github_hides_what_is_there() -> None:
    asks = {"x_accepted_oauth_scopes": "repo, repo:status", "x_oauth_scopes": "gist, read:org"}
    hidden = refused(answer(404, **asks))
    assert isinstance(hidden, Forbidden)
    assert hidden.detail == (
        "The GitHub token may not show a status on commit 4f2c1ab of acme/shop: it lacks the scope "
        "`repo:status`."
    )
    assert isinstance(refused(answer(404, **asks), writes=False), NotFound)
    has = {**asks, "x_oauth_scopes": "repo"}
    assert isinstance(refused(answer(404, **has)), NotFound)


def test_a_permission_that_is_missing_is_named() -> None:
    asks = answer(403, x_accepted_github_permissions="statuses=write; contents=write,checks=read")
    found = refused(asks, is_app=True)
    assert "The GitHub App may not" in found.detail
    assert "`statuses: write or contents: write, checks: read`" in found.detail


def test_single_sign_on_is_named() -> None:
    found = refused(answer(403, x_github_sso="required; url=https://github.com/orgs/acme/sso"))
    assert "single sign-on" in found.detail


def test_what_github_says_of_a_refusal_is_passed_on() -> None:
    errors = [{"code": "custom", "message": "description is too long"}]
    found = refused(answer(422, {"message": "Validation Failed", "errors": errors}))
    assert "Validation Failed; description is too long." in found.detail


def test_an_hour_ends_by_our_own_clock_however_github_s_differs() -> None:
    allowance = Allowance()
    theirs = NOW + timedelta(minutes=7)  # their clock is ahead
    headers = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-limit": "5000",
        "x-ratelimit-reset": str(int((theirs + timedelta(seconds=30)).timestamp())),
        "date": "Sat, 31 Jan 2026 12:07:00 GMT",
    }
    allowance.note(headers, NOW)
    limits = allowance.limits()
    assert limits is not None
    assert limits.resets_at == NOW + timedelta(seconds=31)
    with pytest.raises(Limited):
        allowance.check("github.com", NOW + timedelta(seconds=30))
    allowance.check("github.com", NOW + timedelta(seconds=31))


def test_a_limit_that_names_no_time_is_waited_for_twice_as_long_each_time() -> None:
    allowance = Allowance()
    waits = [allowance.pause({}, NOW) - NOW for _ in range(7)]
    assert [wait.total_seconds() / 60 for wait in waits] == [1, 2, 4, 8, 16, 16, 16]
    allowance.succeeded()
    assert allowance.pause({}, NOW) == NOW + timedelta(minutes=1)


def test_headers_that_are_no_numbers_tell_nothing() -> None:
    allowance = Allowance()
    allowance.note({"x-ratelimit-remaining": "many"}, NOW)
    assert allowance.limits() is None
