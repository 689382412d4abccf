"""Reads the Authorization header of an API call or of git."""

import base64
import binascii
from collections.abc import Mapping


def token_of(headers: Mapping[str, str]) -> str | None:
    """Return the token that a request brings, in whichever way; None where it brings none."""
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() in {"token", "bearer"}:
        return value.strip()
    if kind.lower() == "basic":
        try:
            name, _, password = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return ""
        return name if password in {"", "x-oauth-basic"} else password
    return "" if kind else None
