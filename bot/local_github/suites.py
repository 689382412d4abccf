"""The check suite of an App on a commit, and the runs of GitHub Actions in it."""

from bot.local_github.hub import Hub
from bot.local_github.people import ACTIONS
from bot.local_github.records import CheckSuite, WorkflowRun
from bot.local_github.repository import Repository

_BRANCH = "refs/heads/"


def suite_of(hub: Hub, repository: Repository, app: str, sha: str) -> CheckSuite:
    """Return the suite of *app* (a slug) on a commit, made where it is missing."""
    for suite in repository.suites:
        if suite.app == app and suite.sha == sha:
            return suite
    branches = repository.git.refs(_BRANCH).items()
    ref = next((name for name, tip in branches if tip.commit == sha), None)
    now = hub.now()
    suite = CheckSuite(
        id=hub.next_id(),
        app=app,
        sha=sha,
        branch=ref.removeprefix(_BRANCH) if ref else None,
        before=repository.before.get(ref or ""),
        created_at=now,
        updated_at=now,
    )
    repository.suites.append(suite)
    return suite


def workflow_run(
    hub: Hub, repository: Repository, sha: str, name: str, conclusion: str | None
) -> WorkflowRun:
    """Begin a run of the workflow *name* on a commit, or end the one that is under way."""
    suite = suite_of(hub, repository, ACTIONS.slug, sha)
    for run in repository.workflow_runs:
        if run.suite is suite and run.name == name and run.conclusion is None:
            run.conclusion = conclusion
            run.updated_at = hub.now()
            return run
    names = list(dict.fromkeys([*(run.name for run in repository.workflow_runs), name]))
    run = WorkflowRun(
        id=hub.next_id(),
        workflow=names.index(name) + 1,
        number=1 + sum(run.name == name for run in repository.workflow_runs),
        name=name,
        suite=suite,
        conclusion=conclusion,
        created_at=hub.now(),
        updated_at=hub.now(),
    )
    repository.workflow_runs.append(run)
    return run
