"""The ``environment`` and ``env_file`` of a service."""

import io

from dotenv.parser import parse_stream

from engine.manifest.paths import inside
from engine.manifest.reading import Reading
from engine.manifest.values import Value, given
from engine.manifest.variables import BadTemplate, literal, parse

SIZE_LIMIT = 128 * 1024  # bytes of one file: Linux hands a process little more


def read_environment(entries: dict[str, Value], reading: Reading) -> dict[str, str | None]:
    """Return the files' variables with the written ones over them."""
    merged: dict[str, str | None] = {}
    if "env_file" in entries:
        for value in entries["env_file"].one_or_more():
            merged.update(_read_file(value, reading))
    if "environment" in entries:
        merged.update(pairs(entries["environment"]))
    return merged


def pairs(value: Value) -> dict[str, str | None]:
    """Read ``NAME: value`` keys or ``NAME=value`` elements. None: a name without a value."""
    if value.is_list:
        found: dict[str, str | None] = {}
        for element in value.elements():
            name, sign, text = element.text().partition("=")
            found[_name(element, name)] = text if sign else None
        return found
    return {
        _name(entry, name): None if entry.is_null else entry.text()
        for name, entry in value.entries().items()
    }


def _name(value: Value, name: str) -> str:
    if not name.strip() or "=" in name or "\0" in name or "$" in name:
        raise value.fault(f"has a variable without a proper name: `{name[:40]}`")
    return name.strip()


def _read_file(value: Value, reading: Reading) -> dict[str, str | None]:
    at, required = value, True
    if value.is_mapping:
        entries = value.entries()
        reading.leave_out(entries, ("path", "required"))
        if "path" not in entries:
            raise value.fault("needs a `path`")
        at = entries["path"]
        required = given(entries, "required", Value.truth, default=True)
    path = at.fixed_text()
    file = inside(reading.checkout, reading.folder, path)
    if file is None:
        raise at.fault(f"leads out of the repository: `{path}`", "Name a file inside it.")
    if file.is_file():
        return _parse_file(at, path, file.read_bytes())
    if required:
        raise at.fault(
            f"names no file of the repository: `{path}`",
            "Commit it, or write the long form with `required: false`. "
            "Set secrets with `/rack env set`.",
        )
    reading.notice(at, f"is not in the repository, so nothing is read from it: `{path}`.")
    return {}


def _parse_file(value: Value, path: str, content: bytes) -> dict[str, str | None]:
    if len(content) > SIZE_LIMIT:
        raise value.fault(f"names a file that is too large: `{path}` may have 128 kB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise value.fault(f"names a file that is not UTF-8 text: `{path}`") from error
    found: dict[str, str | None] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error or "\0" in binding.original.string:
            raise value.fault(
                f"names a file that cannot be read: `{path}`, line {binding.original.line}",
                "Write NAME=value.",
            )
        if binding.key is None:  # a comment or an empty line
            continue
        text_value = binding.value
        quoted = binding.original.string.partition("=")[2].lstrip().startswith("'")
        found[_name(value, binding.key)] = text_value and _template(text_value, is_plain=quoted)
    return found


def _template(text: str, *, is_plain: bool) -> str:
    """Return *text* as a template: single quotes, and a ``$`` that means nothing, are plain."""
    try:
        parse(text)
    except BadTemplate:
        return literal(text)
    return literal(text) if is_plain else text
