"""Deployments and their statuses."""

from bot.local_github import pushes
from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import choice, optional_text, switch, text, texts
from bot.local_github.api.errors import ApiError, invalid, not_found
from bot.local_github.api.paging import listed
from bot.local_github.git import writing
from bot.local_github.git.commits import Signature
from bot.local_github.records import Deployment, DeploymentStatus
from bot.local_github.shapes.deployments import deployment, deployment_status

_REPO = "/repos/{owner}/{repo}"
_STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")
_LONGEST_DESCRIPTION = 140


def _list(call: Call) -> Answer:
    found = sorted(call.repository.deployments.values(), key=lambda one: one.id, reverse=True)
    for name in ("sha", "ref", "task", "environment"):
        wanted = call.query.get(name)
        if wanted and wanted != "none":
            found = [one for one in found if getattr(one, name) == wanted]
    return listed(call, found, lambda one: deployment(call.hub, call.repository, one))


def _found(call: Call) -> Deployment:
    found = call.repository.deployments.get(call.number("deployment_id"))
    if found is None:
        raise not_found()
    return found


def _get(call: Call) -> Answer:
    return Answer(body=deployment(call.hub, call.repository, _found(call)))


def _create(call: Call) -> Answer:
    ref = text(call.body, "ref")
    sha = call.resolve(ref)
    if sha is None:
        raise ApiError(422, f"No ref found for: {ref}")
    description = _description(call) or None
    if switch(call.body, "auto_merge", default=True) and _merged(call, ref, sha):
        base = call.repository.default_branch
        return Answer(body={"message": f"Auto-merged {base} into {ref} on deployment."}, status=202)
    _check_contexts(call, ref, sha)
    environment = optional_text(call.body, "environment") or "production"
    now = call.hub.now()
    made = Deployment(
        id=call.hub.next_id(),
        sha=sha,
        ref=ref,
        task=optional_text(call.body, "task") or "deploy",
        environment=environment,
        original_environment=environment,
        description=description,
        payload=call.body.get("payload") or {},
        creator=call.login,
        transient=switch(call.body, "transient_environment", default=False),
        production=switch(call.body, "production_environment", default=environment == "production"),
        created_at=now,
        updated_at=now,
    )
    call.repository.deployments[made.id] = made
    call.events.deployment(call.repository, made)
    return Answer(body=deployment(call.hub, call.repository, made), status=201)


def _description(call: Call) -> str:
    description = optional_text(call.body, "description") or ""
    if len(description) > _LONGEST_DESCRIPTION:
        message = f"description is too long (maximum is {_LONGEST_DESCRIPTION} characters)"
        raise invalid("Deployment", "custom", "description", message)
    return description


def _merged(call: Call, ref: str, sha: str) -> bool:
    """Merge the default branch into a branch that lacks some of it; whether that was done."""
    repository = call.repository
    git = repository.git
    base = repository.default_branch
    tips = git.refs("refs/heads/")
    behind = tips.get(f"refs/heads/{base}")
    if f"refs/heads/{ref}" not in tips or behind is None or git.is_ancestor(behind.commit, sha):
        return False
    person = call.hub.people.get(call.login)
    by = Signature(name=person.name, email=person.email, at=call.hub.now())
    message = f"Merge {base} into {ref}"
    try:
        merged = writing.merge(git, sha, behind.commit, message=message, by=by)
    except writing.Conflict as error:
        raise ApiError(409, f"Conflict merging {base} into {ref}.") from error
    writing.move(git, f"refs/heads/{ref}", merged, sha)
    pushes.notice(call.hub, call.events, repository, call.login)
    return True


def _check_contexts(call: Call, ref: str, sha: str) -> None:
    """Refuse a commit whose statuses, or those that are named, are not all green."""
    wanted = texts(call.body, "required_contexts")
    states = {one.context: one.state for one in call.repository.latest_statuses(sha)}
    for run in call.repository.runs_of(sha):
        states[run.name] = run.conclusion or "pending"
    contexts = [
        {"context": context, "state": states.get(context, "missing")}
        for context in (states if wanted is None else wanted)
    ]
    if any(one["state"] not in {"success", "neutral", "skipped"} for one in contexts):
        fault = {
            "resource": "Deployment",
            "field": "required_contexts",
            "code": "invalid",
            "contexts": contexts,
        }
        message = f"Conflict: Commit status checks failed for {ref}."
        raise ApiError(409, message, errors=[fault])


def _statuses(call: Call) -> Answer:
    of = _found(call)
    newest_first = list(reversed(of.statuses))
    return listed(
        call, newest_first, lambda one: deployment_status(call.hub, call.repository, of, one)
    )


def _create_status(call: Call) -> Answer:
    of = _found(call)
    state = choice(call.body, "state", _STATES)
    made = DeploymentStatus(
        id=call.hub.next_id(),
        state=state,
        description=_description(call),
        environment=optional_text(call.body, "environment") or of.environment,
        environment_url=optional_text(call.body, "environment_url") or "",
        log_url=optional_text(call.body, "log_url") or optional_text(call.body, "target_url") or "",
        creator=call.login,
        created_at=call.hub.now(),
    )
    of.environment = made.environment
    _add(call, of, made)
    if state == "success" and switch(call.body, "auto_inactive", default=True):
        _retire_others(call, of)
    drawn = deployment_status(call.hub, call.repository, of, made)
    return Answer(body=drawn, status=201)


def _add(call: Call, of: Deployment, status: DeploymentStatus) -> None:
    of.statuses.append(status)
    of.updated_at = status.created_at
    call.events.deployment_status(call.repository, of, status)


def _retire_others(call: Call, of: Deployment) -> None:
    """Let earlier deployments of an environment that is no production be inactive."""
    for other in call.repository.deployments.values():
        same = other.environment == of.environment and other is not of
        if not same or other.transient or other.production or not other.statuses:
            continue
        if other.statuses[-1].state == "success":
            status = DeploymentStatus(
                id=call.hub.next_id(),
                state="inactive",
                description="",
                environment=other.environment,
                environment_url="",
                log_url="",
                creator=call.login,
                created_at=call.hub.now(),
            )
            _add(call, other, status)


_SCOPES = ("repo_deployment",)
_ONE = f"{_REPO}/deployments/{{deployment_id}}"
ENDPOINTS = (
    Endpoint(
        method="GET",
        path=f"{_REPO}/deployments",
        answer=_list,
        permission="deployments",
        scopes=_SCOPES,
    ),
    Endpoint(
        method="POST",
        path=f"{_REPO}/deployments",
        answer=_create,
        permission="deployments",
        level="write",
        scopes=_SCOPES,
    ),
    Endpoint(
        method="GET",
        path=f"{_ONE}/statuses",
        answer=_statuses,
        permission="deployments",
        scopes=_SCOPES,
    ),
    Endpoint(
        method="POST",
        path=f"{_ONE}/statuses",
        answer=_create_status,
        permission="deployments",
        level="write",
        scopes=_SCOPES,
    ),
    Endpoint(method="GET", path=_ONE, answer=_get, permission="deployments", scopes=_SCOPES),
)
