"""The contract's stage over the forge that lives in memory."""

from datetime import timedelta

from engine.ports.forge import CheckState, Forge
from tests.contract.forge.stage import Shown
from tests.fakes import FakeClock
from tests.fakes_forge import FakeForge

REPO = "acme/shop"
LOSES = {"deployments": "deployment", "comments": "comment"}


class FakeStage:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fake = FakeForge(self.clock)
        self._branches: dict[int, str] = {}
        self.repo = REPO
        self._name = REPO  # the present one
        self.fake.push(REPO, "First")

    @property
    def forge(self) -> Forge:
        return self.fake

    @property
    def url(self) -> str:
        return f"https://{self.fake.host}/{REPO}.git"

    def push(self, subject: str, *, branch: str = "main") -> str:
        return self.fake.push(REPO, subject, branch=branch)

    def force_push(self, subject: str, *, onto: str) -> str:
        return self.fake.push(REPO, subject, onto=onto)

    def tag(self, name: str, *, annotated: int = 0) -> None:
        self.fake.tag(REPO, name)

    def delete(self, branch: str) -> None:
        self.fake.delete(REPO, f"refs/heads/{branch}")

    def publish(self, tag: str, *, draft: bool = False) -> None:
        if not draft:
            self.fake.publish(REPO, tag)
            self.clock.pass_time(1)

    def check(self, sha: str, name: str, state: CheckState, *, status: bool = False) -> None:
        self.fake.check(REPO, sha, name, state)

    def require(self, *names: str) -> None:
        self.fake.require(REPO, *names)

    def propose(self, branch: str, title: str) -> int:
        number = len(self._branches) + 1
        self._branches[number] = branch
        sha = self.fake.repositories[REPO].heads[f"refs/heads/{branch}"]
        self.fake.merge(REPO, number, title, sha, is_merged=False)
        return number

    def merge(self, number: int) -> str:
        there = self.fake.repositories[REPO]
        proposed, shas = there.pulls[number]
        sha = self.fake.push(REPO, f"Merge pull request #{number}")
        self.fake.merge(REPO, number, proposed.title, *shas, sha)
        return sha

    def move(self) -> str:
        self._name = "acme/store"
        self.fake.move(REPO, self._name)
        return self._name

    def go_down(self) -> None:
        self.fake.is_reachable = False

    def refuse_to_be_asked(self) -> None:
        self.fake.limited_until = self.clock.now() + timedelta(minutes=10)

    def forbid_statuses(self) -> None:
        self.fake.forbidden.add("set_status")

    def lose_next_answer(self, path: str) -> None:
        self.fake.loses_answer.add(LOSES[path])

    def status(self, sha: str, context: str) -> tuple[str, str, str | None] | None:
        found = self.fake.status(self._name, sha, context)
        return (found.state.value, found.description, found.url) if found else None

    def deployments(self) -> list[Shown]:
        return [
            Shown(
                environment=one.environment,
                sha=one.sha,
                states=tuple(state.state.value for state in one.states),
                environment_url=one.states[-1].environment_url if one.states else None,
            )
            for one in self.fake.deployments.values()
        ]

    def comments(self, number: int) -> list[str]:
        return self.fake.comments(self._name, number)
