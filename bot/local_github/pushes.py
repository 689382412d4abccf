"""Notices what git changed, and tells hooks and pull requests of it."""

from bot.local_github.git import writing
from bot.local_github.git.changes import Change, changes
from bot.local_github.hub import Hub
from bot.local_github.records import Pull
from bot.local_github.repository import Repository
from bot.local_github.webhooks import payloads
from bot.local_github.webhooks.events import Events

_BRANCH = "refs/heads/"


def notice(hub: Hub, events: Events, repository: Repository, pusher: str) -> None:
    """Compare the refs with those last seen, and send what follows; a repeat sends nothing.

    The lock of the hub is held, so that two pushes at once are each told of once.
    """
    now = repository.git.refs()
    changed = changes(repository.seen, now)
    repository.seen = now
    for change in changed:
        repository.pushed_at = hub.now()
        if change.before and change.after:
            repository.before[change.ref] = change.before.sha
        _tell(hub, events, repository, change, pusher)
        if change.is_branch:
            _follow(hub, events, repository, change, pusher)


def _tell(hub: Hub, events: Events, repository: Repository, change: Change, pusher: str) -> None:
    if change.before is None:
        events.emit(repository, "create", pusher, payloads.created(repository, change))
    if change.after is None:
        events.emit(repository, "delete", pusher, payloads.deleted(change))
    events.emit(repository, "push", pusher, payloads.push(hub, repository, change, pusher))


def _follow(hub: Hub, events: Events, repository: Repository, change: Change, pusher: str) -> None:
    """Let open pull requests grow, end, or be merged by a push to their branches."""
    for pull in list(repository.pulls.values()):
        if pull.state != "open":
            continue
        if pull.head_ref == change.name:
            _head_moved(hub, events, repository, pull, change, pusher)
        if pull.state == "open" and pull.base_ref == change.name and change.after:
            before, pull.base_sha = pull.base_sha, change.after.commit
            if repository.git.is_ancestor(pull.head_sha, pull.base_sha):
                pull.base_sha = before  # what it was merged into stays what it is compared with
                merged(hub, events, repository, pull, pusher, commit=change.after.commit)


def _head_moved(
    hub: Hub, events: Events, repository: Repository, pull: Pull, change: Change, pusher: str
) -> None:
    pull.updated_at = hub.now()
    if change.after is None:
        close(hub, events, repository, pull, pusher)
        return
    before, pull.head_sha = pull.head_sha, change.after.commit
    writing.move(repository.git, f"refs/pull/{pull.number}/head", pull.head_sha)
    events.pull_request(repository, pull, "synchronize", pusher, before=before, after=pull.head_sha)


def close(hub: Hub, events: Events, repository: Repository, pull: Pull, who: str) -> None:
    """Close a pull request."""
    pull.state = "closed"
    pull.closed_at = pull.updated_at = hub.now()
    events.pull_request(repository, pull, "closed", who)


def merged(
    hub: Hub, events: Events, repository: Repository, pull: Pull, who: str, *, commit: str
) -> None:
    """Note that a pull request is merged as *commit*, and close it."""
    pull.merged_at = hub.now()
    pull.merged_by = who
    pull.merge_commit = commit
    close(hub, events, repository, pull, who)
