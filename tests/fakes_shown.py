"""What the forge in memory shows of jobs: commit statuses, and deployments with their states."""

from dataclasses import dataclass, field

from engine.ports.forge import DeploymentState, StatusState


@dataclass(frozen=True, kw_only=True)
class ShownStatus:
    """A commit status as it stands."""

    state: StatusState
    description: str
    url: str | None


@dataclass(frozen=True, kw_only=True)
class ShownState:
    """One state of a deployment."""

    state: DeploymentState
    description: str
    environment_url: str | None
    log_url: str | None


@dataclass(kw_only=True)
class ShownDeployment:
    """A deployment with all states that it had."""

    id: str
    repo: str
    sha: str
    environment: str
    description: str
    key: str
    states: list[ShownState] = field(default_factory=list)
