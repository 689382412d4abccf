"""Deployments and their statuses."""

from bot.local_github.hub import Hub
from bot.local_github.records import Deployment, DeploymentStatus
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, node_id
from bot.local_github.shapes.people import user


def deployment(hub: Hub, repository: Repository, one: Deployment) -> Json:
    """Return a deployment."""
    api = hub.urls.repo(repository.full_name)
    url = f"{api}/deployments/{one.id}"
    return {
        "url": url,
        "id": one.id,
        "node_id": node_id("Deployment", one.id),
        "task": one.task,
        "original_environment": one.original_environment,
        "environment": one.environment,
        "description": one.description,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "statuses_url": f"{url}/statuses",
        "repository_url": api,
        "creator": user(hub, one.creator),
        "sha": one.sha,
        "ref": one.ref,
        "payload": one.payload,
        "transient_environment": one.transient,
        "production_environment": one.production,
        "performed_via_github_app": None,
    }


def deployment_status(
    hub: Hub, repository: Repository, of: Deployment, one: DeploymentStatus
) -> Json:
    """Return one status of a deployment."""
    api = hub.urls.repo(repository.full_name)
    url = f"{api}/deployments/{of.id}"
    # the published schema of the event takes no empty address here
    log = {"log_url": one.log_url} if one.log_url else {}
    return log | {
        "url": f"{url}/statuses/{one.id}",
        "id": one.id,
        "node_id": node_id("DeploymentStatus", one.id),
        "state": one.state,
        "creator": user(hub, one.creator),
        "description": one.description,
        "environment": one.environment,
        "target_url": one.log_url,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.created_at),
        "deployment_url": url,
        "repository_url": api,
        "environment_url": one.environment_url,
        "performed_via_github_app": None,
    }
