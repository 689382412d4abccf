"""``x-rackhand`` of a service: what Compose has no word for."""

import re
from dataclasses import dataclass

from engine.lookup import nearest
from engine.manifest.bake import read_bake_rule
from engine.manifest.health import read_http_check
from engine.manifest.model import HOOK_SECONDS, BakeRule, HttpCheck, Words
from engine.manifest.ports import PORT_LIMIT
from engine.manifest.values import Value, given
from engine.manifest.wording import read_words

KEYS = (
    "port",
    "domain",
    "health",
    "healthy_within_seconds",
    "drain_seconds",
    "bake_seconds",
    "bake",
    "before_promote",
    "after_promote",
    "hook_seconds",
)
DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*\Z"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What ``x-rackhand`` says."""

    port: int | None = None
    domains: tuple[str, ...] = ()
    http_check: HttpCheck | None = None
    healthy_within_seconds: float | None = None
    drain_seconds: float = 30.0
    bake_seconds: float | None = None
    bake_rule: BakeRule | None = None
    before_promote: Words | None = None
    after_promote: Words | None = None
    hook_seconds: float = HOOK_SECONDS


def read_extension(value: Value) -> Extension:
    """Read the section. An unknown key is an error: it is ours, so it is a slip."""
    entries = value.entries()
    for name, entry in entries.items():
        if name not in KEYS:
            raise entry.fault("is not known", nearest(name, KEYS) or f"Known: {', '.join(KEYS)}.")
    return Extension(
        port=given(entries, "port", lambda entry: entry.whole(least=1, most=PORT_LIMIT), None),
        domains=given(entries, "domain", _domains, ()),
        http_check=given(entries, "health", read_http_check, None),
        healthy_within_seconds=given(entries, "healthy_within_seconds", Value.seconds, None),
        drain_seconds=given(entries, "drain_seconds", Value.seconds, 30.0),
        bake_seconds=given(entries, "bake_seconds", Value.seconds, None),
        bake_rule=given(entries, "bake", read_bake_rule, None),
        before_promote=given(entries, "before_promote", read_words, None),
        after_promote=given(entries, "after_promote", read_words, None),
        hook_seconds=given(entries, "hook_seconds", Value.seconds, HOOK_SECONDS),
    )


def is_domain(text: str) -> bool:
    """Whether the router can match *text* as a host name."""
    return DOMAIN.match(text.lower()) is not None


def _domains(value: Value) -> tuple[str, ...]:
    found: list[str] = []
    for element in value.one_or_more():
        domain = element.text()
        if "$" not in domain and not is_domain(domain):
            raise element.fault(
                f"is not a domain: `{domain[:60]}`", "Write a bare name such as shop.example.com."
            )
        found.append(domain.lower() if "$" not in domain else domain)
    return tuple(dict.fromkeys(found))
