"""Which pull requests a promotion has brought live, and what is said under each."""

from collections.abc import Sequence

from engine.colors import circle
from engine.errors import NotFound
from engine.ports.forge import Forge, PullRequest
from engine.world import RackSpec
from storage.records import Promotion
from storage.workflow_records import Job


def pull_requests(forge: Forge, repo: str, base: str | None, sha: str) -> Sequence[PullRequest]:
    """Ask the forge for the merged pull requests of the commits from *base* to *sha*, in order.

    Where the base is gone, or was never, only *sha* itself counts. Raises as the port does.
    """
    found: dict[int, PullRequest] = {}
    for commit in _commits(forge, repo, base, sha):
        for one in forge.pull_requests(repo, commit):
            if one.is_merged:
                found[one.number] = one
    return [found[number] for number in sorted(found)]


def said(job: Job, promotion: Promotion, rack: RackSpec, url: str | None) -> str:
    """Return what is said, in the forge's own markup."""
    where = f"{circle(rack.color)} **{rack.name}**"
    how = f"release {promotion.release_id}, built from {job.sha}, by the workflow {job.workflow}"
    return f"Live on {where}: {how}." + (f"\n\n{url}" if url else "")


def _commits(forge: Forge, repo: str, base: str | None, sha: str) -> Sequence[str]:
    if base is None:
        return (sha,)
    try:
        return tuple(one.sha for one in forge.compare(repo, base, sha).commits)
    except NotFound:
        return (sha,)
