"""From GitHub's JSON to what the port speaks of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.ports.forge import (
    CommitFacts,
    Comparison,
    ForgeRelease,
    PullRequest,
    Relation,
    Repository,
)

COMPARED = 50  # the newest commits of a comparison: GitHub tells at most 250 of them
Json = Mapping[str, Any]


def repository(one: Json) -> Repository:
    """Read a repository."""
    return Repository(
        name=one["full_name"], default_branch=one["default_branch"], url=one["html_url"]
    )


def commit(one: Json) -> CommitFacts:
    """Read a commit. The account is missing where GitHub knows none of that e-mail."""
    written = one["commit"]
    author = written.get("author") or {}
    return CommitFacts(
        sha=one["sha"],
        subject=written["message"].split("\n", 1)[0],
        author=author.get("name") or "",
        author_email=author.get("email") or None,
        login=(one.get("author") or {}).get("login"),
        url=one.get("html_url"),
    )


def comparison(one: Json) -> Comparison:
    """Read a comparison."""
    return Comparison(
        relation=Relation(one["status"]),
        url=one["html_url"],
        total=one["ahead_by"],
        commits=tuple(commit(each) for each in one["commits"][-COMPARED:]),
    )


def pull_request(one: Json) -> PullRequest:
    """Read a pull request. One whose author left GitHub is by "ghost", as people see it there."""
    return PullRequest(
        number=one["number"],
        title=one["title"],
        url=one["html_url"],
        author=(one.get("user") or {}).get("login", "ghost"),
        base=one["base"]["ref"],
        is_merged=one.get("merged_at") is not None,
    )


def release(one: Json, tags: Mapping[str, str]) -> ForgeRelease | None:
    """Read a release; None for a draft, and for one whose tag is gone."""
    sha = tags.get(f"refs/tags/{one['tag_name']}")
    if one["draft"] or one["published_at"] is None or sha is None:
        return None
    return ForgeRelease(
        tag=one["tag_name"],
        sha=sha,
        url=one["html_url"],
        published_at=moment(one["published_at"]),
    )


def moment(text: str) -> datetime:
    """Read a moment as GitHub writes it: "2026-01-31T12:00:00Z"."""
    return datetime.fromisoformat(text)
