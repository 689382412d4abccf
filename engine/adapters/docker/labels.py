"""The names and labels by which a rack finds its own things again on an engine."""

import re
from collections.abc import Mapping
from datetime import datetime

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from engine.ports.rack import HealthCheck, Hook, ServiceSpec, Target

RACK = "rackhand.rack"
APP = "rackhand.app"
SERVICE = "rackhand.service"
RELEASE = "rackhand.release"
PROMOTION = "rackhand.promotion"
FINGERPRINT = "rackhand.fingerprint"
REPLICA = "rackhand.replica"
TERMS = "rackhand.terms"
HOOK = "rackhand.hook"  # on the one-off process of a hook alone
MADE_AT = "rackhand.made_at"  # of a hook's process: seconds since 1970
ROUTER = "rackhand.router"  # on the router alone: the settings it was made with


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What has to be remembered of a process's service for as long as the process lives."""

    made_at: float  # seconds since 1970: finer than what the engine's list tells
    port: int | None
    domains: tuple[str, ...]
    health: HealthCheck
    drain_seconds: float
    stop_grace_seconds: float
    stop_first: bool


CODEC = TypeAdapter(Terms)


def terms_of(spec: ServiceSpec, made_at: datetime) -> Terms:
    """Return what a process of *spec* has to remember."""
    return Terms(
        made_at=made_at.timestamp(),
        port=spec.port,
        domains=tuple(host.lower() for host in spec.domains) if spec.port is not None else (),
        health=spec.health,
        drain_seconds=spec.drain_seconds,
        stop_grace_seconds=spec.stop_grace_seconds,
        stop_first=spec.stop_first,
    )


def of_process(
    rack: str, target: Target, spec: ServiceSpec, number: int, made_at: datetime
) -> dict[str, str]:
    """Return the labels of one replica."""
    return {
        RACK: rack,
        APP: target.app,
        SERVICE: spec.name,
        RELEASE: target.release,
        PROMOTION: target.promotion,
        FINGERPRINT: spec.fingerprint,
        REPLICA: str(number),
        TERMS: CODEC.dump_json(terms_of(spec, made_at)).decode(),
    }


def of_hook(
    rack: str, target: Target, spec: ServiceSpec, hook: Hook, made_at: datetime
) -> dict[str, str]:
    """Return the labels of the process of a hook."""
    return {
        RACK: rack,
        APP: target.app,
        SERVICE: spec.name,
        RELEASE: target.release,
        PROMOTION: target.promotion,
        HOOK: str(hook),
        MADE_AT: repr(made_at.timestamp()),
    }


def read_terms(labels: Mapping[str, str]) -> Terms:
    """Read back what ``of_process`` wrote."""
    return CODEC.validate_json(labels[TERMS])


def process_name(rack: str, target: Target, spec: ServiceSpec, number: int) -> str:
    """Name a replica's container; the same each time, so that a repeat finds it."""
    return plain(f"{rack}-{target.app}-{spec.name}-{target.promotion}-{number}")


def hook_name(rack: str, target: Target, spec: ServiceSpec, hook: Hook) -> str:
    """Name a hook's container; the same each time, so that none is run twice."""
    return plain(f"{rack}-{target.app}-{spec.name}-{target.promotion}-{hook}")


def network_name(rack: str, app: str | None = None) -> str:
    """Name the rack's network, or that of one app's services among themselves."""
    return plain(f"rackhand-{rack}.{app}" if app else f"rackhand-{rack}")


def router_name(rack: str) -> str:
    """Name the router's container."""
    return plain(f"rackhand-{rack}-router")


def volume_name(rack: str, app: str, name: str) -> str:
    """Name a volume so that neither another app nor another rack shares it by accident."""
    return plain(f"rackhand-{rack}.{app}.{name}")


def plain(text: str) -> str:
    """Leave only what Docker and HAProxy allow in a name."""
    return re.sub(r"[^A-Za-z0-9_.-]", "-", text)
