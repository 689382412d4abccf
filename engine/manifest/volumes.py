"""The ``volumes`` of a service, in Docker's short form."""

import re

from engine.manifest.reading import Reading
from engine.manifest.values import Value, given

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*\Z")
MODES = {"ro": ":ro", "rw": ""}
LONG_KEYS = ("type", "source", "target", "read_only")


def read_volumes(value: Value, reading: Reading) -> tuple[str, ...]:
    """Return "name:/path[:ro]" and "/host:/path[:ro]"; tells of those that cannot be kept."""
    found: list[str] = []
    for element in value.elements():
        volume = _long(element, reading) if element.is_mapping else _short(element, reading)
        if volume:
            found.append(volume)
    return tuple(found)


def _short(value: Value, reading: Reading) -> str | None:
    written = value.fixed_text()
    source, *rest = written.split(":")
    if not rest:
        _tell_of_anonymous(value, source, reading)
        return None
    target, *modes = rest
    options = modes[0].split(",") if modes else []
    if len(modes) > 1 or not target:
        raise value.fault(
            f"is not a volume: `{written[:60]}`", "Write name:/path or name:/path:ro."
        )
    unknown = [option for option in options if option not in MODES]
    if unknown:
        reading.notice(value, f"has options without effect: {', '.join(unknown)}.")
    return _volume(value, source, target, reading, read_only="ro" in options)


def _long(value: Value, reading: Reading) -> str | None:
    entries = value.entries()
    reading.leave_out(entries, LONG_KEYS)
    kind = given(entries, "type", Value.fixed_text, "volume")
    if kind not in {"volume", "bind"}:
        reading.notice(value, f"is not mounted: volumes of type {kind} are not supported.")
        return None
    if "target" not in entries:
        raise value.fault("needs a `target`: the path in the container")
    target = entries["target"].fixed_text()
    if "source" not in entries:
        _tell_of_anonymous(value, target, reading)
        return None
    read_only = given(entries, "read_only", Value.truth, default=False)
    return _volume(value, entries["source"].fixed_text(), target, reading, read_only=read_only)


def _tell_of_anonymous(value: Value, path: str, reading: Reading) -> None:
    reading.notice(
        value, f"is not kept: a volume without a name ends with its process (name:{path} is kept)."
    )


def _volume(
    value: Value, source: str, target: str, reading: Reading, *, read_only: bool
) -> str | None:
    if not target.startswith("/"):
        raise value.fault(f"must end at a full path in the container, not `{target[:60]}`")
    if source.startswith((".", "~")):
        reading.notice(
            value,
            f"is not mounted: a rack has no checkout with `{source}`. Copy it into the image.",
        )
        return None
    if not source.startswith("/") and not NAME.match(source):
        raise value.fault(f"is not a volume's name: `{source[:60]}`")
    return f"{source}:{target}{':ro' if read_only else ''}"
