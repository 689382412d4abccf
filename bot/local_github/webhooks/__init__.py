"""Tells hooks what happened, signed as GitHub signs."""
