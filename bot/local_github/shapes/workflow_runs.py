"""Runs of GitHub Actions, and the workflows that they are of."""

from bot.local_github.hub import Hub
from bot.local_github.people import ACTIONS, bot_login
from bot.local_github.records import WorkflowRun
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, node_id
from bot.local_github.shapes.commits import simple_commit
from bot.local_github.shapes.people import user
from bot.local_github.shapes.repository import brief_repository


def _path(run: WorkflowRun) -> str:
    return f".github/workflows/{run.name.lower().replace(' ', '-')}.yml"


def workflow(hub: Hub, repository: Repository, run: WorkflowRun) -> Json:
    """Return the workflow that a run is of."""
    page = hub.urls.page(repository.full_name)
    return {
        "id": run.workflow,
        "node_id": node_id("Workflow", run.workflow),
        "name": run.name,
        "path": _path(run),
        "state": "active",
        "created_at": moment(repository.created_at),
        "updated_at": moment(repository.created_at),
        "url": f"{hub.urls.repo(repository.full_name)}/actions/workflows/{run.workflow}",
        "html_url": f"{page}/blob/{repository.default_branch}/{_path(run)}",
        "badge_url": f"{page}/workflows/{run.workflow}/badge.svg",
    }


def workflow_run(hub: Hub, repository: Repository, run: WorkflowRun) -> Json:
    """Return a run."""
    api = hub.urls.repo(repository.full_name)
    url = f"{api}/actions/runs/{run.id}"
    commit = repository.git.commit(run.suite.sha)
    actor = user(hub, bot_login(ACTIONS))
    home = brief_repository(hub, repository)
    return {
        "id": run.id,
        "node_id": node_id("WorkflowRun", run.id),
        "name": run.name,
        "path": _path(run),
        "display_title": commit.message.partition("\n")[0],
        "event": "push",
        "status": "completed" if run.conclusion else "in_progress",
        "conclusion": run.conclusion,
        "head_branch": run.suite.branch or repository.default_branch,
        "head_sha": run.suite.sha,
        "head_commit": simple_commit(commit),
        "head_repository": home,
        "repository": home,
        "run_number": run.number,
        "run_attempt": 1,
        "workflow_id": run.workflow,
        "check_suite_id": run.suite.id,
        "check_suite_node_id": node_id("CheckSuite", run.suite.id),
        "check_suite_url": f"{api}/check-suites/{run.suite.id}",
        "pull_requests": [],
        "actor": actor,
        "triggering_actor": actor,
        "created_at": moment(run.created_at),
        "updated_at": moment(run.updated_at),
        "run_started_at": moment(run.created_at),
        "previous_attempt_url": None,
        "url": url,
        "html_url": f"{hub.urls.page(repository.full_name)}/actions/runs/{run.id}",
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "workflow_url": f"{api}/actions/workflows/{run.workflow}",
    }
