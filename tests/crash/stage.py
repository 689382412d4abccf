"""A Rackhand that lives in processes of its own, and what can be seen of it from outside."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from bot.local_github.running import RunningGitHub
from bot.relay.drawing import digest, drawn_card
from bot.scheduler import BOT
from bot.settings import load
from bot.wiring import Wired, wire
from bot.workspace.client import Visitor
from bot.workspace.running import RunningWorkspace
from bot.workspace.seen import SeenMessage
from commands.request import Origin, Request, Standing
from commands.run import run
from engine.world import World
from storage import builds, claims, ids, jobs, outbox, promotions, releases
from storage.records import Build, Card, Outgoing, Person, Promotion
from tests.crash import victim
from tests.crash.app import make_repository
from tests.services.requirement import free_port

ROOT = Path(__file__).parents[2]
SOON_SECONDS = 60.0
REPOSITORY = "acme/shop"  # of the app, where it is on a GitHub
ADA = Person(team="T01RACKHAND", user="U01ADA0001", name="Ada")
RACKS = ("staging", "production")
FORKS = multiprocessing.get_context("forkserver")


class Program:
    """The program as an operator starts it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self.pid = process.pid

    def wait(self, seconds: float) -> int | None:
        """Return its exit code, or None where it has not ended in time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


class Fork:
    """The same bot, forked off a process that has imported everything: many lives in a test."""

    def __init__(self, life: tuple[object, ...]) -> None:
        FORKS.set_forkserver_preload(["tests.crash.victim"])  # the server is one for all modules
        self._process = FORKS.Process(target=victim.live, args=life, daemon=True)
        self._process.start()
        assert self._process.pid
        self.pid: int = self._process.pid

    def wait(self, seconds: float) -> int | None:
        """Return its exit code, or None where it has not ended in time."""
        self._process.join(seconds)
        return self._process.exitcode


@dataclass
class Stage:
    """One database, its racks and app, and the bots that come and go on it."""

    folder: Path
    environment: Mapping[str, str]
    wired: Wired
    ada: Visitor
    _bot: Program | Fork | None = field(default=None)

    @property
    def world(self) -> World:
        return self.wired.world

    @property
    def repository(self) -> Path:
        return self.folder / "shop"

    # processes

    def start(self, *, program: bool = False) -> int:
        """Start the bot, with *program* as an operator does; return its process id."""
        assert self._bot is None
        self._bot = self._run_program() if program else Fork(self._life(None))
        return self._bot.pid

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send the running bot a signal and wait for its end."""
        assert self._bot is not None
        os.kill(self._bot.pid, number)
        code = self._bot.wait(SOON_SECONDS)
        self._bot = None
        assert code == (0 if number == signal.SIGTERM else -number), self.last_words()

    def dies_at(self, point: str) -> None:
        """Run a bot until it kills itself at *point*."""
        victim = Fork(self._life(point))
        code = victim.wait(SOON_SECONDS)
        if code is None:
            os.kill(victim.pid, signal.SIGKILL)
        assert code == -signal.SIGKILL, f"never came to {point}: {self.last_words()}"

    @contextmanager
    def bot(self, *, program: bool = False) -> Iterator[None]:
        """Run the bot for the length of the block; it is killed then, which is the sooner end."""
        self.start(program=program)
        try:
            yield
        finally:
            if self._bot:
                self.end(signal.SIGKILL)

    @contextmanager
    def second_bot(self) -> Iterator[None]:
        """Run another bot beside the first, on the same database."""
        other = Fork(self._life(None))
        try:
            yield
        finally:
            os.kill(other.pid, signal.SIGTERM)
            assert other.wait(SOON_SECONDS) == 0, self.last_words()

    def close(self) -> None:
        if self._bot:
            self.end(signal.SIGKILL)
        self.wired.close()

    def last_words(self) -> str:
        """The end of what the bots have logged."""
        return "\n".join((self.folder / "log").read_text().splitlines()[-40:])

    @property
    def _config(self) -> Path:
        return self.folder / "rackhand.yml"

    def _environment(self) -> dict[str, str]:
        return {**self.environment, "PORT": str(free_port())}

    def _life(self, point: str | None) -> tuple[object, ...]:
        return (self._config, self._environment(), self.folder / "log", point)

    def _run_program(self) -> "Program":
        words = (sys.executable, "-m", "bot", "--config", str(self._config), "run")
        with (self.folder / "log").open("ab") as log:
            environment = {**os.environ, **self._environment()}
            return Program(
                subprocess.Popen(words, cwd=ROOT, env=environment, stdout=log, stderr=log)
            )

    # what Ada does

    def say(self, *words: str, secrets: tuple[str, ...] = ()) -> str:
        """Say a command, and return the id of what it began."""
        request = Request(
            actor=ADA,
            standing=Standing.MEMBER,
            origin=Origin.TERMINAL,
            words=words,
            key=ids.new_id("K"),
            secret_words=secrets,
        )
        reply = run(self.world, request)
        assert not reply.failed, reply
        return reply.follow or ""

    def mark(self, text: str) -> None:
        """Make a release whose page says *text*; it is the newest candidate on staging."""
        self.say("env", "set", f"MARK={text}", "--app", "shop", "--rack", "staging")

    # what is on record

    def build(self, build_id: str) -> Build:
        with self.world.store.read() as transaction:
            found = builds.get(transaction, build_id)
        assert found
        return found

    def promotion(self, promotion_id: str) -> Promotion:
        with self.world.store.read() as transaction:
            found = promotions.get(transaction, promotion_id)
        assert found
        return found

    def live_release(self, rack: str = "staging") -> str | None:
        with self.world.store.read() as transaction:
            live = promotions.live_on(transaction, app="shop", rack=rack)
        return live.release_id if live else None

    def all_promotions(self) -> list[Promotion]:
        with self.world.store.read() as transaction:
            return promotions.latest(transaction, limit=1_000)

    def lease_owners(self) -> set[str]:
        with self.world.store.read() as transaction:
            return claims.owners(transaction)

    def is_beating(self) -> bool:
        """Whether a bot says that it lives."""
        with self.world.store.read() as transaction:
            return claims.alive(transaction, BOT, self.world.clock.now())

    def releases_of(self, build_id: str) -> list[str]:
        with self.world.store.read() as transaction:
            found = releases.latest(transaction, app="shop", limit=1_000)
        return [release.id for release in found if release.build_id == build_id]

    def card(self, subject: str) -> Card | None:
        with self.world.store.read() as transaction:
            return outbox.card(transaction, subject)

    def milestones(self, subject: str) -> list[Outgoing]:
        with self.world.store.read() as transaction:
            rows = outbox.of_subject(transaction, subject)
        return [row for row in rows if row.kind == "milestone"]

    def names(self, subject: str) -> list[str]:
        """The milestones of a subject in order, by name."""
        return [row.key.removeprefix(f"{subject}:") for row in self.milestones(subject)]

    # the passing of time

    def wait_until(self, look: Callable[[], bool], seconds: float = SOON_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < deadline, f"never came true: {self.last_words()}"
            time.sleep(0.05)

    def settles(self) -> None:
        """Wait until nothing is under way, and all of it is told."""

        def is_settled() -> bool:
            with self.world.store.read() as transaction:
                return not (
                    builds.unfinished(transaction)
                    or promotions.unfinished(transaction)
                    or jobs.with_status(transaction, jobs.OPEN)
                    or outbox.pending_count(transaction)
                )

        self.wait_until(is_settled)

    def finishes(self, *, program: bool = False) -> None:
        """Let a bot that nobody kills finish what the dead ones began."""
        with self.bot(program=program):
            self.settles()

    # what people see

    def is_told_as_it_was(self, subject: str) -> None:
        """Check the one card, its last state, and each milestone once and in its order."""
        card = self.card(subject)
        assert card
        shown = [one for one in self.messages(card.channel) if subject in one.plain_text]
        roots = [one for one in shown if not one.is_reply and not one.broadcast]
        assert [root.ts for root in roots] == [card.ts]
        drawing = drawn_card(self.world, subject)
        assert drawing
        assert digest(drawing) == card.digest
        assert roots[0].raw["text"] == drawing.text
        outcomes = [row.outcome for row in self.milestones(subject)]
        replies = [one.ts for one in self.ada.thread(card.ts, card.channel)[1:] if not one.files]
        assert replies == outcomes

    def messages(self, channel: str) -> tuple[SeenMessage, ...]:
        return self.ada.messages(channel)


def settings_file(
    folder: Path, racks: Mapping[str, Mapping[str, object]], github: RunningGitHub | None
) -> dict[str, object]:
    repo = github.git_url(REPOSITORY) if github else str(folder / "shop")
    return {
        "slack": {"channel": "#deploys"},
        "racks": {name: {**rack, "color": "green"} for name, rack in racks.items()},
        "apps": {"shop": {"repo": repo, "branch": "main"}},
        "database": f"sqlite:///{folder / 'rackhand.db'}",
    }


@contextmanager
def stage_in(
    folder: Path,
    workspace: RunningWorkspace,
    racks: Mapping[str, Mapping[str, object]],
    github: RunningGitHub | None = None,
) -> Iterator[Stage]:
    """Set up a Rackhand in *folder*; no bot is started yet. Its app is on *github*, if anywhere."""
    if not (folder / "shop").exists():
        make_repository(folder / "shop")
    path = folder / "rackhand.yml"
    path.write_text(yaml.safe_dump(settings_file(folder, racks, github)), encoding="utf-8")
    (folder / "log").touch()
    environment = {
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_API_URL": workspace.api_url,
        "RACKHAND_SECRET_KEY": "a key for tests",
    }
    if github:
        environment |= {"GITHUB_API_URL": github.api_url, "GITHUB_TOKEN": github.token}
    wired = wire(load(path, environment))
    with Visitor(workspace.url, "ada", "deploys") as ada:
        stage = Stage(folder=folder, environment=environment, wired=wired, ada=ada)
        try:
            yield stage
        finally:
            stage.close()
