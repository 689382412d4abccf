"""The environment of an app on a rack: sealed at rest, changed by versions, told by names only."""

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken

from engine.errors import UserError
from storage import ids
from storage.records import Environment, Person

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
SIZE_LIMIT = 128 * 1024  # bytes of one environment: Linux hands a process little more


class Vault:
    """Seals and opens values with RACKHAND_SECRET_KEY."""

    def __init__(self, secret_key: str) -> None:
        """*secret_key* is any long random text; the cipher's key is derived from it."""
        digest = hashlib.sha256(secret_key.encode()).digest()
        self._cipher = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, values: Mapping[str, str]) -> bytes:
        """Encrypt the values."""
        return self._cipher.encrypt(json.dumps(dict(values)).encode())

    def open(self, environment: Environment | None) -> dict[str, str]:
        """Decrypt an environment's values; raises ``UserError`` when the key is another one."""
        if environment is None:
            return {}
        try:
            values: dict[str, str] = json.loads(self._cipher.decrypt(environment.sealed))
        except InvalidToken as error:
            raise UserError(
                f"The environment {environment.id} cannot be opened.",
                why="It was sealed with another RACKHAND_SECRET_KEY.",
                remedy="Start Rackhand with the key that was used then, or set the values again.",
            ) from error
        return values


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Turn ``NAME=value`` words into a mapping; raises ``UserError`` naming the bad one."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign:
            raise UserError(
                f"`{_shown(name)}` has no value.",
                remedy="Write NAME=value; an empty value is NAME=.",
            )
        check_name(name)
        values[name] = value
    return values


def check_name(name: str) -> None:
    """Raise ``UserError`` unless *name* can be the name of an environment variable."""
    if not NAME.match(name):
        raise UserError(
            f"`{_shown(name)}` cannot be the name of a variable.",
            why="Names have letters, digits and _ only and do not begin with a digit.",
        )


def changed(
    old: Mapping[str, str], *, to_set: Mapping[str, str], to_unset: Iterable[str]
) -> tuple[dict[str, str], str]:
    """Return the new values and what changed, by names only: "env add:A change:B remove:C".

    Raises ``UserError`` when nothing would change, a name to remove is not there, or the whole
    is larger than a process can take.
    """
    new = dict(old)
    for name in to_unset:
        if name not in new:
            raise UserError(
                f"`{_shown(name)}` is not set.", remedy="`/rack env` lists the names that are."
            )
        del new[name]
    new.update(to_set)
    parts = {
        "add": sorted(set(new) - set(old)),
        "change": sorted(name for name in new if name in old and new[name] != old[name]),
        "remove": sorted(set(old) - set(new)),
    }
    words = [f"{verb}:{name}" for verb, names in parts.items() for name in names]
    if not words:
        raise UserError("Nothing changed: all of it is set so already.")
    if sum(len(name) + len(value.encode()) for name, value in new.items()) > SIZE_LIMIT:
        raise UserError(
            "That environment is too large.",
            why="All names and values together may have 128 kB.",
            remedy="Put large values into a file or a volume.",
        )
    return new, "env " + " ".join(words)


def new_version(
    vault: Vault,
    *,
    app: str,
    rack: str,
    values: Mapping[str, str],
    description: str,
    by: Person,
    at: datetime,
) -> Environment:
    """Make a sealed record of *values*."""
    return Environment(
        id=ids.new_id("E"),
        app=app,
        rack=rack,
        names=tuple(sorted(values)),
        sealed=vault.seal(values),
        description=description,
        created_by=by,
        created_at=at,
    )


def _shown(name: str) -> str:
    """Cut what may be a secret typed in the wrong place."""
    return name if len(name) <= 40 else name[:12] + "…"
