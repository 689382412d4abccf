"""Accounts and Apps."""

from bot.local_github.hub import Hub
from bot.local_github.settings import AppSpec
from bot.local_github.shapes.basics import Json, moment, node_id


def user(hub: Hub, login: str) -> Json:
    """Return the account as other objects carry it."""
    person = hub.people.get(login)
    number = hub.people.id_of(person)
    api = f"{hub.urls.api}/users/{person.login}"
    return {
        "login": person.login,
        "id": number,
        "node_id": node_id(person.kind, number),
        "avatar_url": f"{hub.urls.html}/avatars/{number}",
        "gravatar_id": "",
        "url": api,
        "html_url": f"{hub.urls.html}/{person.login}",
        "followers_url": f"{api}/followers",
        "following_url": f"{api}/following{{/other_user}}",
        "gists_url": f"{api}/gists{{/gist_id}}",
        "starred_url": f"{api}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{api}/subscriptions",
        "organizations_url": f"{api}/orgs",
        "repos_url": f"{api}/repos",
        "events_url": f"{api}/events{{/privacy}}",
        "received_events_url": f"{api}/received_events",
        "type": person.kind,
        "site_admin": False,
    }


def user_or_none(hub: Hub, login: str | None) -> Json | None:
    """Return the account, where there is one."""
    return user(hub, login) if login else None


def profile(hub: Hub, login: str) -> Json:
    """Return the account as ``GET /user`` and ``GET /users/…`` answer."""
    person = hub.people.get(login)
    since = moment(hub.since)
    return user(hub, login) | {
        "name": person.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": person.email,
        "hireable": None,
        "bio": None,
        "twitter_username": None,
        "public_repos": sum(not one.private for one in hub.repositories),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": since,
        "updated_at": since,
    }


def app(hub: Hub, spec: AppSpec) -> Json:
    """Return a GitHub App."""
    since = moment(hub.since)
    return {
        "id": spec.id,
        "slug": spec.slug,
        "node_id": node_id("App", spec.id),
        "owner": user(hub, spec.owner),
        "name": spec.name,
        "description": "",
        "external_url": f"{hub.urls.html}/apps/{spec.slug}",
        "html_url": f"{hub.urls.html}/apps/{spec.slug}",
        "created_at": since,
        "updated_at": since,
        "permissions": dict(spec.permissions),
        "events": [event for event in spec.events if event != "*"],
    }
