"""What a rack has to run of a manifest: every variable filled, every default decided."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from engine.errors import UserError
from engine.manifest.extension import is_domain
from engine.manifest.model import Manifest, ServiceManifest, Words
from engine.manifest.variables import fill
from engine.manifest.wording import filled
from engine.ports.rack import HealthCheck, HealthKind, Hook, ServiceSpec
from storage.records import Image

NOT_IN_FINGERPRINT = ("replicas", "parallelism", "depends_on", "hooks", "fingerprint")


def services_of(
    manifest: Manifest,
    *,
    images: Sequence[Image],
    environment: Mapping[str, str],
    default_domain: str,
    scale: Mapping[str, int] | None = None,
) -> tuple[ServiceSpec, ...]:
    """Return the services for one rack, in the manifest's order.

    *environment* is the app's on that rack: it fills ``${VAR}`` and goes, over what the manifest
    sets, to every service that is built. One that only pulls an image gets the variables that it
    names: a database is not to be replaced, nor told secrets, for the sake of another service.
    The first routed service without a domain answers at *default_domain*, further ones at
    ``<service>-<default_domain>``. *scale* has replicas a service over the manifest's. Raises
    ``UserError`` for a required variable that is not set, a built service without an image, and
    a routed one without a port.
    """
    built = {image.service: image.image_id for image in images}
    builders: dict[str | None, str] = {
        service.image: service.name for service in manifest.services if service.build is not None
    }
    domains = _default_domains(manifest, default_domain)
    found = []
    for service in manifest.services:
        replicas = (scale or {}).get(service.name, service.replicas)
        try:
            spec = _spec(
                service,
                image=_image(service, built, builders, environment),
                gets_all=service.build is not None or service.image in builders,
                environment=environment,
                default_domains=domains.get(service.name, ()),
                replicas=replicas,
            )
        except UserError as error:
            raise UserError(
                f"`{manifest.file}`, line {service.line}, `{service.name}`: {error.what}",
                why=error.why,
                remedy=error.remedy,
            ) from error
        found.append(spec)
    return tuple(found)


def _spec(
    service: ServiceManifest,
    *,
    image: str,
    gets_all: bool,
    environment: Mapping[str, str],
    default_domains: tuple[str, ...],
    replicas: int,
) -> ServiceSpec:
    if service.port is None and (service.domains or service.http_check):
        raise UserError(
            "It is to be routed or checked by HTTP but has no port.",
            remedy="Write `port: 8080` under its `x-rackhand`, or EXPOSE one in its Dockerfile.",
        )
    spec = ServiceSpec(
        name=service.name,
        image=image,
        replicas=replicas,
        command=_words(service.command, environment),
        entrypoint=_words(service.entrypoint, environment),
        environment=_environment(service, environment, gets_all=gets_all),
        port=service.port,
        domains=_domains(service, environment) or default_domains,
        health=_health(service, environment),
        volumes=service.volumes,
        stop_grace_seconds=service.stop_grace_seconds,
        drain_seconds=service.drain_seconds,
        depends_on=service.depends_on,
        parallelism=service.parallelism,
        hooks=_hooks(service, environment),
        fingerprint="",
    )
    return _with_fingerprint(spec)


def _image(
    service: ServiceManifest,
    built: Mapping[str, str],
    builders: Mapping[str | None, str],
    environment: Mapping[str, str],
) -> str:
    """Return an image id, or a reference to pull. A service may use what another one builds."""
    owner = service.name if service.build is not None else builders.get(service.image)
    if owner is None:
        reference = fill(service.image or "", environment).strip()
        if not reference or any(sign.isspace() for sign in reference):
            raise UserError(
                f"Its image `{service.image}` names nothing once its variables are filled.",
                remedy="Set them with `/rack env set`, or write a default: `${TAG:-latest}`.",
            )
        return reference
    if owner not in built:
        raise UserError(f"There is no image of `{owner}`.", remedy="Build the app again.")
    return built[owner]


def _environment(
    service: ServiceManifest, environment: Mapping[str, str], *, gets_all: bool
) -> dict[str, str]:
    values = dict(environment) if gets_all else {}
    for name, text in service.environment.items():
        if name in environment:
            values[name] = environment[name]
        elif text is not None:
            values[name] = fill(text, environment)
    return values


def _domains(service: ServiceManifest, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Fill the domains; one that is empty then is left out, so that a rack can go without."""
    found = [fill(domain, environment).lower() for domain in service.domains]
    for domain in found:
        if domain and not is_domain(domain):
            raise UserError(
                f"`{domain[:60]}` is not a domain.",
                remedy="Write a bare name such as shop.example.com.",
            )
    return tuple(dict.fromkeys(domain for domain in found if domain))


def _default_domains(manifest: Manifest, default_domain: str) -> dict[str, tuple[str, ...]]:
    routed = [service.name for service in manifest.services if service.routed]
    return {
        name: (f"{name}-{default_domain}".lower().replace("_", "-") if number else default_domain,)
        for number, name in enumerate(routed)
    }


def _health(service: ServiceManifest, environment: Mapping[str, str]) -> HealthCheck:
    """Take the first that there is: HTTP, the container's own, a connection, staying up."""
    if http := service.http_check:
        return HealthCheck(
            kind=HealthKind.HTTP,
            path=fill(http.path, environment),
            interval_seconds=http.interval_seconds,
            timeout_seconds=http.timeout_seconds,
            rise=http.rise,
            fall=http.fall,
        )
    container = service.container_check
    has_command = container is not None and bool(container.command)
    if has_command or (service.image_has_healthcheck and not service.healthcheck_disabled):
        return _container_check(service, environment)
    kind = HealthKind.STAYS_UP if service.port is None else HealthKind.TCP
    return HealthCheck(kind=kind)


def _container_check(service: ServiceManifest, environment: Mapping[str, str]) -> HealthCheck:
    check = service.container_check
    if check is None:
        return HealthCheck(kind=HealthKind.CONTAINER, rise=1)
    return HealthCheck(
        kind=HealthKind.CONTAINER,
        command=tuple(fill(word, environment) for word in check.command),
        interval_seconds=check.interval_seconds,
        timeout_seconds=check.timeout_seconds,
        rise=1,
        fall=check.retries,
        start_seconds=check.start_seconds,
    )


def _hooks(service: ServiceManifest, environment: Mapping[str, str]) -> dict[Hook, tuple[str, ...]]:
    written = {
        Hook.BEFORE_PROMOTE: service.before_promote,
        Hook.AFTER_PROMOTE: service.after_promote,
    }
    found = {hook: _words(words, environment) for hook, words in written.items()}
    return {hook: words for hook, words in found.items() if words}


def _words(words: Words | None, environment: Mapping[str, str]) -> tuple[str, ...] | None:
    try:
        return filled(words, environment)
    except ValueError as error:
        raise UserError(
            "Its command has a quote that is not closed once its variables are filled.",
            remedy="Write the command as a list of words.",
        ) from error


def _with_fingerprint(spec: ServiceSpec) -> ServiceSpec:
    """Sum up image, settings and environment. Replicas may change without a new process."""
    facts = {name: value for name, value in asdict(spec).items() if name not in NOT_IN_FINGERPRINT}
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return replace(spec, fingerprint=digest)
