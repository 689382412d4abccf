"""One command at a terminal: ask, show the answer, and follow what it began to its end."""

import getpass
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from bot.relay.drawing import parts_of
from bot.scheduler import BOT
from bot.terminal.draw import draw, draw_parts
from commands.request import Origin, Request, Standing
from commands.run import run
from engine import lookup
from engine.lifecycle import is_final
from engine.world import World
from storage import builds, claims, ids, jobs, outbox
from storage.records import Build, BuildStatus, Person, Promotion, PromotionStatus
from storage.store import Transaction
from storage.workflow_records import Job, JobStatus

LOOK_SECONDS = 0.5
GOOD = frozenset({BuildStatus.SUCCEEDED, PromotionStatus.SUCCEEDED, JobStatus.SUCCEEDED})


def session(world: World, words: Sequence[str], console: Console | None = None) -> int:
    """Run one command; return the exit code: 0 where it did, or began and ended well."""
    console = console or Console()
    request = Request(
        actor=Person(team="terminal", user=getpass.getuser(), name=getpass.getuser()),
        standing=Standing.MEMBER,
        origin=Origin.TERMINAL,
        words=tuple(words),
        key=ids.new_id("T"),
    )
    reply = run(world, request)
    draw(console, reply)
    if reply.file:
        sys.stdout.write(reply.file[1] + "\n")
    if reply.failed:
        return 1
    return _follow(world, reply.follow, console) if reply.follow else 0


def _follow(world: World, subject_id: str, console: Console) -> int:
    """Show the milestones as they come, until the end; 0 for a good one."""
    shown = 0
    while True:
        with world.store.read() as transaction:
            subject = _subject(transaction, subject_id)
            told = [
                one for one in outbox.of_subject(transaction, subject_id) if one.kind == "milestone"
            ]
            works = claims.alive(transaction, BOT, world.clock.now())
        for one in told[shown:]:
            draw_parts(console, parts_of(one))
        shown = len(told)
        if is_final(subject.status):
            return 0 if subject.status in GOOD else 1
        if subject.status is PromotionStatus.AWAITING_APPROVAL:
            console.print(f"Agree to it with: rackhand approve {subject_id}")
            return 0
        if subject.status is JobStatus.WAITING:
            console.print(f"It waits for a person. See it with: rackhand jobs info {subject_id}")
            return 0
        if not works:
            console.print(
                "Asked, but no Rackhand is running on this database, so nothing happens yet. "
                "Start it with: rackhand run"
            )
            return 1
        time.sleep(LOOK_SECONDS)


def _subject(transaction: Transaction, subject_id: str) -> Build | Promotion | Job:
    found = builds.get(transaction, subject_id) or jobs.get(transaction, subject_id)
    return found or lookup.promotion(transaction, subject_id)
