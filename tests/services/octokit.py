"""What GitHub publishes of itself: webhook schemas, example payloads, the REST API."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scripts import octokit
from tests.services.requirement import lacking, program

Json = dict[str, Any]


def _read(package: octokit.Package) -> Any:
    program("npm", "npm")
    try:
        return json.loads(octokit.fetched(package).read_text(encoding="utf-8"))
    except octokit.NotFetched as error:
        lacking(str(error))


@pytest.fixture(scope="session")
def webhook_schema() -> Json:
    """The JSON schema of all webhook payloads, of ``@octokit/webhooks-schemas``."""
    schema: Json = _read(octokit.SCHEMAS)
    return schema


@pytest.fixture(scope="session")
def webhook_examples() -> Mapping[str, Sequence[Json]]:
    """Real payloads by event name, of ``@octokit/webhooks-examples``."""
    return {one["name"]: one["examples"] for one in _read(octokit.EXAMPLES)}


@pytest.fixture(scope="session")
def rest_description() -> Json:
    """GitHub's OpenAPI description of its REST API, of ``@octokit/openapi``."""
    description: Json = _read(octokit.OPENAPI)
    return description
