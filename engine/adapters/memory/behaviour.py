"""How a simulated process behaves, and how a release asks for a failure."""

from collections.abc import Mapping
from dataclasses import dataclass

FAIL_VARIABLE = "FAIL"  # in a release's environment: one of FAILURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What a simulated process does with its life; looked up anew at each observation."""

    seconds_to_healthy: float | None = 1.0  # None: held, until the world is told otherwise
    never_healthy: str = ""  # the reason that its check gives for ever
    exit_code: int | None = None  # it exits with this ...
    exit_after_seconds: float = 1.0  # ... once it has run so long
    session_seconds: float = 0.0  # how long its last requests take once it is drained
    sessions: int = 1  # how many those are
    hook_exit_code: int = 0  # its hooks exit with this ...
    hook_seconds: float = 1.0  # ... once they have run so long
    requests_per_second: int = 0  # that its app gets, whichever of its processes answer them
    failed_percent: int = 0  # of the requests that it answers
    milliseconds: int = 40  # that half of its answers take at most


HELD = Behaviour(seconds_to_healthy=None)
FAILURES: Mapping[str, Behaviour] = {
    "unhealthy": Behaviour(never_healthy="GET {path} answered 500"),
    "crash": Behaviour(exit_code=3),
    "slow": Behaviour(seconds_to_healthy=30.0),
    "hold": HELD,
    "drain": Behaviour(session_seconds=20.0),
    "hook": Behaviour(hook_exit_code=3),
    "hang": Behaviour(hook_seconds=86_400.0),
    "errors": Behaviour(failed_percent=5),
    "slowness": Behaviour(milliseconds=120),
}
