"""``bake`` under a service's ``x-rackhand``: when a new release is worse than the old one."""

import re

from engine.manifest.model import BakeRule
from engine.manifest.values import Value, given

KEYS = ("errors_percent", "slowdown", "requests")
REQUESTS_LIMIT = 1_000_000


def read_bake_rule(value: Value) -> BakeRule:
    """Read the rule; what is not written is as without it."""
    entries = value.entries()
    for name, entry in entries.items():
        if name not in KEYS:
            raise entry.fault("is not known", f"Known here are {', '.join(KEYS)}.")
    usual = BakeRule()
    return BakeRule(
        errors_percent=given(entries, "errors_percent", _percent, usual.errors_percent),
        slowdown=given(entries, "slowdown", _times, usual.slowdown),
        requests=given(entries, "requests", _requests, usual.requests),
    )


def _percent(value: Value) -> float:
    percent = _number(value, "a number from 0 to 100")
    if percent > 100:
        raise value.fault("must be a number from 0 to 100", "100 judges no errors at all.")
    return percent


def _times(value: Value) -> float:
    times = _number(value, "how many times slower is too slow, such as 2")
    if times < 1:
        raise value.fault("must be at least 1", "2 means: twice as slow is too slow.")
    return times


def _requests(value: Value) -> int:
    return value.whole(least=1, most=REQUESTS_LIMIT)


def _number(value: Value, what: str) -> float:
    written = value.fixed_text()
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", written):
        raise value.fault(f"must be {what}")
    return float(written)
