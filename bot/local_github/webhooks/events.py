"""Makes an event of what happened and hands it to the hooks that want it."""

from bot.local_github.hub import Hub
from bot.local_github.people import ACTIONS, bot_login
from bot.local_github.records import (
    CheckRun,
    CheckSuite,
    Deployment,
    DeploymentStatus,
    Hook,
    Pull,
    Release,
    Status,
    WorkflowRun,
)
from bot.local_github.repository import Repository
from bot.local_github.settings import AppSpec
from bot.local_github.shapes import checks, deployments, hooks, pulls, releases, workflow_runs
from bot.local_github.shapes.basics import Json, node_id
from bot.local_github.shapes.people import user
from bot.local_github.shapes.repository import repository as draw_repository
from bot.local_github.webhooks import payloads
from bot.local_github.webhooks.lines import Lines


class Events:
    """One method an event. The lock of the hub is held by who calls."""

    def __init__(self, hub: Hub, lines: Lines) -> None:
        self._hub = hub
        self._lines = lines
        self._app_hooks = {
            app.owner: _hook_of(hub, app) for app in hub.settings.apps if app.webhook_url
        }

    def emit(self, repository: Repository, event: str, sender: str, payload: Json) -> None:
        """Send *payload*, completed by repository and sender, to every hook that wants *event*."""
        of_app = self._app_hooks.get(repository.owner)
        for hook in (*repository.hooks.values(), *((of_app,) if of_app else ())):
            if hook.wants(event):
                self._send(hook, repository, event, sender, payload)

    def _send(
        self, hook: Hook, repository: Repository, event: str, sender: str, payload: Json
    ) -> None:
        whole = {"repository": draw_repository(self._hub, repository)} | payload
        whole["sender"] = user(self._hub, sender)
        if hook.installation:
            number = hook.installation
            whole["installation"] = {"id": number, "node_id": node_id("Installation", number)}
        self._lines.send(hook, event, whole, repository.id)

    def ping(self, repository: Repository, hook: Hook, sender: str) -> None:
        """Greet a new hook."""
        drawn = hooks.hook(self._hub, repository, hook)
        drawn["last_response"] = {"code": None, "status": "unused", "message": None}
        payload = {
            "zen": "Anything added dilutes everything else.",
            "hook_id": hook.id,
            "hook": drawn,
        }
        self._send(hook, repository, "ping", sender, payload)

    def status(self, repository: Repository, status: Status) -> None:
        """A commit status was set."""
        payload = payloads.status(self._hub, repository, status)
        self.emit(repository, "status", status.creator, payload)

    def check_run(self, repository: Repository, run: CheckRun, action: str, sender: str) -> None:
        """A check run was ``created`` or is ``completed``."""
        drawn = checks.check_run(self._hub, repository, run)
        drawn["check_suite"] = checks.suite_of_run(self._hub, repository, run.suite)
        self.emit(repository, "check_run", sender, {"action": action, "check_run": drawn})

    def check_suite(self, repository: Repository, suite: CheckSuite, sender: str) -> None:
        """All runs of a suite are completed."""
        drawn = checks.suite_of_event(self._hub, repository, suite)
        self.emit(repository, "check_suite", sender, {"action": "completed", "check_suite": drawn})

    def workflow_run(self, repository: Repository, run: WorkflowRun) -> None:
        """A run of GitHub Actions is under way, or completed."""
        payload = {
            "action": "completed" if run.conclusion else "in_progress",
            "workflow": workflow_runs.workflow(self._hub, repository, run),
            "workflow_run": workflow_runs.workflow_run(self._hub, repository, run),
        }
        self.emit(repository, "workflow_run", bot_login(ACTIONS), payload)

    def pull_request(
        self, repository: Repository, pull: Pull, action: str, sender: str, **facts: str
    ) -> None:
        """A pull request was ``opened``, ``closed``, ``reopened`` or grew (``synchronize``)."""
        drawn = pulls.whole_pull_request(self._hub, repository, pull)
        payload = {"action": action, "number": pull.number, "pull_request": drawn} | facts
        self.emit(repository, "pull_request", sender, payload)

    def deployment(self, repository: Repository, one: Deployment) -> None:
        """A deployment was made."""
        drawn = deployments.deployment(self._hub, repository, one)
        payload = {"action": "created", "deployment": drawn, "workflow": None, "workflow_run": None}
        self.emit(repository, "deployment", one.creator, payload)

    def deployment_status(
        self, repository: Repository, of: Deployment, one: DeploymentStatus
    ) -> None:
        """A deployment got a status."""
        payload = {
            "action": "created",
            "deployment_status": deployments.deployment_status(self._hub, repository, of, one),
            "deployment": deployments.deployment(self._hub, repository, of),
        }
        self.emit(repository, "deployment_status", one.creator, payload)

    def release(self, repository: Repository, one: Release, action: str) -> None:
        """A release was ``created``, ``published`` or ``released``."""
        drawn = releases.release(self._hub, repository, one)
        payload = {"action": action, "release": drawn}
        self.emit(repository, "release", one.author, payload)


def _hook_of(hub: Hub, app: AppSpec) -> Hook:
    assert app.webhook_url is not None
    return Hook(
        id=hub.next_id(),
        url=app.webhook_url,
        secret=app.webhook_secret,
        content_type="json",
        events=app.events,
        active=True,
        created_at=hub.since,
        updated_at=hub.since,
        installation=app.installation_id,
    )
