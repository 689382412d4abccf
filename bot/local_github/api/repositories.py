"""Repositories, branches, and what branches require."""

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.errors import not_found
from bot.local_github.api.paging import listed
from bot.local_github.records import Protection
from bot.local_github.shapes.basics import Json
from bot.local_github.shapes.commits import whole_commit
from bot.local_github.shapes.repository import full_repository
from bot.local_github.shapes.repository import repository as draw_repository

_REPO = "/repos/{owner}/{repo}"
_BRANCH = "refs/heads/"


def _repository(call: Call) -> Answer:
    return Answer(body=full_repository(call.hub, call.repository))


def _mine(call: Call) -> Answer:
    return listed(call, list(call.hub.repositories), lambda one: draw_repository(call.hub, one))


def _branches(call: Call) -> Answer:
    wanted = call.query.get("protected")
    names = [
        name
        for name in call.refs(_BRANCH)
        if wanted is None or (_bare(name) in call.repository.protections) == (wanted == "true")
    ]
    return listed(call, names, lambda name: _short_branch(call, name))


def _bare(ref: str) -> str:
    return ref.removeprefix(_BRANCH)


def _short_branch(call: Call, ref: str) -> Json:
    url = call.hub.urls.repo(call.repository.full_name)
    sha = call.refs(_BRANCH)[ref].commit
    return {
        "name": _bare(ref),
        "commit": {"sha": sha, "url": f"{url}/commits/{sha}"},
        "protected": _bare(ref) in call.repository.protections,
    }


def _branch(call: Call) -> Answer:
    name = call.parameters["branch"]
    tip = call.refs(_BRANCH + name).get(_BRANCH + name)
    if tip is None:
        raise not_found("Branch not found")
    repository = call.repository
    url = f"{call.hub.urls.repo(repository.full_name)}/branches/{name}"
    protection = repository.protections.get(name)
    checks = protection.contexts if protection else ()
    body = {
        "name": name,
        "commit": whole_commit(call.hub, repository, tip.commit),
        "_links": {
            "self": url,
            "html": f"{call.hub.urls.page(repository.full_name)}/tree/{name}",
        },
        "protected": protection is not None,
        "protection": {
            "enabled": protection is not None,
            "required_status_checks": {
                "enforcement_level": "non_admins" if checks else "off",
                "contexts": list(checks),
                "checks": [{"context": context, "app_id": None} for context in checks],
            },
        },
        "protection_url": f"{url}/protection",
    }
    return Answer(body=body)


def _protection(call: Call) -> Protection:
    found = call.repository.protections.get(call.parameters["branch"])
    if found is None:
        raise not_found("Branch not protected")
    return found


def _whole_protection(call: Call) -> Answer:
    protection = _protection(call)
    url = _protection_url(call)
    body: Json = {"url": url, "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": False}}
    if protection.contexts:
        body["required_status_checks"] = _policy(call, protection)
    return Answer(body=body)


def _required(call: Call) -> Answer:
    protection = _protection(call)
    if not protection.contexts:
        raise not_found("Required status checks not enabled")
    return Answer(body=_policy(call, protection))


def _protection_url(call: Call) -> str:
    repository = call.hub.urls.repo(call.repository.full_name)
    return f"{repository}/branches/{call.parameters['branch']}/protection"


def _policy(call: Call, protection: Protection) -> Json:
    url = f"{_protection_url(call)}/required_status_checks"
    return {
        "url": url,
        "strict": protection.strict,
        "contexts": list(protection.contexts),
        "contexts_url": f"{url}/contexts",
        "checks": [{"context": context, "app_id": None} for context in protection.contexts],
    }


def _rules(call: Call) -> Answer:
    branch = call.parameters["branch"]
    found = call.repository.rules.get(branch)
    return listed(call, [found] if found else [], lambda one: _rule(call, one))


def _rule(call: Call, required: Protection) -> Json:
    return {
        "type": "required_status_checks",
        "parameters": {
            "required_status_checks": [{"context": context} for context in required.contexts],
            "strict_required_status_checks_policy": required.strict,
        },
        "ruleset_source_type": "Repository",
        "ruleset_source": call.repository.full_name,
        "ruleset_id": call.repository.id,
    }


ENDPOINTS = (
    Endpoint(method="GET", path=f"{_REPO}/rules/branches/{{branch}}", answer=_rules),
    Endpoint(method="GET", path="/user/repos", answer=_mine, permission=None),
    Endpoint(method="GET", path=_REPO, answer=_repository),
    Endpoint(method="GET", path=f"{_REPO}/branches", answer=_branches, permission="contents"),
    Endpoint(
        method="GET",
        path=f"{_REPO}/branches/{{branch}}/protection/required_status_checks",
        answer=_required,
        permission="administration",
        for_admins=True,
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/branches/{{branch}}/protection",
        answer=_whole_protection,
        permission="administration",
        for_admins=True,
    ),
    Endpoint(
        method="GET", path=f"{_REPO}/branches/{{branch}}", answer=_branch, permission="contents"
    ),
)
