"""The contract's stage over GitHub: real PyGithub and git against a local one."""

import itertools
from pathlib import Path
from typing import Any

from bot.local_github.running import RunningGitHub
from engine.adapters.github import GitHubAccess, GitHubForge
from engine.ports.forge import CheckState
from tests.contract.forge.stage import Shown
from tests.contract.source.repository import new_repository
from tests.fakes import FakeClock

CONCLUSIONS = {CheckState.PASSED: "success", CheckState.FAILED: "failure", CheckState.PENDING: None}
STATES = {
    CheckState.PASSED: "success",
    CheckState.FAILED: "error",
    CheckState.PENDING: "pending",
}
NARROW_TOKEN = "ghp_narrow"  # of scopes that are no use here
NUMBERS = itertools.count()


class GitHubStage:
    """A repository of its own at a GitHub that others use as well."""

    def __init__(self, github: RunningGitHub, folder: Path) -> None:
        self.github = github
        self.repo = f"acme/shop-{next(NUMBERS)}"
        self.clock = FakeClock()
        github.controls.create_repository(*self.repo.split("/"))
        self.people = github.client(self.repo)
        self.clone = new_repository(folder / "clone")
        self.clone.git(
            "remote", "add", "origin", github.git_url(self.repo, github.operator_git_token)
        )
        self._branches = {"main"}
        self._forges: list[GitHubForge] = []
        self.forge = self.opened(token=github.token)
        self.push("First")

    def opened(self, **access: Any) -> GitHubForge:
        """A forge that comes in in another way."""
        made = GitHubForge(GitHubAccess(api_url=self.github.api_url, **access), self.clock)
        self._forges.append(made)
        return made

    def close(self) -> None:
        for one in self._forges:
            one.close()

    @property
    def url(self) -> str:
        return self.github.git_url(self.repo)

    def push(self, subject: str, *, branch: str = "main") -> str:
        if branch not in self._branches:
            self.clone.git("checkout", "--quiet", "-b", branch, "main")
            self._branches.add(branch)
        elif len(self._branches) > 1:
            self.clone.git("checkout", "--quiet", branch)
        return self._commit(subject, branch)

    def force_push(self, subject: str, *, onto: str) -> str:
        self.clone.git("reset", "--quiet", "--hard", onto)
        return self._commit(subject, "main")

    def tag(self, name: str, *, annotated: int = 0) -> None:
        self.clone.git("tag", name)
        for _ in range(annotated):
            self.clone.git("tag", "--force", "-a", "-m", "A tag", name, name)
        self.clone.git("push", "--quiet", "origin", f"refs/tags/{name}")

    def delete(self, branch: str) -> None:
        self.clone.git("push", "--quiet", "origin", f":refs/heads/{branch}")

    def publish(self, tag: str, *, draft: bool = False) -> None:
        self.people.release(tag, draft=draft)

    def check(self, sha: str, name: str, state: CheckState, *, status: bool = False) -> None:
        if status:
            self.people.set_status(sha, name, STATES[state], target_url="https://ci.example/1")
        else:
            self.people.check_run(sha, name, CONCLUSIONS[state])

    def require(self, *names: str) -> None:
        self.github.controls.protect(self.repo, "main", names)

    def propose(self, branch: str, title: str) -> int:
        return int(self.people.open_pull_request(branch, title=title)["number"])

    def merge(self, number: int) -> str:
        return self.people.merge(number)

    def move(self) -> str:
        owner, _, name = self.repo.partition("/")
        self.github.controls.move_repository(self.repo, name=f"new-{name}")
        return f"{owner}/new-{name}"

    def go_down(self) -> None:
        self.github.controls.down(600)

    def refuse_to_be_asked(self) -> None:
        self.github.controls.exhaust(600)

    def forbid_statuses(self) -> None:
        self.forge = self.opened(token=NARROW_TOKEN)

    def lose_next_answer(self, path: str) -> None:
        self.github.controls.fault("drop_after", path=f"*/{path}", method="POST")

    def status(self, sha: str, context: str) -> tuple[str, str, str | None] | None:
        found = [one for one in self.people.statuses(sha) if one["context"] == context]
        if not found:
            return None
        newest = found[0]
        return newest["state"], newest["description"], newest["target_url"]

    def deployments(self) -> list[Shown]:
        return [self._shown(one) for one in reversed(self.people.deployments())]

    def comments(self, number: int) -> list[str]:
        return [one["body"] for one in self.people.comments(number)]

    def _shown(self, one: dict[str, Any]) -> Shown:
        states = self.people.deployment_statuses(one["id"])
        return Shown(
            environment=one["environment"],
            sha=one["sha"],
            states=tuple(state["state"] for state in reversed(states)),
            environment_url=(states[0]["environment_url"] or None) if states else None,
        )

    def _commit(self, subject: str, branch: str) -> str:
        author = "--author=Ada Brandt <ada@example.com>"
        self.clone.git("commit", "--quiet", "--allow-empty", author, "-m", subject)
        self.clone.git("push", "--quiet", "--force", "origin", branch)
        return self.clone.git("rev-parse", "HEAD")
