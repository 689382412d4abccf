"""Check runs and check suites."""

from datetime import UTC, datetime
from typing import Any

from bot.local_github.api.call import Answer, Call, Endpoint
from bot.local_github.api.entered import choice, mapping, optional_text, text
from bot.local_github.api.errors import ApiError, malformed, missing, not_found
from bot.local_github.api.paging import listed
from bot.local_github.records import CheckRun, CheckSuite
from bot.local_github.shapes.basics import Json
from bot.local_github.shapes.checks import check_run, check_suite, suite_state
from bot.local_github.suites import suite_of

_REPO = "/repos/{owner}/{repo}"
_STATUSES = ("queued", "in_progress", "completed", "waiting", "requested", "pending")
_CONCLUSIONS = (
    "action_required",
    "cancelled",
    "failure",
    "neutral",
    "success",
    "skipped",
    "stale",
    "timed_out",
)


def _create(call: Call) -> Answer:
    name = text(call.body, "name")
    sha = call.commit(text(call.body, "head_sha"))
    run = CheckRun(
        id=call.hub.next_id(),
        suite=_suite(call, sha),
        name=name,
        status=choice(call.body, "status", _STATUSES, "queued"),
        conclusion=None,
        external_id=optional_text(call.body, "external_id") or "",
        details_url=optional_text(call.body, "details_url"),
        output={},
        started_at=call.hub.now(),
        completed_at=None,
    )
    _enter(call, run)
    call.repository.runs.append(run)
    call.events.check_run(call.repository, run, "created", call.login)
    _tell_of_end(call, run)
    return Answer(body=check_run(call.hub, call.repository, run), status=201)


def _suite(call: Call, sha: str) -> CheckSuite:
    app = call.caller.app
    if app is None:
        raise ApiError(403, "You must authenticate via a GitHub App.")
    return suite_of(call.hub, call.repository, app.slug, sha)


def _enter(call: Call, run: CheckRun) -> None:
    """Take over what the body says; a conclusion completes the run."""
    body = call.body
    if output := mapping(body, "output"):
        for name in ("title", "summary"):
            text(output, name)
        run.output = output
    if body.get("conclusion") is not None:
        run.conclusion = choice(body, "conclusion", _CONCLUSIONS)
        run.status = "completed"
        run.completed_at = _moment(body, "completed_at") or call.hub.now()
    elif run.status == "completed":
        raise missing("conclusion")
    run.started_at = _moment(body, "started_at") or run.started_at
    run.suite.updated_at = call.hub.now()


def _moment(body: Json, name: str) -> datetime | None:
    given = optional_text(body, name)
    if given is None:
        return None
    try:
        return datetime.fromisoformat(given).astimezone(UTC)
    except ValueError as error:
        raise malformed(f"For 'properties/{name}', \"{given}\" is not a date-time.") from error


def _tell_of_end(call: Call, run: CheckRun) -> None:
    if run.status != "completed":
        return
    call.events.check_run(call.repository, run, "completed", call.login)
    if suite_state(call.repository, run.suite)[0] == "completed":
        call.events.check_suite(call.repository, run.suite, call.login)


def _update(call: Call) -> Answer:
    run = _found(call)
    if call.caller.app is None or call.caller.app.slug != run.suite.app:
        raise ApiError(403, "Invalid app_id `0` - check run can only be modified by its creator.")
    run.name = optional_text(call.body, "name") or run.name
    run.details_url = optional_text(call.body, "details_url", run.details_url)
    run.status = choice(call.body, "status", _STATUSES, run.status)
    if run.status != "completed":
        run.conclusion = run.completed_at = None
    was = run.conclusion
    if was is None or call.body.get("conclusion") is not None:
        _enter(call, run)
    if run.conclusion != was:
        _tell_of_end(call, run)
    return Answer(body=check_run(call.hub, call.repository, run))


def _found(call: Call) -> CheckRun:
    wanted = call.number("check_run_id")
    for run in call.repository.runs:
        if run.id == wanted:
            return run
    raise not_found()


def _get(call: Call) -> Answer:
    return Answer(body=check_run(call.hub, call.repository, _found(call)))


def _list(call: Call) -> Answer:
    sha = call.commit(call.parameters["ref"])
    runs = list(reversed(call.repository.runs_of(sha)))
    if call.query.get("filter", "latest") == "latest":
        newest: dict[Any, CheckRun] = {}
        for run in runs:
            newest.setdefault((run.suite.id, run.name), run)
        runs = list(newest.values())
    for name, value in (("check_name", "name"), ("status", "status")):
        if wanted := call.query.get(name):
            runs = [run for run in runs if getattr(run, value) == wanted]
    if wanted := call.query.get("app_id"):
        runs = [run for run in runs if str(call.hub.app(run.suite.app).id) == wanted]
    return listed(
        call, runs, lambda run: check_run(call.hub, call.repository, run), under="check_runs"
    )


def _suites(call: Call) -> Answer:
    sha = call.commit(call.parameters["ref"])
    found = [suite for suite in call.repository.suites if suite.sha == sha]
    return listed(
        call,
        found,
        lambda suite: check_suite(call.hub, call.repository, suite),
        under="check_suites",
    )


ENDPOINTS = (
    Endpoint(
        method="POST",
        path=f"{_REPO}/check-runs",
        answer=_create,
        permission="checks",
        level="write",
    ),
    Endpoint(
        method="PATCH",
        path=f"{_REPO}/check-runs/{{check_run_id}}",
        answer=_update,
        permission="checks",
        level="write",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/check-runs/{{check_run_id}}",
        answer=_get,
        permission="checks",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/commits/{{ref}}/check-runs",
        answer=_list,
        permission="checks",
    ),
    Endpoint(
        method="GET",
        path=f"{_REPO}/commits/{{ref}}/check-suites",
        answer=_suites,
        permission="checks",
    ),
)
