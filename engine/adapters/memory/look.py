"""How a simulated process looks at a moment, as its behaviour has it."""

from datetime import datetime

from engine.adapters.memory.behaviour import Behaviour
from engine.adapters.memory.state import SimulatedProcess
from engine.adapters.placement import Condition, Look, Traffic
from engine.ports.rack import HealthKind, LogLine


def look(process: SimulatedProcess, behaviour: Behaviour, now: datetime) -> Look:
    """Judge *process* as it is at *now*."""
    condition, reason = _health(process, behaviour, now)
    unknown = process.routed and process.traffic is Traffic.NONE
    if condition is not Condition.FAILED and unknown:
        condition, reason = Condition.INCOMPLETE, "the router does not know it"
    return Look(
        condition=condition,
        reason=reason,
        traffic=process.traffic,
        sessions=sessions(process, behaviour, now),
        running=process.stopped_at is None,
    )


def sessions(process: SimulatedProcess, behaviour: Behaviour, now: datetime) -> int:
    """Return the requests in flight on a process that is being drained."""
    if process.draining_since is None or process.cut or process.stopped_at:
        return 0
    draining_seconds = (now - process.draining_since).total_seconds()
    return behaviour.sessions if draining_seconds < behaviour.session_seconds else 0


def _has_exited(process: SimulatedProcess, behaviour: Behaviour, now: datetime) -> bool:
    """Whether it has ended by itself."""
    up_seconds = (now - process.started_at).total_seconds()
    return behaviour.exit_code is not None and up_seconds >= behaviour.exit_after_seconds


def log_of(process: SimulatedProcess, behaviour: Behaviour, now: datetime) -> tuple[LogLine, ...]:
    """Return what the process has written so far."""
    texts = [f"{process.service} of {process.release} started"]
    condition, reason = _health(process, behaviour, now)
    if condition is Condition.PASSING:
        texts.append("ready for work")
    elif reason:
        texts.append(reason)
    return tuple(
        LogLine(service=process.service, process=process.id, at=process.started_at, text=text)
        for text in texts
    )


def _health(
    process: SimulatedProcess, behaviour: Behaviour, now: datetime
) -> tuple[Condition, str]:
    if process.stopped_at:
        return Condition.INCOMPLETE, "it is stopped"
    if _has_exited(process, behaviour, now):
        after = f"{behaviour.exit_after_seconds:.0f} s"
        return Condition.FAILED, f"exited with code {behaviour.exit_code} after {after}"
    up_seconds = (now - process.started_at).total_seconds()
    if behaviour.never_healthy:
        if process.traffic in {Traffic.READY, Traffic.DRAINING}:
            return Condition.FAILED, _worded(process, behaviour.never_healthy)
        return Condition.PENDING, _worded(process, behaviour.never_healthy)
    due = behaviour.seconds_to_healthy
    if due is not None and up_seconds >= due:
        return Condition.PASSING, ""
    return Condition.PENDING, ""


def _worded(process: SimulatedProcess, reason: str) -> str:
    path = process.health.path if process.health.kind is HealthKind.HTTP else "/"
    return reason.format(path=path)
