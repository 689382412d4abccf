"""A forge in memory with a webhook: what people push there, and what is delivered of it, signed."""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette

from bot.web.app import web_app
from bot.web.github_webhook import github_webhook
from engine.adapters.github.events import hint_of
from engine.workflows import look
from engine.workflows.hints import NO_SHA, Hint
from engine.workflows.watching import keep_watch
from storage import apps, jobs, watched, workflows
from storage.workflow_records import Head, Job, Watched, Workflow
from tests.fakes_forge import FakeForge
from tests.worlds import ADA, Scene, app_named

SECRET = "a secret of the webhook"
REPO = "acme/shop"
MAIN = "refs/heads/main"
POLL_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery, which may be sent once, often or never."""

    id: str
    event: str
    body: bytes

    def headers(self, **changes: str) -> dict[str, str]:
        return {
            "X-GitHub-Event": self.event,
            "X-GitHub-Delivery": self.id,
            "X-Hub-Signature-256": signature(self.body),
            "Content-Type": "application/json",
            **changes,
        }


@dataclass
class Hub:
    """One repository, watched by a Rackhand."""

    scene: Scene
    secret: str | None = SECRET
    numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def forge(self) -> FakeForge:
        return self.scene.forge

    # what people do

    def push(self, subject: str, *, branch: str = "main", onto: str | None = None) -> Delivery:
        """Push one commit, onto the branch or with force onto another commit."""
        ref = f"refs/heads/{branch}"
        there = self.forge.repositories.get(REPO)
        before = there.heads.get(ref, NO_SHA) if there else NO_SHA
        self.forge.push(REPO, subject, branch=branch, onto=onto)
        forced = onto is not None and onto != before
        return self.pushed(ref, before, forced=forced)

    def rewind(self, sha: str, *, branch: str = "main") -> Delivery:
        """Take commits away from a branch by force."""
        ref = f"refs/heads/{branch}"
        before = self.forge.repositories[REPO].heads[ref]
        self.forge.rewind(REPO, sha, branch=branch)
        return self.pushed(ref, before, forced=True)

    def delete(self, ref: str) -> Delivery:
        """Delete a branch or tag."""
        before = self.forge.repositories[REPO].heads[ref]
        self.forge.delete(REPO, ref)
        return self.pushed(ref, before)

    def pushed(self, ref: str, before: str, *, forced: bool = False) -> Delivery:
        """What is delivered of a ref that is not where it was."""
        there = self.forge.repositories[REPO]
        after = there.heads.get(ref, NO_SHA)
        commit = there.commits.get(after)
        head_commit = commit and {
            "id": after,
            "message": f"{commit.subject}\n\nMore of it.",
            "url": commit.url,
            "author": {
                "name": commit.author,
                "email": commit.author_email,
                "username": commit.login,
            },
        }
        return self.delivery(
            "push",
            ref=ref,
            before=before,
            after=after,
            created=before == NO_SHA,
            deleted=after == NO_SHA,
            forced=forced,
            head_commit=head_commit,
        )

    def delivery(
        self, event: str, repo: str = REPO, payload: Mapping[str, Any] | None = None, **more: Any
    ) -> Delivery:
        """Make a delivery of any event."""
        about = {"full_name": repo, "pushed_at": int(self.scene.clock.now().timestamp())}
        whole = {"repository": about, **(payload or {}), **more}
        body = json.dumps(whole).encode()
        return Delivery(id=f"d-{next(self.numbers)}", event=event, body=body)

    # what arrives

    def send(self, *deliveries: Delivery) -> list[httpx.Response]:
        """Deliver in this order."""
        return [self.post(one.body, one.headers()) for one in deliveries]

    def post(self, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
        """Send a request of any kind to the webhook's address."""
        answer = asyncio.run(posted(self.application(), body, headers))
        self.scene.clock.pass_time(0.001)  # nothing else happens at the same moment
        return answer

    def application(self) -> Starlette:
        return web_app({}, more=[github_webhook(self.scene.world, self.secret)])

    def look(self) -> None:
        """Look where a look is due."""
        for repo in look.due(self.scene.world):
            look.look(self.scene.world, repo)

    def poll(self) -> None:
        """Let the time pass until the next look, and look."""
        self.scene.clock.pass_time(POLL_SECONDS)
        self.look()

    # what is on record

    def begin_with(self, *tasks: Any, name: str = "delivery", **keys: Any) -> Workflow:
        """Have a workflow, and what it needs watched; the first look is to come."""
        made = self.scene.workflow(name, *(tasks or ({"wait": "1h"},)), **keys)
        keep_watch(self.scene.world)
        return made

    def jobs(self) -> list[Job]:
        """Oldest first."""
        with self.scene.store.read() as transaction:
            return jobs.latest(transaction, limit=10_000)[::-1]

    def begun(self) -> list[tuple[str, str]]:
        """Ref and sha of each job, oldest first."""
        return [(job.ref, job.sha) for job in self.jobs()]

    def watched(self) -> Watched:
        with self.scene.store.read() as transaction:
            found = watched.get(transaction, REPO)
        assert found
        return found

    def head(self, ref: str = MAIN) -> Head | None:
        with self.scene.store.read() as transaction:
            return watched.head(transaction, REPO, ref)

    def pause(self, name: str = "delivery", *, at: bool = True) -> None:
        now = self.scene.clock.now()
        with self.scene.store.write() as transaction:
            one = workflows.get(transaction, name)
            assert one
            workflows.change(
                transaction, one, paused_by=ADA if at else None, paused_at=now if at else None
            )


def hub_over(scene: Scene) -> Hub:
    """Put the app's repository where the fake forge has it, with one commit on main."""
    with scene.store.write() as transaction:
        apps.replace_those_of_file(
            transaction,
            [replace(app_named("web", scene.clock), repo=f"https://git.example/{REPO}.git")],
        )
    scene.forge.push(REPO, "Begin")
    return Hub(scene)


def looked_at(hub: Hub) -> Hub:
    """Have a workflow and the first look, long enough ago that all has settled."""
    hub.begin_with()
    hub.look()
    hub.scene.clock.pass_time(30)
    return hub


def signature(body: bytes, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"


def hint_in(delivery: Delivery) -> Hint:
    """What a delivery hints at."""
    hint = hint_of(delivery.event, json.loads(delivery.body))
    assert hint
    return hint


def as_form(delivery: Delivery) -> Delivery:
    """The same, as GitHub sends it with the other content type."""
    body = urlencode({"payload": delivery.body.decode()}).encode()
    return Delivery(id=delivery.id, event=delivery.event, body=body)


async def posted(application: Starlette, body: bytes, headers: Mapping[str, str]) -> httpx.Response:
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        return await client.post("/github/webhook", content=body, headers=headers)
