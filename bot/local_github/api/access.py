"""Decides whether a caller may use an endpoint, and says no as GitHub does."""

from bot.local_github.api.call import Endpoint
from bot.local_github.api.errors import ApiError, not_found
from bot.local_github.credentials import Caller
from bot.local_github.hub import Hub
from bot.local_github.repository import Repository
from bot.local_github.settings import AppSpec

_PUBLIC = ("metadata", "contents", "statuses", "checks", "pull_requests", "issues", "deployments")


def may_see(caller: Caller, repository: Repository) -> bool:
    """Whether the caller may know that the repository is there."""
    if not repository.private or caller.is_operator:
        return True
    if caller.signed_in_as_app or caller.permissions is not None:
        return caller.app is None or caller.app.owner == repository.owner
    return "repo" in (caller.scopes or ())


def check(hub: Hub, caller: Caller, endpoint: Endpoint, repository: Repository | None) -> None:
    """Raise ``ApiError`` (401, 403 or 404) where the caller may not."""
    if caller.is_operator:
        return
    if endpoint.only_app:
        if not caller.signed_in_as_app:
            raise ApiError(401, "A JSON web token could not be decoded")
        return
    if endpoint.permission is None:
        return
    if repository is not None:
        _check_repository(hub, caller, endpoint, repository)


def _check_repository(hub: Hub, caller: Caller, endpoint: Endpoint, repository: Repository) -> None:
    headers = needs(caller, endpoint)
    readable_by_all = (
        not repository.private
        and endpoint.level == "read"
        and endpoint.permission in _PUBLIC
        and not endpoint.for_admins
    )
    if readable_by_all:
        return
    if caller.signed_in_as_app:
        raise ApiError(401, "Bad credentials")
    if caller.is_anonymous:
        raise _unknown(repository, endpoint)
    if caller.permissions is not None:
        _check_permissions(caller, endpoint, repository, headers)
        return
    _check_scopes(caller, endpoint, repository, headers)
    assert caller.login is not None
    if endpoint.for_admins and not hub.people.get(caller.login).is_admin:
        if endpoint.level == "read":
            raise ApiError(404, "Not Found", headers=headers)
        raise ApiError(403, "Must have admin rights to Repository.", headers=headers)


def _unknown(repository: Repository, endpoint: Endpoint) -> ApiError:
    if repository.private or endpoint.level == "read":
        return not_found()
    return ApiError(401, "Requires authentication")


def _check_permissions(
    caller: Caller, endpoint: Endpoint, repository: Repository, headers: dict[str, str]
) -> None:
    if not may_see(caller, repository):
        raise not_found()
    assert caller.permissions is not None
    granted = caller.permissions.get(endpoint.permission or "")
    if endpoint.permission == "metadata" and endpoint.level == "read":
        granted = "read"  # every App has it
    if granted == "write" or granted == endpoint.level:
        return
    kind = "integration" if caller.app else "personal access token"
    raise ApiError(403, f"Resource not accessible by {kind}", headers=headers)


def _check_scopes(
    caller: Caller, endpoint: Endpoint, repository: Repository, headers: dict[str, str]
) -> None:
    enough = {"repo", *endpoint.scopes}
    if not repository.private:
        enough.add("public_repo")
    if not enough & set(caller.scopes or ()):
        raise ApiError(404, "Not Found", headers=headers)


def needs(caller: Caller, endpoint: Endpoint) -> dict[str, str]:
    """Return the headers that tell what the endpoint asks for, and what the token has."""
    if caller.scopes is not None:
        accepted = ", ".join(sorted({"repo", *endpoint.scopes})) if endpoint.permission else ""
        return {
            "X-Accepted-OAuth-Scopes": accepted,
            "X-OAuth-Scopes": ", ".join(sorted(caller.scopes)),
        }
    if caller.permissions is not None and endpoint.permission:
        asked = f"{endpoint.permission}={endpoint.level}"
        return {"X-Accepted-GitHub-Permissions": asked}
    return {}


def installed_on(app: AppSpec, repository: Repository) -> bool:
    """Whether an App is installed where a repository is."""
    return bool(app.installation_id) and app.owner == repository.owner
