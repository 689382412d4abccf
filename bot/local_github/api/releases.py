"""Releases of tags."""

from bot.local_github import pushes
from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import optional_text, switch, text
from bot.local_github.api.errors import invalid, not_found
from bot.local_github.api.paging import listed
from bot.local_github.git import writing
from bot.local_github.records import Release
from bot.local_github.shapes.releases import release

_REPO = "/repos/{owner}/{repo}"


def _visible(call: Call) -> list[Release]:
    """Return releases, newest first; drafts only for who may write."""
    permissions = call.caller.permissions
    may_write = not call.caller.is_anonymous and (
        permissions is None or permissions.get("contents") == "write"
    )
    found = sorted(call.repository.releases.values(), key=lambda one: one.id, reverse=True)
    return [one for one in found if may_write or not one.draft]


def _list(call: Call) -> Answer:
    return listed(call, _visible(call), lambda one: release(call.hub, call.repository, one))


def _answer(call: Call, found: Release | None) -> Answer:
    if found is None:
        raise not_found()
    return Answer(body=release(call.hub, call.repository, found))


def _get(call: Call) -> Answer:
    wanted = call.number("release_id")
    return _answer(call, next((one for one in _visible(call) if one.id == wanted), None))


def _latest(call: Call) -> Answer:
    full = (one for one in _visible(call) if not one.draft and not one.prerelease)
    return _answer(call, next(full, None))


def _by_tag(call: Call) -> Answer:
    tag = call.parameters["tag"]
    published = (one for one in _visible(call) if one.tag == tag and not one.draft)
    return _answer(call, next(published, None))


def _create(call: Call) -> Answer:
    tag = text(call.body, "tag_name")
    repository = call.repository
    if any(one.tag == tag and not one.draft for one in repository.releases.values()):
        raise invalid("Release", "already_exists", "tag_name")
    draft = switch(call.body, "draft", default=False)
    target = optional_text(call.body, "target_commitish") or repository.default_branch
    if not draft:
        _make_tag(call, tag, target)
    now = call.hub.now()
    made = Release(
        id=call.hub.next_id(),
        tag=tag,
        target=target,
        name=optional_text(call.body, "name"),
        body=optional_text(call.body, "body"),
        draft=draft,
        prerelease=switch(call.body, "prerelease", default=False),
        author=call.login,
        created_at=now,
        published_at=None if draft else now,
    )
    repository.releases[made.id] = made
    _tell(call, made)
    return Answer(body=release(call.hub, repository, made), status=201)


def _make_tag(call: Call, tag: str, target: str) -> None:
    """Make the tag where it is not there yet."""
    repository = call.repository
    if f"refs/tags/{tag}" in repository.git.refs("refs/tags/"):
        return
    sha = call.resolve(target)
    if sha is None:
        raise invalid("Release", "invalid", "target_commitish")
    try:
        writing.create(repository.git, f"refs/tags/{tag}", sha)
    except writing.RefMoved as error:
        message = "tag_name is not well-formed"
        raise invalid("Release", "custom", "tag_name", message) from error
    pushes.notice(call.hub, call.events, repository, call.login)


def _tell(call: Call, made: Release) -> None:
    call.events.release(call.repository, made, "created")
    if not made.draft:
        call.events.release(call.repository, made, "published")
        kind = "prereleased" if made.prerelease else "released"
        call.events.release(call.repository, made, kind)


ENDPOINTS = (
    Endpoint(method="GET", path=f"{_REPO}/releases", answer=_list, permission="contents"),
    Endpoint(
        method="POST",
        path=f"{_REPO}/releases",
        answer=_create,
        permission="contents",
        level="write",
    ),
    Endpoint(method="GET", path=f"{_REPO}/releases/latest", answer=_latest, permission="contents"),
    Endpoint(
        method="GET",
        path=f"{_REPO}/releases/tags/{{tag}}",
        answer=_by_tag,
        permission="contents",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/releases/{{release_id}}",
        answer=_get,
        permission="contents",
    ),
)
