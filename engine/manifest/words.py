"""A service's health check, as preflight tells it."""

from engine.ports.rack import HealthKind, ServiceSpec


def health_in_words(spec: ServiceSpec) -> str:
    """Say how the service is known to be healthy."""
    check = spec.health
    every = f"every {check.interval_seconds:g} s"
    if check.kind is HealthKind.HTTP:
        return f"GET {check.path} on port {spec.port} {every}, healthy after {check.rise} passes"
    if check.kind is HealthKind.CONTAINER:
        command = " ".join(check.command[1:])
        return f"its own health check {every}" + (f": {command}" if command else "")
    if check.kind is HealthKind.TCP:
        return f"a connection to port {spec.port} {every}; no health check is written"
    return f"stays up for {check.up_seconds:g} s; it has no health check and no port"
