"""What each kind of task does: how long it may take, what a look finds, and how it is stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.workflows.decide import Outcome
from engine.workflows.definition import RunCommand, Settings, Wait, WaitForChecks
from engine.workflows.tasks import build, checks, notify, promote, run, wait
from engine.workflows.tasks.work import Work
from storage.workflow_records import TaskKind, TaskStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of task. Each call may be repeated: it finds what an earlier one did."""

    look: Callable[[Work], Outcome]
    """See how an open task is doing, and do what is to be done next. Raises ``UserError`` where
    it cannot go on, and what ports raise."""

    end: Callable[[Work], Outcome] | None = None
    """End what it has begun outside; None where that is nothing."""

    def stop(self, work: Work) -> Outcome:
        """End an open task whose job is to end."""
        return self.end(work) if self.end else Outcome(then=TaskStatus.CANCELED)


KINDS: Mapping[TaskKind, Kind] = {
    TaskKind.WAIT_FOR_CHECKS: Kind(look=checks.look),
    TaskKind.BUILD: Kind(look=build.look, end=build.end),
    TaskKind.PROMOTE: Kind(look=promote.look, end=promote.end),
    TaskKind.RUN: Kind(look=run.look, end=run.end),
    TaskKind.WAIT: Kind(look=wait.look),
    TaskKind.NOTIFY: Kind(look=notify.look),
}


def times(settings: Settings, now: datetime) -> dict[str, datetime]:
    """Return until when a task may take that begins now, and when the first look is worth it."""
    match settings:
        case WaitForChecks() | RunCommand():
            return {"deadline_at": now + timedelta(seconds=settings.timeout_seconds)}
        case Wait():
            until = now + timedelta(seconds=settings.seconds)
            return {"deadline_at": until, "look_at": until}
        case _:
            return {}  # a build and a promotion have limits of their own
