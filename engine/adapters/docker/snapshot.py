"""What HAProxy tells of itself at one moment, read from its runtime API. Pure."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from engine.adapters.placement import Traffic

MAINTENANCE = 0x01 | 0x02 | 0x04 | 0x20 | 0x40  # bits of srv_admin_state, by any cause
DRAINING = 0x08 | 0x10
STOPPED = 0  # srv_op_state
PASSED = frozenset({"L4OK", "L6OK", "L7OK", "L7OKC"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """One server as HAProxy has it."""

    name: str
    place: str
    address: str
    traffic: Traffic
    weight: int  # beside the others in its place; 0: drained by the file that the router read
    is_up: bool  # its check passes, or it is believed to
    sessions: int
    seconds_since_change: int  # of its state, for instance into drain
    is_checked: bool  # its checks are switched on
    check_status: str  # HAProxy's code, such as L7STS
    check_code: str  # of the HTTP answer
    check_milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All servers and hosts."""

    servers: Mapping[str, ServerState]  # by name
    hosts: Mapping[str, str]  # host → place


NOTHING = Snapshot(servers={}, hosts={})


def read(states: str, statistics: str, hosts: str) -> Snapshot:
    """Read the answers to ``show servers state``, ``show stat -1 4 -1`` and ``show map``."""
    admin = {row["srv_name"]: row for row in _states(states)}
    servers = {}
    for row in csv.DictReader(io.StringIO(statistics.strip().removeprefix("# "))):
        state = admin.get(row["svname"])
        if state is not None:  # else it was added between the two questions
            servers[row["svname"]] = _server(state, row)
    return Snapshot(servers=servers, hosts=_hosts(hosts))


def _states(text: str) -> list[dict[str, str]]:
    """Read the table whose heading starts with ``#``, after a line with its version."""
    lines = [line for line in text.splitlines() if line.strip()]
    heading = next(line for line in lines if line.startswith("#"))
    names = heading.removeprefix("#").split()
    rows = lines[lines.index(heading) + 1 :]
    return [dict(zip(names, row.split(), strict=False)) for row in rows]


def _server(state: Mapping[str, str], statistics: Mapping[str, str]) -> ServerState:
    weight = int(state["srv_uweight"])
    traffic = _traffic(int(state["srv_admin_state"]), weight)
    return ServerState(
        name=state["srv_name"],
        place=state["be_name"],
        address=f"{state['srv_addr']}:{state['srv_port']}",
        traffic=traffic,
        weight=weight,
        is_up=_is_up(state, statistics, traffic),
        sessions=_number(statistics["scur"]) + _number(statistics["qcur"]),
        seconds_since_change=int(state["srv_time_since_last_change"]),
        is_checked=bool(statistics["check_status"]),
        check_status=statistics["check_status"].removeprefix("* "),
        check_code=statistics["check_code"],
        check_milliseconds=_number(statistics["check_duration"]),
    )


def _traffic(admin: int, weight: int) -> Traffic:
    if admin & MAINTENANCE:
        return Traffic.STANDBY
    return Traffic.DRAINING if weight == 0 or admin & DRAINING else Traffic.READY


def _is_up(state: Mapping[str, str], statistics: Mapping[str, str], traffic: Traffic) -> bool:
    """Judge the state under traffic; beside it, only the count of passed checks tells."""
    if traffic is not Traffic.STANDBY:
        return int(state["srv_op_state"]) != STOPPED
    passes = _number(statistics["check_health"]) >= max(1, _number(statistics["check_rise"]))
    return passes and statistics["check_status"].removeprefix("* ") in PASSED


def _hosts(text: str) -> dict[str, str]:
    """Read lines of "0x55… host place"."""
    entries = [line.split() for line in text.splitlines() if line.strip()]
    return {entry[1]: entry[2] for entry in entries if len(entry) == 3}


def _number(text: str) -> int:
    return int(text) if text.strip() else 0
