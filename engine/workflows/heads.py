"""Recording that a branch, tag or release moved, and beginning what that begins, in one go."""

from engine.ports.forge import CommitFacts
from engine.workflows import jobs
from engine.workflows.matching import begins_with, concerned, kind_of
from engine.workflows.people import pusher
from engine.world import World
from storage import watched
from storage.store import Stale, Transaction
from storage.workflow_records import Head, Job


def moved(
    world: World,
    transaction: Transaction,
    repo: str,
    ref: str,
    *,
    before: Head | None,
    sha: str,
    facts: CommitFacts | None,
) -> list[Job]:
    """Record that *ref* is at *sha* now, and return the jobs that begin with that.

    *before* is where it was, as the caller read it; None where it was not there. Raises ``Stale``
    when another has recorded a move since, or when a job should begin and there are no *facts*
    of the commit: whoever comes second sees what is true now, and begins nothing twice.
    """
    head = record(world, transaction, repo, ref, before=before, sha=sha)
    kind = kind_of(ref)
    begun = [one for one in concerned(world, transaction, repo) if begins_with(one, ref)]
    if not begun or kind is None:
        return []
    if facts is None:
        raise Stale(f"{ref} of {repo}: a workflow began to wait for it just now")
    made = [
        jobs.begin(
            world,
            transaction,
            workflow,
            ref=ref,
            sha=sha,
            cause=f"{ref}@{sha}#{head.changes}",
            trigger=kind,
            asked_by=pusher(facts.login or facts.author_email or facts.author, facts.author),
            subject=facts.subject,
            author=facts.author,
            author_email=facts.author_email,
        )
        for workflow in begun
    ]
    return [job for job in made if job]


def record(
    world: World, transaction: Transaction, repo: str, ref: str, *, before: Head | None, sha: str
) -> Head:
    """Record where *ref* is and begin nothing. Raises ``Stale`` when another has recorded a move.

    The changes of a new one are counted on from the second it is seen in, so that a branch that
    is deleted and comes back at the same commit has a cause of its own.
    """
    now = world.clock.now()
    changes = before.changes + 1 if before else int(now.timestamp())
    head = Head(repo=repo, ref=ref, sha=sha, changes=changes, seen_at=now)
    if before:
        watched.move_head(transaction, before, sha, now)
    elif not watched.add_head(transaction, head):
        raise Stale(f"{ref} of {repo}: another has seen it first")
    return head
