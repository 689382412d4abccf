"""The ``healthcheck`` of a service, and ``health`` under its ``x-rackhand``."""

from dataclasses import dataclass

from engine.manifest.model import ContainerCheck, HttpCheck
from engine.manifest.reading import Reading
from engine.manifest.values import Value, given

COMPOSE_KEYS = ("test", "interval", "timeout", "retries", "start_period", "disable")
HTTP_KEYS = ("path", "interval_seconds", "timeout_seconds", "rise", "fall")
TEST_FORMS = 'Write a command, or ["CMD", "program", "argument"], or ["CMD-SHELL", "command"].'


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerHealth:
    """What ``healthcheck`` says."""

    check: ContainerCheck | None = None
    disabled: bool = False


def read_healthcheck(value: Value, reading: Reading) -> ContainerHealth:
    """Read Compose's own health check."""
    entries = value.entries()
    reading.leave_out(entries, COMPOSE_KEYS)
    command = given(entries, "test", _test, ())
    if command == ("NONE",) or given(entries, "disable", Value.truth, default=False):
        return ContainerHealth(disabled=True)
    check = ContainerCheck(
        command=command,
        interval_seconds=given(entries, "interval", Value.duration, 30.0),
        timeout_seconds=given(entries, "timeout", Value.duration, 30.0),
        retries=given(entries, "retries", _count, 3),
        start_seconds=given(entries, "start_period", Value.duration, 0.0),
    )
    return ContainerHealth(check=check)


def read_http_check(value: Value) -> HttpCheck:
    """Read ``health: /path`` or its long form."""
    if not value.is_mapping:
        return HttpCheck(path=_path(value))
    entries = value.entries()
    for name, entry in entries.items():
        if name not in HTTP_KEYS:
            raise entry.fault("is not known", f"Known here are {', '.join(HTTP_KEYS)}.")
    interval_seconds = given(entries, "interval_seconds", _seconds, 5.0)
    return HttpCheck(
        path=given(entries, "path", _path, "/"),
        interval_seconds=interval_seconds,
        timeout_seconds=given(entries, "timeout_seconds", _seconds, max(interval_seconds - 1, 1)),
        rise=given(entries, "rise", _count, 2),
        fall=given(entries, "fall", _count, 3),
    )


def _test(value: Value) -> tuple[str, ...]:
    """Return the test in Docker's form: ``("CMD-SHELL", "curl …")``."""
    if not value.is_list:
        return ("CMD-SHELL", value.text())
    words = tuple(element.text() for element in value.elements())
    if words == ("NONE",) or (words[:1] in {("CMD",), ("CMD-SHELL",)} and len(words) > 1):
        return words
    raise value.fault("is no form of a test that Docker knows", TEST_FORMS)


def _path(value: Value) -> str:
    path = value.text()
    if path.startswith("/") and path.isprintable() and " " not in path and len(path) <= 200:
        return path
    raise value.fault("must be a path that begins with /", "Write for example `health: /health`.")


def _count(value: Value) -> int:
    return value.whole(least=1, most=1000)


def _seconds(value: Value) -> float:
    seconds = value.seconds()
    if seconds <= 0:
        raise value.fault("must be more than 0 seconds")
    return seconds
