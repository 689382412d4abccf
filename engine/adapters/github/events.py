"""What GitHub's webhooks say, as hints. Whatever a payload holds, reading it raises nothing."""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.ports.forge import OWN_CONTEXT, CommitFacts
from engine.workflows.hints import (
    NO_SHA,
    ChecksChanged,
    Hint,
    Irrelevant,
    Pushed,
    RefsChanged,
    Renamed,
)

Payload = Mapping[str, Any]

_REPO = re.compile(r"[A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REF = re.compile(r"refs/[^\x00-\x20\x7f]{1,500}")
_ANY = re.compile(r"(?s).*")
_YEAR_3000 = 32_503_680_000
_LONGEST_SUBJECT, _LONGEST_NAME = 300, 200
_BRANCH_ACTIONS = frozenset({"opened", "reopened", "synchronize", "ready_for_review"})
_RELEASE_ACTIONS = frozenset({"published", "released", "prereleased", "deleted", "unpublished"})

log = logging.getLogger(__name__)


class _Malformed(Exception):
    """The payload lacks something, or has something else there: named by its path."""


def hint_of(event: str, payload: object) -> Hint | None:
    """Return what a delivery hints at: None for an event that is not used, or a malformed one."""
    read = _READERS.get(event)
    if read is None:
        return None
    try:
        return read(payload if isinstance(payload, Mapping) else {})
    except _Malformed as malformed:
        log.warning("webhook malformed", extra={"event": event, "field": str(malformed)})
        return None


def is_used(event: str) -> bool:
    """Whether deliveries of this event are of use."""
    return event in _READERS


def _push(payload: Payload) -> Hint:
    before = _text(payload, _SHA, "before")
    after = _text(payload, _SHA, "after")
    deleted = payload.get("deleted") is True or set(after) == {"0"}
    return Pushed(
        repo=_repo(payload),
        ref=_text(payload, _REF, "ref"),
        before=before,
        after=after,
        created=payload.get("created") is True or before == NO_SHA,
        deleted=deleted,
        forced=payload.get("forced") is not False,  # where it is not said, a look finds out
        commit=None if deleted else _commit(payload),
        pushed_at=_moment(payload, "repository", "pushed_at"),
    )


def _commit(payload: Payload) -> CommitFacts | None:
    if not isinstance(payload.get("head_commit"), Mapping):
        return None
    message = _words(_maybe(payload, _ANY, "head_commit", "message").partition("\n")[0])
    author = ("head_commit", "author")
    return CommitFacts(
        sha=_text(payload, _SHA, "head_commit", "id"),
        subject=message,
        author=_words(_maybe(payload, _ANY, *author, "name"), _LONGEST_NAME),
        author_email=_words(_maybe(payload, _ANY, *author, "email"), _LONGEST_NAME) or None,
        login=_words(_maybe(payload, _ANY, *author, "username"), _LONGEST_NAME) or None,
        url=_words(_maybe(payload, _ANY, "head_commit", "url"), 1000) or None,
    )


def _pull_request(payload: Payload) -> Hint:
    repo, action = _repo(payload), _action(payload)
    its = ("pull_request",)
    if action == "closed" and _at(payload, *its, "merged") is True:
        return RefsChanged(repo=repo, expects=_text(payload, _SHA, *its, "merge_commit_sha"))
    source = _maybe(payload, _REPO, *its, "head", "repo", "full_name")
    if action in _BRANCH_ACTIONS and source == repo:  # a fork's branches begin nothing
        return RefsChanged(repo=repo, expects=_text(payload, _SHA, *its, "head", "sha"))
    return Irrelevant(repo=repo, what=f"pull request {action}")


def _status(payload: Payload) -> Hint:
    repo = _repo(payload)
    context = _maybe(payload, _ANY, "context")
    if context.startswith(OWN_CONTEXT):
        return Irrelevant(repo=repo, what="our own status")
    return ChecksChanged(repo=repo, sha=_text(payload, _SHA, "sha"))


def _checks_of(field: str) -> Callable[[Payload], Hint]:
    def read(payload: Payload) -> Hint:
        return ChecksChanged(repo=_repo(payload), sha=_text(payload, _SHA, field, "head_sha"))

    return read


def _refs(payload: Payload) -> Hint:
    repo, kind = _repo(payload), _maybe(payload, _NAME, "ref_type")
    if kind not in {"branch", "tag"}:
        return Irrelevant(repo=repo, what="neither a branch nor a tag")
    return RefsChanged(repo=repo)


def _release(payload: Payload) -> Hint:
    repo, action = _repo(payload), _action(payload)
    if action in _RELEASE_ACTIONS:
        return RefsChanged(repo=repo)
    return Irrelevant(repo=repo, what=f"release {action}")


def _repository(payload: Payload) -> Hint:
    repo, action = _repo(payload), _action(payload)
    owner, name = repo.split("/")
    if action == "renamed":
        old = _text(payload, _NAME, "changes", "repository", "name", "from")
        return Renamed(old=f"{owner}/{old}", new=repo)
    if action == "transferred":
        was = ("changes", "owner", "from")
        user = _maybe(payload, _NAME, *was, "user", "login")
        old = user or _text(payload, _NAME, *was, "organization", "login")
        return Renamed(old=f"{old}/{name}", new=repo)
    if action == "deleted":
        return RefsChanged(repo=repo)
    return Irrelevant(repo=repo, what=f"repository {action}")


def _ping(payload: Payload) -> Hint:
    return Irrelevant(repo=_maybe(payload, _REPO, "repository", "full_name") or None, what="ping")


_READERS: Mapping[str, Callable[[Payload], Hint]] = {
    "push": _push,
    "pull_request": _pull_request,
    "status": _status,
    "check_run": _checks_of("check_run"),
    "check_suite": _checks_of("check_suite"),
    "workflow_run": _checks_of("workflow_run"),
    "create": _refs,
    "delete": _refs,
    "release": _release,
    "repository": _repository,
    "ping": _ping,
}


def _repo(payload: Payload) -> str:
    return _text(payload, _REPO, "repository", "full_name")


def _action(payload: Payload) -> str:
    return _text(payload, _NAME, "action")


def _text(payload: Payload, pattern: re.Pattern[str], *path: str) -> str:
    """Return the text at *path*; raises ``_Malformed`` for anything that is not like *pattern*."""
    found = _at(payload, *path)
    if not isinstance(found, str) or not pattern.fullmatch(found):
        raise _Malformed(".".join(path))
    return found


def _maybe(payload: Payload, pattern: re.Pattern[str], *path: str) -> str:
    """Return the text at *path*, or an empty one where nothing like *pattern* is there."""
    found = _at(payload, *path)
    return found if isinstance(found, str) and pattern.fullmatch(found) else ""


def _at(payload: Payload, *path: str) -> object:
    found: object = payload
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def _moment(payload: Payload, *path: str) -> datetime | None:
    """Return the time at *path*, which is in seconds since 1970 there."""
    found = _at(payload, *path)
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found < _YEAR_3000:
        return None
    return datetime.fromtimestamp(found, UTC)


def _words(text: str, longest: int = _LONGEST_SUBJECT) -> str:
    """Return what people wrote as a database takes it: in one line, whole letters, not too long."""
    shown = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(letter if letter.isprintable() else " " for letter in shown).strip()[:longest]
