"""What a Compose file means, key by key."""

import json

import pytest

from engine.manifest.model import ContainerCheck, HttpCheck, from_plain, to_plain
from tests.unit.manifest.reading import read, service

EVERYTHING = """\
version: "3.8"
x-common: &common
  restart: unless-stopped
  environment: &environment
    LOG: info
services:
  web:
    <<: *common
    image: acme/web:${TAG:-latest}
    command: serve --port 8080
    entrypoint: [/bin/entry, "--fast"]
    environment:
      <<: *environment
      SECRET: ${SECRET:?the cookie key}
      PASSED:
    healthcheck: {test: "curl localhost", interval: 1m30s, timeout: 2s, retries: 5}
    deploy: {replicas: 3, update_config: {parallelism: 2}}
    stop_grace_period: 1m
    volumes: ["data:/data", "/etc/ssl:/ssl:ro"]
    depends_on: [db]
    ports: ["8080"]
    x-rackhand:
      domain: [Shop.example.com, www.example.com]
      health: {path: /health, interval_seconds: 2}
      drain_seconds: 5
      bake_seconds: 60
      before_promote: migrate --now
  db:
    image: postgres:16
    expose: [5432]
    volumes: [data:/var/lib/postgresql/data]
volumes:
  data:
"""


def test_a_whole_manifest_survives_the_way_through_json() -> None:
    manifest = read(EVERYTHING)
    assert from_plain(json.loads(json.dumps(to_plain(manifest)))) == manifest


def test_what_an_older_version_did_not_write_is_its_default() -> None:
    plain = to_plain(read(EVERYTHING))
    del plain["services"][0]["bake_seconds"]
    assert from_plain(plain).services[0].bake_seconds is None


def test_a_manifest_bakes_as_long_as_its_most_careful_service() -> None:
    assert read(EVERYTHING).bake_seconds == 60


def test_merged_keys_come_under_own_ones() -> None:
    web = read(EVERYTHING).services[0]
    assert web.environment == {
        "LOG": "info",
        "SECRET": "${SECRET:?the cookie key}",
        "PASSED": None,
    }


def test_the_first_of_several_merged_mappings_wins() -> None:
    text = (
        "x-a: &a {image: first}\nx-b: &b {image: second, command: run}\n"
        "services: {web: {<<: [*a, *b]}}"
    )
    web = read(text).services[0]
    assert (web.image, web.command) == ("first", "run")


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        ("environment: {A: 1, B: yes, C: 1.50, D: '', E: 0x10, F: 12:30}",
         {"A": "1", "B": "yes", "C": "1.50", "D": "", "E": "0x10", "F": "12:30"}),
        ("environment: ['A=1', 'B=x=y', 'C', 'D=']", {"A": "1", "B": "x=y", "C": None, "D": ""}),
        ("environment:", {}),
    ],
)  # fmt: skip
def test_the_environment_is_kept_as_it_is_written(
    text: str, environment: dict[str, str | None]
) -> None:
    assert service(text).environment == environment


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("command: run 'two words'", "run 'two words'"),
        ("command: [run, 2, yes]", ("run", "2", "yes")),
        ("command: []", ()),
        ("command:", None),
        ("", None),
    ],
)
def test_commands_are_texts_or_lists(text: str, command: object) -> None:
    assert service(text).command == command


@pytest.mark.parametrize(
    ("text", "port", "routed"),
    [
        ("", None, False),
        ("ports: ['80']", 80, True),
        ("ports: [80]", 80, True),
        ("ports: ['8080:80']", 80, True),
        ("ports: ['127.0.0.1:8080:80/tcp']", 80, True),
        ("ports: ['[::1]:8080:80']", 80, True),
        ("ports: ['53:53/udp', '80']", 80, True),
        ("ports: ['3000-3005']", 3000, True),
        ("ports: [{target: 80, published: 8080}]", 80, True),
        ("ports: ['${PORT:-9000}']", 9000, True),
        ("expose: ['5432']", 5432, False),
        ("expose: [9000]\nports: ['80']", 80, True),
        ("ports: ['80']\nx-rackhand: {port: 9000}", 9000, True),
        ("expose: [80]\nx-rackhand: {domain: a.example.com}", 80, True),
    ],
)
def test_a_port_routes_and_an_exposed_one_is_only_known(
    text: str, port: int | None, routed: bool
) -> None:
    found = service(text)
    assert (found.port, found.routed) == (port, routed)


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("healthcheck: {test: curl x}", ContainerCheck(command=("CMD-SHELL", "curl x"))),
        ("healthcheck: {test: [CMD, curl, x]}", ContainerCheck(command=("CMD", "curl", "x"))),
        ("healthcheck: {interval: 500ms, start_period: 1h}",
         ContainerCheck(interval_seconds=0.5, start_seconds=3600)),
        ("healthcheck: {disable: true, test: curl x}", None),
        ("healthcheck: {test: [NONE]}", None),
    ],
)  # fmt: skip
def test_health_checks_have_dockers_form(text: str, check: ContainerCheck | None) -> None:
    found = service(text)
    assert found.container_check == check
    assert found.healthcheck_disabled is (check is None)


def test_http_health_is_a_path_or_more() -> None:
    found = service("x-rackhand: {port: 80, health: /up}")
    assert found.http_check == HttpCheck(path="/up")
    found = service("x-rackhand: {port: 80, health: {path: /up, interval_seconds: 2, fall: 1}}")
    assert found.http_check == HttpCheck(path="/up", interval_seconds=2, timeout_seconds=1, fall=1)


@pytest.mark.parametrize(
    ("text", "volumes"),
    [
        ("volumes: ['data:/data']", ("data:/data",)),
        ("volumes: ['/host:/data:ro']", ("/host:/data:ro",)),
        ("volumes: ['data:/data:rw,z']", ("data:/data",)),
        ("volumes: [{type: volume, source: data, target: /data, read_only: true}]",
         ("data:/data:ro",)),
        ("volumes: [{type: bind, source: /host, target: /data}]", ("/host:/data",)),
    ],
)  # fmt: skip
def test_volumes_have_dockers_short_form(text: str, volumes: tuple[str, ...]) -> None:
    assert service(text).volumes == volumes


def test_dependencies_are_a_list_or_keys() -> None:
    text = "services: {a: {image: x}, b: {image: x, depends_on: %s}}"
    for written in ("[a]", "{a: {condition: service_healthy}}"):
        assert read(text % written).services[1].depends_on == ("a",)


def test_what_is_supported_gives_no_notice() -> None:
    assert not [notice for notice in read(EVERYTHING).notices if "has no effect" in notice]


@pytest.mark.parametrize(
    ("text", "line", "key", "hint"),
    [
        ("privileged: true", 4, "privileged", ""),
        ("container_name: x", 4, "container_name", "named by Rackhand"),
        ("comand: x", 4, "comand", "Did you mean `command`?"),
        ("deploy:\n  resources: {}", 5, "deploy.resources", "no limits"),
        ("ports:\n- '80'\n- '8080:81'", 6, "ports[1]", "only the first port (80)"),
        ("ports: ['8080:80']", 4, "ports[0]", "not published as 8080"),
        ("ports: ['53/udp']", 4, "ports[0]", "not udp"),
        ("volumes: ['./src:/app']", 4, "volumes[0]", "no checkout"),
        ("volumes: ['/cache']", 4, "volumes[0]", "ends with its process"),
        ("volumes: [{type: tmpfs, target: /x}]", 4, "volumes[0]", "type tmpfs"),
        ("restart: 'no'", 4, "restart", "always starts it again"),
        ("healthcheck: {test: x, start_interval: 1s}", 4, "healthcheck.start_interval", ""),
    ],
)
def test_what_has_no_effect_is_named_with_its_line(
    text: str, line: int, key: str, hint: str
) -> None:
    indented = "".join(f"    {part}\n" for part in text.splitlines())
    [notice] = read(f"services:\n  web:\n    image: acme/web\n{indented}").notices
    assert notice.startswith(f"`compose.yaml`, line {line}: `services.web.{key}`")
    assert hint in notice


def test_keys_of_the_whole_file_without_effect_are_named_too() -> None:
    text = "name: x\nsecrets: {}\nx-mine: 1\nservices: {web: {image: x}}\nvolumes: {d: {driver: n}}"
    notices = read(text).notices
    assert len(notices) == 3
    assert "`name`" in notices[0]
    assert "env set" in notices[1]
    assert "`volumes.d.driver`" in notices[2]


def test_a_service_of_a_profile_is_not_run_and_said_so() -> None:
    manifest = read("services: {web: {image: x}, debug: {image: x, profiles: [dev]}}")
    assert [found.name for found in manifest.services] == ["web"]
    assert "keeps `debug` from being run" in manifest.notices[0]
