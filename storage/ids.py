"""Ids that people read aloud: one letter for the kind, ten from an alphabet without look-alikes."""

import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"  # A–Z without I and O, which read as 1 and 0
LENGTH = 10


def new_id(prefix: str) -> str:
    """Return a fresh id such as ``BQWERTYUPAS`` for the one-letter *prefix* of its kind."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
