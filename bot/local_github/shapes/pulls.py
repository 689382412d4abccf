"""Pull requests and their comments."""

from bot.local_github.git.writing import can_merge
from bot.local_github.hub import Hub
from bot.local_github.records import Comment, Pull
from bot.local_github.repository import Repository
from bot.local_github.shapes.basics import Json, moment, moment_or_none, node_id
from bot.local_github.shapes.people import user, user_or_none
from bot.local_github.shapes.repository import repository as draw_repository


def pull_request(hub: Hub, repository: Repository, pull: Pull) -> Json:
    """Return a pull request as lists have it."""
    api = hub.urls.repo(repository.full_name)
    url = f"{api}/pulls/{pull.number}"
    issue = f"{api}/issues/{pull.number}"
    page = f"{hub.urls.page(repository.full_name)}/pull/{pull.number}"
    links = {
        "self": url,
        "html": page,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": f"{api}/statuses/{pull.head_sha}",
    }
    return {
        "url": url,
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": issue,
        "number": pull.number,
        "state": pull.state,
        "locked": False,
        "title": pull.title,
        "user": user(hub, pull.author),
        "body": pull.body,
        "created_at": moment(pull.created_at),
        "updated_at": moment(pull.updated_at),
        "closed_at": moment_or_none(pull.closed_at),
        "merged_at": moment_or_none(pull.merged_at),
        "merge_commit_sha": pull.merge_commit,
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _end(hub, repository, pull.head_ref, pull.head_sha),
        "base": _end(hub, repository, pull.base_ref, pull.base_sha),
        "_links": {name: {"href": link} for name, link in links.items()},
        "author_association": "MEMBER",
        "auto_merge": None,
        "active_lock_reason": None,
    }


def whole_pull_request(hub: Hub, repository: Repository, pull: Pull) -> Json:
    """Return a pull request with what must be reckoned, as ``GET …/pulls/{number}`` answers."""
    git = repository.git
    changed = git.files(pull.head_sha, git.merge_base(pull.base_sha, pull.head_sha))
    mergeable = pull.state == "open" and can_merge(git, pull.base_sha, pull.head_sha)
    comments = sum(comment.number == pull.number for comment in repository.comments.values())
    return pull_request(hub, repository, pull) | {
        "merged": pull.merged_at is not None,
        "mergeable": mergeable if pull.state == "open" else None,
        "rebaseable": None,
        "mergeable_state": _state(pull, mergeable=mergeable),
        "merged_by": user_or_none(hub, pull.merged_by),
        "comments": comments,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": git.count(f"{pull.base_sha}..{pull.head_sha}"),
        "additions": sum(file.additions for file in changed),
        "deletions": sum(file.deletions for file in changed),
        "changed_files": len(changed),
    }


def _state(pull: Pull, *, mergeable: bool) -> str:
    if pull.state != "open":
        return "unknown"
    if pull.draft:
        return "draft"
    return "clean" if mergeable else "dirty"


def _end(hub: Hub, repository: Repository, ref: str, sha: str) -> Json:
    return {
        "label": f"{repository.owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(hub, repository.owner),
        "repo": draw_repository(hub, repository),
    }


def comment(hub: Hub, repository: Repository, one: Comment) -> Json:
    """Return a comment on a pull request."""
    url = hub.urls.repo(repository.full_name)
    page = f"{hub.urls.page(repository.full_name)}/pull/{one.number}"
    return {
        "url": f"{url}/issues/comments/{one.id}",
        "html_url": f"{page}#issuecomment-{one.id}",
        "issue_url": f"{url}/issues/{one.number}",
        "id": one.id,
        "node_id": node_id("IssueComment", one.id),
        "user": user(hub, one.author),
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
        "author_association": "MEMBER",
        "body": one.body,
        "performed_via_github_app": None,
    }
