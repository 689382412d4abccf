"""Says in plain words why a process is not well."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.adapters.docker.snapshot import ServerState
from engine.ports.rack import HealthCheck, HealthKind


def of_check(seen: ServerState, check: HealthCheck) -> str:
    """Say how the router's last check of a server failed; empty when it did not, or not yet."""
    port = seen.address.rpartition(":")[2]
    asked = f"GET {check.path}" if check.kind is HealthKind.HTTP else f"port {port}"
    seconds = f"{max(1, round(seen.check_milliseconds / 1000))} s"
    words = {
        "L4CON": f"connection refused on port {port}",
        "L4TOUT": f"no connection to port {port} within {seconds}",
        "L7TOUT": f"{asked} timed out after {seconds}",
        "L7STS": f"{asked} answered {seen.check_code}",
        "L7RSP": f"{asked} got an answer that is not HTTP",
        "SOCKERR": f"the router could not connect to port {port}",
    }
    return words.get(seen.check_status, "")


def of_exit(code: int, *, ran_seconds: float | None, out_of_memory: bool) -> str:
    """Say how a process ended."""
    after = "" if ran_seconds is None else f" after {_duration(ran_seconds)}"
    cause = " (out of memory)" if out_of_memory else ""
    return f"exited with code {code}{after}{cause}"


def of_stopped(state: Mapping[str, Any]) -> str:
    """Say how a process ended, from the state that the engine keeps of it."""
    started, finished = moment(state["StartedAt"]), moment(state["FinishedAt"])
    ran_seconds = (finished - started).total_seconds() if started and finished else None
    return of_exit(
        state["ExitCode"],
        ran_seconds=ran_seconds if ran_seconds is not None and ran_seconds >= 0 else None,
        out_of_memory=bool(state.get("OOMKilled")),
    )


def of_own_check(health: Mapping[str, Any]) -> str:
    """Say how the last HEALTHCHECK inside a container failed; empty when it did not, or not yet."""
    runs = health.get("Log") or []
    if not runs or runs[-1]["ExitCode"] == 0:
        return ""
    said = runs[-1]["Output"].strip().splitlines()
    detail = f": {said[-1][:200]}" if said else ""
    return f"its health check exited with code {runs[-1]['ExitCode']}{detail}"


def moment(text: str) -> datetime | None:
    """Read the engine's form of a moment, with nanoseconds; None for "never", the year 1."""
    if text.startswith("0001-"):
        return None
    body = text.removesuffix("Z")
    whole, _, fraction = body.partition(".")
    return datetime.fromisoformat(f"{whole}.{fraction[:6]:0<6}+00:00")


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
