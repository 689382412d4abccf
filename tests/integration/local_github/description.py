"""Checks answers and payloads against what GitHub publishes of them."""

import re
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from jsonschema import Draft4Validator, Draft7Validator, FormatChecker, ValidationError, validators

Json = dict[str, Any]
Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]

# sent with every repository of an organization, but only described for some of them
UNTOLD = "/custom_properties"

FORMATS = FormatChecker(formats=())
DESCRIBED_FORMATS = FormatChecker(formats=())


@DESCRIBED_FORMATS.checks("date-time", ValueError)
@FORMATS.checks("date-time", ValueError)
def is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("uri")
def is_address(value: object) -> bool:
    return not isinstance(value, str) or bool(urllib.parse.urlsplit(value).scheme)


@DESCRIBED_FORMATS.checks("uri")
def is_address_or_empty(value: object) -> bool:
    """Whether it is what the description calls an address: some have an empty text by default."""
    return value == "" or is_address(value)


def _unless_null(keyword: Keyword) -> Keyword:
    """OpenAPI 3.0 says ``nullable`` where JSON Schema would name another type."""

    def check(validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        if instance is None and schema.get("nullable"):
            return ()
        return keyword(validator, value, instance, schema) or ()

    return check


_OpenApi = validators.extend(  # type: ignore[no-untyped-call]
    Draft4Validator, {name: _unless_null(one) for name, one in Draft4Validator.VALIDATORS.items()}
)


def faults_of_payload(schema: Json, event: str, payload: Json) -> list[str]:
    """Return what GitHub's schema of an event finds wrong with a payload."""
    definitions = schema["definitions"]
    exact = f"{event}${payload.get('action', 'event')}"
    assert exact in definitions
    whole = {"$ref": f"#/definitions/{exact}", "definitions": definitions}
    return _told(Draft7Validator(whole, format_checker=FORMATS), payload)


class Description:
    """GitHub's OpenAPI description of its REST API."""

    def __init__(self, document: Json) -> None:
        self._document = document

    def has(self, method: str, path: str) -> bool:
        """Whether GitHub has such a route."""
        return method.lower() in self._document["paths"].get(path, {})

    def faults_of_answer(self, method: str, path: str, status: int, body: Any) -> list[str]:
        """Return what the description finds wrong with an answer, and fields it does not know."""
        operation = self._document["paths"][path][method.lower()]
        response = self.resolved(operation["responses"][str(status)])
        content = response.get("content")
        if content is None:
            return [] if body is None else ["a body where there is none"]
        schema = content["application/json"]["schema"]
        whole = {"allOf": [schema], "components": self._document["components"]}
        told = _told(_OpenApi(whole, format_checker=DESCRIBED_FORMATS), body)
        unknown = (one for one in self._unknown(schema, body) if not one.endswith(UNTOLD))
        return told + [f"{place}: not known to GitHub" for place in unknown]

    def resolved(self, schema: Json) -> Json:
        """Follow a ``$ref``."""
        while "$ref" in schema:
            found: Any = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        return schema

    def _unknown(self, schema: Json, body: Any, place: str = "") -> Iterator[str]:
        """Yield the fields of *body* that no variant of its schema names."""
        variants = list(self._variants(schema))
        if isinstance(body, list):
            for variant in variants:
                for number, item in enumerate(body if "items" in variant else ()):
                    yield from self._unknown(variant["items"], item, f"{place}/{number}")
        if not isinstance(body, dict) or any(_is_open(one) for one in variants):
            return
        known: dict[str, list[Json]] = {}
        for variant in variants:
            for name, inner in variant.get("properties", {}).items():
                known.setdefault(name, []).append(inner)
        for name, value in body.items():
            if name not in known:
                yield f"{place}/{name}"
            elif len(known[name]) == 1:
                yield from self._unknown(known[name][0], value, f"{place}/{name}")

    def _variants(self, schema: Json) -> Iterator[Json]:
        schema = self.resolved(schema)
        yield schema
        for key in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(key, ()):
                yield from self._variants(part)


def _is_open(schema: Mapping[str, Any]) -> bool:
    """Whether a schema lets an object have any field."""
    if schema.get("additionalProperties"):
        return True
    says_object = schema.get("type") == "object" and not schema.get("properties")
    return says_object and not any(key in schema for key in ("allOf", "anyOf", "oneOf"))


def _told(validator: Any, instance: Any) -> list[str]:
    return [
        f"/{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(instance)
    ]


def pattern_of(path: str) -> re.Pattern[str]:
    """Return what addresses of a described path look like."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^?]+?", re.escape(path)))
