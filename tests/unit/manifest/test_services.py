"""What a rack is asked to run."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from engine.errors import UserError
from engine.manifest.find import lone_dockerfile
from engine.manifest.model import Manifest, with_built
from engine.manifest.services import services_of
from engine.manifest.words import health_in_words
from engine.ports.builder import Built
from engine.ports.rack import HealthCheck, HealthKind, ServiceSpec
from storage.records import Image
from tests.unit.manifest.reading import read


def specs(
    manifest: Manifest | str,
    *,
    environment: Mapping[str, str] | None = None,
    scale: Mapping[str, int] | None = None,
    images: Mapping[str, str] | None = None,
) -> tuple[ServiceSpec, ...]:
    return services_of(
        read(manifest) if isinstance(manifest, str) else manifest,
        images=[
            Image(service=name, image_id=image_id) for name, image_id in (images or {}).items()
        ],
        environment=environment or {},
        default_domain="shop.localhost",
        scale=scale,
    )


def spec(keys: str, **more: Any) -> ServiceSpec:
    return specs(f"services: {{web: {{image: acme/web, {keys}}}}}", **more)[0]


def lone(**changes: Any) -> Manifest:
    """The manifest of a repository with a Dockerfile only."""
    return replace(lone_dockerfile("shop"), **changes)


def built(**changes: Any) -> Built:
    return Built(**{"image_id": "sha256:abc", "seconds": 1.0, **changes})


def test_a_service_without_anything_is_healthy_when_it_stays_up() -> None:
    found = spec("")
    assert found.health.kind is HealthKind.STAYS_UP
    assert (found.port, found.domains) == (None, ())
    assert "stays up for 5 s" in health_in_words(found)


def test_a_port_alone_is_tried_by_a_connection() -> None:
    found = spec("ports: ['80']")
    assert found.health.kind is HealthKind.TCP
    assert "a connection to port 80" in health_in_words(found)


def test_a_health_check_of_compose_comes_before_the_port() -> None:
    found = spec("ports: ['80'], healthcheck: {test: 'curl $$HOST/${WHERE}', retries: 7}",
                 environment={"WHERE": "up"})  # fmt: skip
    assert found.health == HealthCheck(
        kind=HealthKind.CONTAINER,
        command=("CMD-SHELL", "curl $HOST/up"),
        interval_seconds=30,
        timeout_seconds=30,
        rise=1,
        fall=7,
    )
    assert "curl $HOST/up" in health_in_words(found)


def test_http_health_comes_before_all() -> None:
    found = spec("healthcheck: {test: curl x}, x-rackhand: {port: 80, health: /up}")
    assert found.health.kind is HealthKind.HTTP
    assert health_in_words(found) == "GET /up on port 80 every 5 s, healthy after 2 passes"


def test_the_images_own_health_check_counts_unless_it_is_disabled() -> None:
    def kind(health: str) -> HealthKind:
        text = f"services: {{web: {{image: x, ports: ['80'], {health}}}}}"
        manifest = with_built(read(text), {"web": built(has_healthcheck=True)})
        return specs(manifest)[0].health.kind

    assert kind("") is HealthKind.CONTAINER
    assert kind("healthcheck: {interval: 2s}") is HealthKind.CONTAINER
    assert kind("healthcheck: {disable: true}") is HealthKind.TCP


def test_timings_for_a_check_that_no_image_brings_leave_the_port() -> None:
    assert spec("ports: ['80'], healthcheck: {interval: 2s}").health.kind is HealthKind.TCP


def test_a_lone_dockerfile_is_routed_where_its_image_exposes_a_port() -> None:
    images = {"shop": "sha256:abc"}
    [found] = specs(with_built(lone(), {"shop": built(port=9000)}), images=images)
    assert (found.name, found.port, found.domains) == ("shop", 9000, ("shop.localhost",))
    [found] = specs(with_built(lone(), {"shop": built()}), images=images)
    assert (found.port, found.domains) == (None, ())


def test_a_domain_without_any_port_is_told_at_promote() -> None:
    manifest = lone(services=(replace(lone().services[0], domains=("shop.example.com",)),))
    with pytest.raises(UserError) as error:
        specs(manifest, images={"shop": "sha256:abc"})
    assert "`Dockerfile`, line 1, `shop`" in error.value.what
    assert "port: 8080" in error.value.remedy


def test_only_the_first_routed_service_gets_the_plain_default_domain() -> None:
    found = specs(
        "services:\n"
        "  worker: {image: x}\n"
        "  cache: {image: x, expose: [6379]}\n"
        "  web: {image: x, ports: ['80']}\n"
        "  admin_site: {image: x, ports: ['80']}\n"
        "  own: {image: x, ports: ['80'], x-rackhand: {domain: own.example.com}}\n"
    )
    assert {service.name: service.domains for service in found} == {
        "worker": (),
        "cache": (),
        "web": ("shop.localhost",),
        "admin_site": ("admin-site-shop.localhost",),
        "own": ("own.example.com",),
    }


def test_a_domain_may_come_from_the_racks_environment() -> None:
    keys = "ports: ['80'], x-rackhand: {domain: '${HOST}'}"
    assert spec(keys, environment={"HOST": "Shop.Example.com"}).domains == ("shop.example.com",)
    assert spec(keys).domains == ("shop.localhost",)
    with pytest.raises(UserError, match="is not a domain"):
        spec(keys, environment={"HOST": "http://x"})


def test_a_built_service_gets_the_whole_environment_of_the_rack_over_its_own() -> None:
    manifest = lone()
    [found] = specs(manifest, images={"shop": "sha256:abc"}, environment={"A": "rack", "B": "b"})
    assert found.environment == {"A": "rack", "B": "b"}
    assert found.image == "sha256:abc"


def test_a_pulled_service_gets_only_the_variables_that_it_names() -> None:
    found = spec(
        "environment: {A: own, B: own, C: , D: , E: '${SECRET}'}",
        environment={"B": "rack", "C": "rack", "SECRET": "s", "OTHER": "o"},
    )
    assert found.environment == {"A": "own", "B": "rack", "C": "rack", "E": "s"}


def test_a_service_that_names_anothers_build_runs_its_image() -> None:
    shop = replace(lone().services[0], image="acme/shop")
    worker = replace(shop, name="worker", build=None, port_from_image=False)
    manifest = lone(services=(shop, worker))
    found = specs(manifest, images={"shop": "sha256:abc"}, environment={"A": "a"})
    assert [service.image for service in found] == ["sha256:abc"] * 2
    assert found[1].environment == {"A": "a"}


def test_a_required_variable_that_is_missing_names_service_and_line() -> None:
    with pytest.raises(UserError) as error:
        specs("services:\n  web:\n    image: x\n    environment: {KEY: '${KEY:?why}'}\n")
    assert error.value.what.startswith("`compose.yaml`, line 2, `web`: The variable `KEY`")
    assert "env set KEY=" in error.value.remedy


def test_a_required_variable_that_the_rack_overrides_is_not_missing() -> None:
    keys = "environment: {KEY: '${OTHER:?why}'}"
    assert spec(keys, environment={"KEY": "set"}).environment == {"KEY": "set"}


def test_commands_are_split_after_their_variables_are_filled() -> None:
    found = spec("command: 'run ${ARGS} \"$$HOME x\"', entrypoint: [a, '${ARGS}']",
                 environment={"ARGS": "-v -x"})  # fmt: skip
    assert found.command == ("run", "-v", "-x", "$HOME x")
    assert found.entrypoint == ("a", "-v -x")
    with pytest.raises(UserError, match="quote that is not closed"):
        spec("command: 'run ${ARGS}'", environment={"ARGS": "'"})


def test_an_image_may_take_its_tag_from_the_environment() -> None:
    text = "services: {db: {image: 'postgres:${TAG:-16}'}}"
    assert specs(text)[0].image == "postgres:16"
    assert specs(text, environment={"TAG": "17"})[0].image == "postgres:17"
    with pytest.raises(UserError, match="names nothing"):
        specs("services: {db: {image: '${IMAGE}'}}")


def test_an_image_that_was_never_built_says_what_to_do() -> None:
    with pytest.raises(UserError, match="Build the app again"):
        specs(lone())


def test_the_scale_comes_over_the_manifest() -> None:
    assert spec("deploy: {replicas: 2}").replicas == 2
    assert spec("deploy: {replicas: 2}", scale={"web": 5, "gone": 1}).replicas == 5


def test_a_volume_makes_a_service_stop_first() -> None:
    found = spec("volumes: ['data:/data']")
    assert found.volumes == ("data:/data",)
    assert found.stop_first
    assert not spec("").stop_first


def test_the_fingerprint_is_the_same_for_the_same_and_for_another_scale() -> None:
    first = spec("environment: {A: a, B: b}")
    assert spec("environment: {B: b, A: a}").fingerprint == first.fingerprint
    assert spec("environment: {B: b, A: a}", scale={"web": 9}).fingerprint == first.fingerprint


@pytest.mark.parametrize(
    "keys",
    [
        "environment: {A: other}",
        "command: x",
        "entrypoint: x",
        "ports: ['80']",
        "volumes: ['a:/a']",
        "healthcheck: {test: x}",
        "stop_grace_period: 1s",
        "x-rackhand: {drain_seconds: 1}",
    ],
)
def test_the_fingerprint_changes_with_every_setting(keys: str) -> None:
    assert spec(keys).fingerprint != spec("").fingerprint


def test_the_fingerprint_changes_with_image_and_environment() -> None:
    first = specs(lone(), images={"shop": "sha256:a"})[0].fingerprint
    assert specs(lone(), images={"shop": "sha256:b"})[0].fingerprint != first
    other = specs(lone(), images={"shop": "sha256:a"}, environment={"A": "a"})
    assert other[0].fingerprint != first
