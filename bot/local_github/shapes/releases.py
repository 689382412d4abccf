"""Releases."""

from bot.local_github.hub import Hub
from bot.local_github.records import Release
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, moment_or_none, node_id
from bot.local_github.shapes.people import user


def release(hub: Hub, repository: Repository, one: Release) -> Json:
    """Return a release."""
    api = hub.urls.repo(repository.full_name)
    url = f"{api}/releases/{one.id}"
    return {
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{url}/assets{{?name,label}}",
        "html_url": f"{hub.urls.page(repository.full_name)}/releases/tag/{one.tag}",
        "id": one.id,
        "author": user(hub, one.author),
        "node_id": node_id("Release", one.id),
        "tag_name": one.tag,
        "target_commitish": one.target,
        "name": one.name or "",
        "draft": one.draft,
        "prerelease": one.prerelease,
        "created_at": moment(one.created_at),
        "published_at": moment_or_none(one.published_at),
        "assets": [],
        "tarball_url": f"{api}/tarball/{one.tag}",
        "zipball_url": f"{api}/zipball/{one.tag}",
        "body": one.body or "",
    }
