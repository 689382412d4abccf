"""Webhooks as the REST API and pings have them."""

from bot.local_github.hub import Hub
from bot.local_github.records import Hook
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment


def hook(hub: Hub, repository: Repository, one: Hook) -> Json:
    """Return a webhook; its secret shows as stars."""
    url = f"{hub.urls.repo(repository.full_name)}/hooks/{one.id}"
    config = {"content_type": one.content_type, "insecure_ssl": "0", "url": one.url}
    if one.secret:
        config["secret"] = "*" * 8
    return {
        "type": "Repository",
        "id": one.id,
        "name": "web",
        "active": one.active,
        "events": list(one.events),
        "config": config,
        "updated_at": moment(one.updated_at),
        "created_at": moment(one.created_at),
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {
            "code": one.last_code,
            "status": one.last_status,
            "message": one.last_message,
        },
    }
