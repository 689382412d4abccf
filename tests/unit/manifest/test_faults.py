"""Every complaint names the file, the line and the key, and says what to write."""

import pytest

from engine.errors import UserError
from engine.manifest.document import NODE_LIMIT, SIZE_LIMIT, parse
from tests.unit.manifest.reading import fault, read

LAUGHS = "a0: &a0 ha\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 13)
)
SERVICE = "services:\n  web:\n    image: acme/web\n"


@pytest.mark.parametrize(
    ("lines", "line", "key", "said"),
    [
        ("    ports: 80", 4, "ports", "must be a list"),
        ("    ports: ['http']", 4, "ports[0]", "is not a port: `http`"),
        ("    ports: ['70000']", 4, "ports[0]", "must be a port from 1 to 65535"),
        ("    ports:\n    - {published: 1}", 5, "ports[0]", "needs a `target`"),
        ("    environment: text", 4, "environment", "must have keys"),
        ("    environment: [=x]", 4, "environment[0]", "without a proper name"),
        ("    environment: {A: [1]}", 4, "environment.A", "must be a text"),
        ("    environment: {A: '${B'}", 4, "environment.A", "is not closed"),
        ("    environment: {A: 'a $ b'}", 4, "environment.A", "written `$$`"),
        ("    command: run 'x", 4, "command", "quote that is not closed"),
        ("    deploy: {replicas: many}", 4, "deploy.replicas", "whole number from 0 to 100"),
        ("    deploy: {replicas: -1}", 4, "deploy.replicas", "whole number"),
        ("    deploy: {replicas: 101}", 4, "deploy.replicas", "whole number"),
        ("    deploy: {replicas: '${N}'}", 4, "deploy.replicas", "nothing"),
        ("    stop_grace_period: 10", 4, "stop_grace_period", "must be a duration, not `10`"),
        ("    healthcheck: {test: [curl, x]}", 4, "healthcheck.test", "no form of a test"),
        ("    healthcheck: {test: [CMD]}", 4, "healthcheck.test", "no form of a test"),
        ("    healthcheck: {disable: perhaps}", 4, "healthcheck.disable", "true or false"),
        ("    volumes: [data:relative]", 4, "volumes[0]", "full path in the container"),
        ("    volumes: ['a:/b:ro:x']", 4, "volumes[0]", "is not a volume"),
        ("    volumes: ['a b:/c']", 4, "volumes[0]", "not a volume's name"),
        ("    depends_on: [wbe]", 2, "", "depends on `wbe`, which is not run"),
        ("    depends_on: [web]", 2, "", "depends on itself"),
        ("    build: https://example.com/x.git", 4, "build", "must be a folder"),
        ("    build: ../..", 4, "build", "leads out of the repository"),
        ("    env_file: ../../etc/passwd", 4, "env_file", "leads out of the repository"),
        ("    x-rackhand: {helth: /x}", 4, "x-rackhand.helth", "is not known"),
        ("    x-rackhand: {port: 0}", 4, "x-rackhand.port", "whole number from 1"),
        ("    x-rackhand: {domain: http://x}", 4, "x-rackhand.domain", "is not a domain"),
        ("    x-rackhand: {health: up}", 4, "x-rackhand.health", "begins with /"),
        ("    x-rackhand: {health: /up}", 2, "", "has no port"),
        ("    x-rackhand: {drain_seconds: 10s}", 4, "x-rackhand.drain_seconds", "such as 10"),
        ("    command: a\n    command: b", 5, "command", "written twice, first in line 4"),
        ("    ? [a, b]\n    : c", 2, "", "a key that is not a text"),
        ("    image: ''", 4, "image", "written twice"),
    ],
)
def test_a_complaint_names_line_and_key(lines: str, line: int, key: str, said: str) -> None:
    error = fault(SERVICE + lines + "\n")
    where = f"`compose.yaml`, line {line}: `services.web{'.' if key else ''}{key}"
    assert error.what.startswith(where)
    assert said in error.what


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("services:\n  web:\n  - x\n bad", 4, "not valid YAML"),
        ("services: [", 1, "not valid YAML"),
        ('a: "\nb: 1', 2, "not valid YAML"),
        ("a: *nothing", 1, "undefined alias"),
        ("a: 1\n---\nb: 2", 2, "not valid YAML"),
        ("services:\n  web: !reset null", 2, "the tag `!reset`"),
        ("a: !!python/object:os.system x", 1, "the tag"),
    ],
)
def test_bad_yaml_is_named_by_line(text: str, line: int, said: str) -> None:
    error = fault(text)
    assert f"line {line}" in error.what
    assert said in str(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("# only a comment", "is empty"),
        ("- a", "not a Compose file"),
        ("just text", "not a Compose file"),
        ("x: 1", "has no `services`"),
        ("services:", "names no service"),
        ("services: {web: {}}", "neither `build` nor `image`"),
        ("services: {'a b': {image: x}}", "cannot be the name of a service"),
        ("services: {web: {image: 'a b'}}", "an image name that cannot be"),
        ("services: {web: {image: --x}}", "an image name that cannot be"),
        ("\0", "not valid YAML"),
        ("services: {a: {image: x, depends_on: [b]}, b: {image: x, depends_on: [a]}}", "itself"),
        (
            "services:\n  a: &a {image: x, x-rackhand: {port: 1, domain: x.y}}\n  b: *a",
            "which `a` has already",
        ),
    ],
)
def test_a_file_that_makes_no_app_says_why(text: str, said: str) -> None:
    error = fault(text)
    assert said in str(error)
    assert error.remedy or error.why or "compose.yaml" in error.what


def test_a_wrong_word_gets_the_nearest() -> None:
    assert fault(SERVICE + "    x-rackhand: {helth: /x}\n").remedy == "Did you mean `health`?"


def test_text_that_is_not_utf_8_is_named_by_line() -> None:
    with pytest.raises(UserError, match="line 2"):
        parse(b"services:\n  w\xe9b: {image: x}\n", "compose.yaml")


def test_a_byte_order_mark_is_no_fault() -> None:
    assert parse(b"\xef\xbb\xbfservices: {}", "compose.yaml").is_mapping


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(UserError, match="too large"):
        parse(b"#" * (SIZE_LIMIT + 1), "compose.yaml")


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "services: &a\n  <<: *a\n",
        "[" * 100_000,
        "a: " + "{a: " * 200 + "}" * 200,
        "- " * 100_000,
    ],
    ids=["laughs", "loop", "loop of keys", "merged into itself", "brackets", "braces", "dashes"],
)
def test_bombs_end_at_once(text: str) -> None:
    error = fault(text)
    assert any(word in error.what for word in ("says too much", "nested too deeply"))


def test_a_long_honest_file_is_no_bomb() -> None:
    services = "".join(f"  s{n}: {{image: x, command: [a, b, c]}}\n" for n in range(500))
    assert len(read(f"services:\n{services}").services) == 500
    assert NODE_LIMIT > 500 * 10
