"""Every route of the REST API."""

from bot.local_github.api import (
    apps,
    checks,
    comments,
    commits,
    deployments,
    hooks,
    meta,
    pulls,
    refs,
    releases,
    repositories,
    statuses,
)

# statuses, checks and the pull requests of a commit come before the commit itself, whose name
# may hold slashes
ENDPOINTS = (
    *meta.ENDPOINTS,
    *apps.ENDPOINTS,
    *statuses.ENDPOINTS,
    *checks.ENDPOINTS,
    *commits.ENDPOINTS,
    *refs.ENDPOINTS,
    *pulls.ENDPOINTS,
    *comments.ENDPOINTS,
    *deployments.ENDPOINTS,
    *releases.ENDPOINTS,
    *hooks.ENDPOINTS,
    *repositories.ENDPOINTS,
)
