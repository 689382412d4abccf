"""A Rackhand in a process of its own that can be killed and started again, and what it has done."""

import multiprocessing
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

import yaml

from bench.processes import slack_environment
from bot import logs
from bot.process import serve
from bot.settings import load
from bot.wiring import Wired, wire
from commands.reply import Reply
from commands.request import Origin, Request, Standing
from commands.run import run
from engine.lifecycle import is_final
from engine.world import World
from storage import builds, ids, promotions
from storage.records import Build, Person, Promotion

LOOK_SECONDS = 0.1
END_SECONDS = 60.0
PROJECT = Path(__file__).parents[1]
PERSON = Person(team="bench", user="bench", name="bench")
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["bench.bots"])


class EndedByItself(Exception):
    """A process of the bot was gone before anybody had told it to end."""


class Life(Protocol):
    """One process of the bot, from its start to its end."""

    @property
    def pid(self) -> int | None:
        """Its process id."""
        ...

    def wait(self, timeout: float | None = None) -> object:
        """Return once it has ended."""
        ...


@dataclass(slots=True)
class Fork:
    """The bot, forked off a process that has imported everything: it lives within a moment."""

    process: BaseProcess

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self.process.pid

    def wait(self, timeout: float | None = None) -> object:
        """Return once it has ended."""
        self.process.join(timeout)
        return self.process.exitcode


@dataclass(slots=True)
class Bot:
    """One database and its racks; processes of the bot come and go on it."""

    config: Path
    environment: Mapping[str, str]
    wired: Wired
    quick_start: bool
    _life: Life | None = field(default=None)

    @property
    def world(self) -> World:
        """What the bench reads records through, and says its commands to."""
        return self.wired.world

    @property
    def log(self) -> Path:
        """Where its processes log."""
        return self.config.with_name("log")

    def start(self) -> None:
        """Start it: as an operator does, or forked where it has to start quickly."""
        environment = {**self.environment, "PORT": str(free_port())}
        if self.quick_start:
            process = FORKS.Process(target=live, args=(self.config, environment, self.log))
            process.start()
            self._life = Fork(process)
            return
        with self.log.open("ab") as log:
            self._life = subprocess.Popen(
                [sys.executable, "-m", "bot", "--config", str(self.config), "run"],
                cwd=PROJECT,
                env=os.environ | environment,
                stdout=log,
                stderr=log,
            )

    def end(self, number: int = signal.SIGKILL) -> None:
        """Send the process a signal and wait for its end; without one nothing happens.

        Raises ``EndedByItself`` where it was gone before.
        """
        life, self._life = self._life, None
        if life is None or life.pid is None:
            return
        try:
            os.kill(life.pid, number)
        except ProcessLookupError as error:
            raise EndedByItself(f"The bot ended by itself; see the end of {self.log}.") from error
        life.wait(END_SECONDS)

    def close(self) -> None:
        """End it, and what the bench has open."""
        self.end(signal.SIGTERM)
        self.wired.close()

    # what is said and what is on record

    def ask(self, *words: str) -> Reply:
        """Say a command as a terminal does."""
        request = Request(
            actor=PERSON,
            standing=Standing.MEMBER,
            origin=Origin.TERMINAL,
            words=words,
            key=ids.new_id("K"),
        )
        return run(self.world, request)

    def begin(self, *words: str) -> str:
        """Say a command that begins something; return the id of that."""
        reply = self.ask(*words)
        if reply.failed or not reply.follow:
            raise SystemExit(f"`{' '.join(words)}` was not taken: {reply}")
        return reply.follow

    def change(self, app: str, rack: str, *pairs: str) -> None:
        """Make a release of the live one with another environment; it is the newest candidate."""
        reply = self.ask("env", "set", *pairs, "--app", app, "--rack", rack)
        if reply.failed:
            raise SystemExit(f"The environment was not taken: {reply}")

    def subject(self, subject_id: str) -> Build | Promotion:
        """Read a build or promotion."""
        with self.world.store.read() as transaction:
            found = builds.get(transaction, subject_id) or promotions.get(transaction, subject_id)
        assert found, subject_id
        return found

    def ends(self, subject_id: str, seconds: float) -> Build | Promotion:
        """Wait for the end of a build or promotion and return it; ``TimeoutError`` where none."""
        self.wait_until(lambda: is_final(self.subject(subject_id).status), seconds, subject_id)
        return self.subject(subject_id)

    def wait_until(self, look: Callable[[], Any], seconds: float, what: str) -> None:
        """Return once *look* is true; raises ``TimeoutError`` with the end of the log."""
        deadline = time.monotonic() + seconds
        while not look():
            if time.monotonic() > deadline:
                end = "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])
                raise TimeoutError(f"{what} did not come in {seconds:.0f} s. The log ends:\n{end}")
            time.sleep(LOOK_SECONDS)


@contextmanager
def bot_in(
    folder: Path,
    facts: Mapping[str, str],
    settings: Mapping[str, object],
    *,
    quick_start: bool = False,
) -> Iterator[Bot]:
    """Set up a bot in *folder* that uses the workspace of *facts*; it is not started yet."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "rackhand.yml"
    database = f"sqlite:///{folder / 'rackhand.db'}"
    config.write_text(yaml.safe_dump({**settings, "database": database}), encoding="utf-8")
    environment = slack_environment(facts) | {
        "RACKHAND_SECRET_KEY": secrets.token_hex(32),
        "LOG_LEVEL": "INFO",
    }
    (folder / "log").touch()
    wired = wire(load(config, environment))
    bot = Bot(config=config, environment=environment, wired=wired, quick_start=quick_start)
    try:
        yield bot
    finally:
        bot.close()


def live(config: Path, environment: Mapping[str, str], log: Path) -> None:
    """Be the bot until a signal comes."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.environ.update(environment)
    logs.set_up(environment["LOG_LEVEL"])
    serve(load(config, os.environ), http=False)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
