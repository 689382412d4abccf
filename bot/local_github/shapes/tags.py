"""Annotated tags."""

from bot.local_github.git.commits import AnnotatedTag
from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, node_id


def annotated_tag(hub: Hub, repository: Repository, tag: AnnotatedTag) -> Json:
    """Return the object of an annotated tag."""
    url = f"{hub.urls.repo(repository.full_name)}/git"
    return {
        "node_id": node_id("Tag", f"{repository.id}:{tag.sha}"),
        "sha": tag.sha,
        "url": f"{url}/tags/{tag.sha}",
        "object": {
            "sha": tag.target,
            "type": tag.target_kind,
            "url": f"{url}/{tag.target_kind}s/{tag.target}",
        },
        "tag": tag.name,
        "message": tag.message,
        "tagger": {
            "name": tag.tagger.name,
            "email": tag.tagger.email,
            "date": moment(tag.tagger.at),
        },
        "verification": {
            "verified": False,
            "reason": "unsigned",
            "signature": None,
            "payload": None,
            "verified_at": None,
        },
    }
