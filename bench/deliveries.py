"""What a busy company's GitHub delivers: pushes, checks, pull requests, and some of it twice."""

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bot.web.github_webhook import PATH

SECRET = "a secret of the benchmark"
AT_ONCE = 10
MAIN, OTHER = "refs/heads/main", "refs/heads/develop"
FILLING = "https://api.github.com/repos/acme/shop/… " * 180  # a real payload has about 8 kB
SEED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One signed delivery."""

    headers: Mapping[str, str]
    body: bytes
    is_replay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What is delivered in which order, and the jobs that are due when all of it has been."""

    deliveries: Sequence[Delivery]
    due: frozenset[tuple[str, str]]  # repository and sha


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What the deliveries came to."""

    seconds: float
    after_s: Sequence[float]  # each
    answers: Sequence[Mapping[str, Any]]
    refused: int


def first_sha(repo: str, ref: str) -> str:
    """Return where a branch is before the story begins."""
    return hashlib.sha1(f"{repo} {ref}".encode()).hexdigest()


def story(repos: Sequence[str], count: int, replays: int) -> Story:
    """Make *count* deliveries, *replays* of them for the second time; a seed makes all runs alike.

    Of ten that are new four are pushes to a branch that begins jobs, four tell of checks, one is a
    push that begins none, and one is of an event or a repository that is of no use. A repository's
    pushes are far enough apart that they arrive in order.
    """
    shuffled = random.Random(SEED)
    heads = {(repo, ref): first_sha(repo, ref) for repo in repos for ref in (MAIN, OTHER)}
    turns = {ref: itertools.cycle(repos) for ref in (MAIN, OTHER)}
    made: list[Delivery] = []
    due: set[tuple[str, str]] = set()
    kinds = _kinds(count - replays, shuffled)
    for number, kind in enumerate(kinds):
        if kind in {MAIN, OTHER}:
            repo = next(turns[kind])
            event, payload = "push", _push(repo, kind, heads, number)
            if kind == MAIN:
                due.add((repo, heads[repo, kind]))
        else:
            event, payload = kind, _other(kind, shuffled.choice(repos), heads)
        made.append(_signed(event, payload, number))
    for again in shuffled.sample(made, replays):
        place = shuffled.randrange(made.index(again) + 1, len(made) + 1)
        made.insert(place, Delivery(headers=again.headers, body=again.body, is_replay=True))
    return Story(deliveries=made, due=frozenset(due))


def deliver(url: str, deliveries: Sequence[Delivery]) -> Answered:
    """Send all, ``AT_ONCE`` at a time, as soon as the ones before are answered."""
    return asyncio.run(_deliver(url, deliveries))


async def _deliver(url: str, deliveries: Sequence[Delivery]) -> Answered:
    after_s: list[float] = []
    answers: list[Mapping[str, Any]] = []
    refused = 0

    async def work(waiting: Iterator[Delivery], client: httpx.AsyncClient) -> None:
        nonlocal refused
        for one in waiting:
            began = time.perf_counter()
            answer = await client.post(url + PATH, content=one.body, headers=one.headers)
            after_s.append(time.perf_counter() - began)
            answers.append(answer.json())
            refused += answer.status_code not in {200, 202}

    waiting = iter(deliveries)
    async with httpx.AsyncClient(trust_env=False, timeout=60.0) as client:
        began = time.perf_counter()
        await asyncio.gather(*(work(waiting, client) for _ in range(AT_ONCE)))
        seconds = time.perf_counter() - began
    return Answered(seconds=seconds, after_s=after_s, answers=answers, refused=refused)


def _kinds(count: int, shuffled: random.Random) -> list[str]:
    ten = [MAIN] * 4 + ["check_run", "check_run", "status", "workflow_run", OTHER, "star"]
    kinds = list(itertools.islice(itertools.cycle(ten), count))
    shuffled.shuffle(kinds)
    return kinds


def _push(repo: str, ref: str, heads: dict[tuple[str, str], str], number: int) -> Mapping[str, Any]:
    before, after = heads[repo, ref], hashlib.sha1(f"{repo} {number}".encode()).hexdigest()
    heads[repo, ref] = after
    author = {"name": "Ada Lovelace", "email": "ada@example.com", "username": "ada"}
    return {
        "ref": ref,
        "before": before,
        "after": after,
        "created": False,
        "deleted": False,
        "forced": False,
        "head_commit": {"id": after, "message": f"Change {number}", "author": author},
        "repository": {"full_name": repo, "description": FILLING},
    }


def _other(kind: str, repo: str, heads: Mapping[tuple[str, str], str]) -> Mapping[str, Any]:
    sha = heads[repo, MAIN]
    about = {"repository": {"full_name": repo, "description": FILLING}, "action": "completed"}
    if kind == "status":
        return {**about, "sha": sha, "context": "ci/test", "state": "success"}
    return {**about, kind: {"head_sha": sha}}


def _signed(event: str, payload: Mapping[str, Any], number: int) -> Delivery:
    body = json.dumps(payload).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": f"bench-{number}",
        "X-Hub-Signature-256": f"sha256={signature}",
        "Content-Type": "application/json",
    }
    return Delivery(headers=headers, body=body)
