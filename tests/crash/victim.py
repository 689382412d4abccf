"""The real bot in a process of its own, which kills itself with SIGKILL where it is told to.

A point is one of

- ``reach:STATUS``: a build or promotion has just come into the status, and that is on record;
  ``job-STATUS`` is one of a job, ``task-KIND-STATUS`` one of a task
- ``leave:STATUS``: all that belongs to the status is done, and nothing of it is on record yet
- ``change:STATUS:N``: the N-th change on the rack in that status is made, the next one is not;
  the status may be ``*`` for any
- ``chunk:N``: an image is on its way to another rack, N pieces of it have left
- ``line:N``: a build has written N lines
- ``written:KEY``: a message is in the outbox, and nobody has begun to tell it
- ``posting:KEY``: it is on record that the message leaves, and it has not left
- ``posted:KEY``: the message stands in Slack, and that is not on record
- ``editing:KEY`` and ``edited:KEY``: the same of a card that is drawn anew

KEY is the last part of the message's key, such as ``live``.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import requests
from sqlalchemy import select

from bot import logs
from bot.process import serve
from bot.relay.poster import Poster
from bot.settings import load
from engine import images
from engine.adapters.docker.runtime_api import RuntimeApi
from engine.adapters.memory import MemoryWorld
from engine.build_log import BuildLog
from storage.store import Store, Transaction
from storage.tables import builds, outbox, promotions
from storage.workflow_tables import jobs, tasks

CHANGING = frozenset({"POST", "PUT", "DELETE"})


def die() -> NoReturn:
    """End as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


class Death:
    """Watches for its point."""

    def __init__(self, point: str) -> None:
        self._kind, self._name, self._left = _parts(point)
        self._statuses: dict[str, str] | None = None  # as committed last

    def lie_in_wait(self) -> None:
        """Put itself between the bot and the world."""
        self._watch_transactions()
        self._watch_posts()
        _replace(BuildLog, "write", self._counting("line"))
        _replace(MemoryWorld, "change", self._counting("change", self._is_in_status))
        _replace(RuntimeApi, "tell", self._counting("change", self._is_in_status))
        _replace(requests.Session, "send", self._counting("change", self._is_change_in_status))
        if self._kind == "chunk":
            images._until = self._cut_short  # type: ignore[assignment]

    def _watch_transactions(self) -> None:
        write = Store.write

        @contextmanager
        def watched(store: Store) -> Iterator[Transaction]:
            with write(store) as transaction:
                yield transaction
                now = _statuses(transaction)
                before = now if self._statuses is None else self._statuses
                moved = {one for one in now if now[one] != before.get(one)}
                if self._kind == "leave" and self._name in {before.get(one) for one in moved}:
                    die()
                has_written = self._kind == "written" and self._is_written(transaction)
            self._statuses = now
            has_reached = self._kind == "reach" and self._name in {now[one] for one in moved}
            if has_written or has_reached:
                die()

        setattr(Store, "write", watched)  # noqa: B010  a method is replaced

    def _is_written(self, transaction: Transaction) -> bool:
        query = select(outbox.c.key).where(outbox.c.tried_at.is_(None), outbox.c.told_at.is_(None))
        return any(key.endswith(f":{self._name}") for key in transaction.execute(query).scalars())

    def _watch_posts(self) -> None:
        show = Poster._show

        def watched(poster: Poster, method: str, drawing: Any, **arguments: Any) -> Any:
            verbs = ("editing", "edited") if method == "chat.update" else ("posting", "posted")
            key = arguments["metadata"]["event_payload"]["key"]
            is_mine = key.endswith(f":{self._name}")
            if is_mine and self._kind == verbs[0]:
                die()
            answer = show(poster, method, drawing, **arguments)
            if is_mine and self._kind == verbs[1]:
                die()
            return answer

        setattr(Poster, "_show", watched)  # noqa: B010

    def _counting(
        self, kind: str, counts: Callable[..., bool] = lambda *_: True
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Let a method be the last thing done, the n-th time that it counts."""

        def around(method: Callable[..., Any]) -> Callable[..., Any]:
            def watched(*given: Any, **named: Any) -> Any:
                is_counted = self._kind == kind and counts(*given)
                result = method(*given, **named)
                if is_counted:
                    self._left -= 1
                    if self._left <= 0:
                        die()
                return result

            return watched

        return around

    def _is_in_status(self, *_: Any) -> bool:
        return self._name in {"*", *(self._statuses or {}).values()}

    def _is_change_in_status(self, _session: Any, request: Any, *_: Any) -> bool:
        is_change = request.method in CHANGING and "/exec" not in request.url
        return is_change and self._is_in_status()

    def _cut_short(self, _: Callable[[], bool], archive: Iterator[bytes]) -> Iterator[bytes]:
        for number, chunk in enumerate(archive, start=1):
            yield chunk
            if number >= self._left:
                die()


def _parts(point: str) -> tuple[str, str, int]:
    kind, name, *rest = point.split(":")
    if name.isdecimal():
        return kind, "", int(name)
    return kind, name, int(rest[0]) if rest else 1


def _statuses(transaction: Transaction) -> dict[str, str]:
    found = {
        row.id: str(row.status)
        for table in (builds, promotions)
        for row in transaction.execute(select(table.c.id, table.c.status))
    }
    for row in transaction.execute(select(jobs.c.id, jobs.c.status)):
        found[row.id] = f"job-{row.status}"
    for row in transaction.execute(select(tasks)):
        found[f"{row.job_id}:{row.position}"] = f"task-{row.kind}-{row.status}"
    return found


def _replace(
    owner: type, name: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> None:
    setattr(owner, name, around(getattr(owner, name)))


def live(config: Path, environment: Mapping[str, str], log: Path, point: str | None) -> None:
    """Be the bot, until the end that *point* names, or a signal."""
    with log.open("ab") as file:
        os.dup2(file.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    os.environ.update(environment)
    logs.set_up("INFO")
    if point:
        Death(point).lie_in_wait()
    serve(load(config, os.environ), http=False)
