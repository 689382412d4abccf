"""Refs, tags, and the objects of annotated tags."""

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.errors import ApiError, not_found
from bot.local_github.api.paging import listed
from bot.local_github.git.command import GitFailed
from bot.local_github.git.store import Tip
from bot.local_github.shapes.basics import Json, node_id
from bot.local_github.shapes.tags import annotated_tag

_REPO = "/repos/{owner}/{repo}"


def _check_not_empty(call: Call) -> None:
    if not call.repository.seen:
        raise ApiError(409, "Git Repository is empty.")


def _matching(call: Call) -> Answer:
    _check_not_empty(call)
    start = f"refs/{call.parameters['ref']}"
    folder = f"{start.rpartition('/')[0]}/"
    found = [(name, tip) for name, tip in call.refs(folder).items() if name.startswith(start)]
    return listed(call, found, lambda one: _draw(call, *one))


def _one(call: Call) -> Answer:
    _check_not_empty(call)
    name = f"refs/{call.parameters['ref']}"
    tip = call.refs(name).get(name)
    if tip is None:
        raise not_found()
    return Answer(body=_draw(call, name, tip))


def _draw(call: Call, name: str, tip: Tip) -> Json:
    url = f"{call.hub.urls.repo(call.repository.full_name)}/git"
    return {
        "ref": name,
        "node_id": node_id("Ref", f"{call.repository.id}:{name}"),
        "url": f"{url}/{name}",
        "object": {
            "sha": tip.sha,
            "type": tip.kind,
            "url": f"{url}/{tip.kind}s/{tip.sha}",
        },
    }


def _tag_object(call: Call) -> Answer:
    sha = call.parameters["tag_sha"]
    try:
        facts = call.repository.git.tag(sha)
    except GitFailed as failure:
        raise not_found() from failure
    return Answer(body=annotated_tag(call.hub, call.repository, facts))


def _tags(call: Call) -> Answer:
    found = sorted(call.refs("refs/tags/").items(), reverse=True)
    return listed(call, found, lambda one: _draw_tag(call, *one))


def _draw_tag(call: Call, ref: str, tip: Tip) -> Json:
    url = call.hub.urls.repo(call.repository.full_name)
    name = ref.removeprefix("refs/tags/")
    return {
        "name": name,
        "zipball_url": f"{url}/zipball/{ref}",
        "tarball_url": f"{url}/tarball/{ref}",
        "commit": {"sha": tip.commit, "url": f"{url}/commits/{tip.commit}"},
        "node_id": node_id("Ref", f"{call.repository.id}:{ref}"),
    }


ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{_REPO}/git/matching-refs/{{ref}}",
        answer=_matching,
        permission="contents",
    ),
    Endpoint(method="GET", path=f"{_REPO}/git/ref/{{ref}}", answer=_one, permission="contents"),
    Endpoint(
        method="GET",
        path=f"{_REPO}/git/tags/{{tag_sha}}",
        answer=_tag_object,
        permission="contents",
    ),
    Endpoint(method="GET", path=f"{_REPO}/tags", answer=_tags),
)
