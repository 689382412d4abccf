"""Check runs and check suites."""

from bot.local_github.hub import Hub
from bot.local_github.records import CheckRun, CheckSuite, Pull
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, moment_or_none, node_id
from bot.local_github.shapes.commits import simple_commit
from bot.local_github.shapes.people import app
from bot.local_github.shapes.repository import brief_repository

# the gravest wins, as on GitHub
_GRAVITY = (
    "startup_failure",
    "failure",
    "cancelled",
    "timed_out",
    "action_required",
    "stale",
    "neutral",
    "skipped",
    "success",
)


def suite_state(repository: Repository, suite: CheckSuite) -> tuple[str, str | None]:
    """Return status and conclusion of a suite: those of its runs taken together."""
    runs = [run for run in repository.runs if run.suite is suite]
    if all(run.status == "completed" for run in runs) and runs:
        said = {run.conclusion for run in runs}
        return "completed", next((word for word in _GRAVITY if word in said), "neutral")
    started = any(run.status != "queued" for run in runs)
    return ("in_progress" if started else "queued"), None


def check_run(hub: Hub, repository: Repository, run: CheckRun) -> Json:
    """Return a check run; of its suite only the id, as the REST API has it."""
    url = f"{hub.urls.repo(repository.full_name)}/check-runs/{run.id}"
    page = f"{hub.urls.page(repository.full_name)}/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("CheckRun", run.id),
        "head_sha": run.suite.sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": page,
        "details_url": run.details_url or page,
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": moment_or_none(run.started_at),
        "completed_at": moment_or_none(run.completed_at),
        "output": {
            "title": run.output.get("title"),
            "summary": run.output.get("summary"),
            "text": run.output.get("text"),
            "annotations_count": 0,
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite.id},
        "app": app(hub, hub.app(run.suite.app)),
        "pull_requests": _pulls(hub, repository, run.suite),
    }


def suite_of_run(hub: Hub, repository: Repository, suite: CheckSuite) -> Json:
    """Return a check suite as a check run's event carries it."""
    status, conclusion = suite_state(repository, suite)
    return {
        "id": suite.id,
        "node_id": node_id("CheckSuite", suite.id),
        "head_branch": suite.branch,
        "head_sha": suite.sha,
        "status": status,
        "conclusion": conclusion,
        "url": f"{hub.urls.repo(repository.full_name)}/check-suites/{suite.id}",
        "before": suite.before,
        "after": suite.sha,
        "pull_requests": _pulls(hub, repository, suite),
        "app": app(hub, hub.app(suite.app)),
        "created_at": moment(suite.created_at),
        "updated_at": moment(suite.updated_at),
    }


def suite_of_event(hub: Hub, repository: Repository, suite: CheckSuite) -> Json:
    """Return a check suite as its own event carries it."""
    runs = [run for run in repository.runs if run.suite is suite]
    drawn = suite_of_run(hub, repository, suite)
    return drawn | {
        "latest_check_runs_count": len({run.name for run in runs}),
        "check_runs_url": f"{drawn['url']}/check-runs",
        "head_commit": simple_commit(repository.git.commit(suite.sha)),
    }


def check_suite(hub: Hub, repository: Repository, suite: CheckSuite) -> Json:
    """Return a check suite as the REST API has it."""
    return suite_of_event(hub, repository, suite) | {
        "repository": brief_repository(hub, repository)
    }


def _pulls(hub: Hub, repository: Repository, suite: CheckSuite) -> list[Json]:
    return [
        linked_pull(hub, repository, pull)
        for pull in repository.pulls.values()
        if pull.state == "open" and pull.head_ref == suite.branch
    ]


def linked_pull(hub: Hub, repository: Repository, pull: Pull) -> Json:
    """Return a pull request as checks name it."""
    url = hub.urls.repo(repository.full_name)
    home = {"id": repository.id, "url": url, "name": repository.name}
    return {
        "url": f"{url}/pulls/{pull.number}",
        "id": pull.id,
        "number": pull.number,
        "head": {"ref": pull.head_ref, "sha": pull.head_sha, "repo": home},
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": home},
    }
