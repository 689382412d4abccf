"""Which commits and pull requests a candidate would bring to a rack, as the forge tells them."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine import lookup
from engine.errors import PortError
from engine.ports.forge import CommitFacts, Forge, PullRequest, Relation
from engine.world import World
from storage import promotions
from storage.workflow_records import Job

ASKED = 10  # of the newest commits it is asked which pull requests they are of
KEPT = 10  # commits that are kept by name


def carried(world: World, job: Job, rack: str) -> Mapping[str, Any]:
    """Say what lies between what is live on *rack* and the job's commit; all of it is plain data.

    Where the forge does not say, nothing is known: an empty mapping, never an error.
    """
    with world.store.read() as transaction:
        app = lookup.app(transaction, job.app)
        live = promotions.live_on(transaction, app=job.app, rack=rack)
        release = lookup.release(transaction, live.release_id) if live else None
    repo = world.forge.name_of(app.repo) if world.forge else None
    if world.forge is None or repo is None or release is None:
        return {}
    try:
        between = world.forge.compare(repo, release.sha, job.sha)
        pulls = _pulls(world.forge, repo, between.commits[-ASKED:])
    except PortError:
        return {}
    return {
        "since": release.id,
        "url": between.url,
        "total": between.total,
        "goes_back": between.relation in {Relation.BEHIND, Relation.DIVERGED},
        "commits": [_commit(one) for one in between.commits[-KEPT:]],
        "pulls": [
            {"number": one.number, "title": one.title, "url": one.url} for one in pulls.values()
        ],
    }


def _pulls(forge: Forge, repo: str, commits: Sequence[CommitFacts]) -> dict[int, PullRequest]:
    """Return the merged pull requests of *commits* by their number, the newest first."""
    found: dict[int, PullRequest] = {}
    for commit in reversed(commits):
        for pull in forge.pull_requests(repo, commit.sha):
            if pull.is_merged:
                found.setdefault(pull.number, pull)
    return found


def _commit(one: CommitFacts) -> dict[str, str]:
    return {"sha": one.sha, "subject": one.subject, "author": one.author}
