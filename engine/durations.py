"""Lengths of time as people say them."""

from datetime import timedelta


def duration(length: timedelta) -> str:
    """Say a length of time in its two largest units: "52 s", "3 min 10 s", "2 h", "4 d 6 h"."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return _two(seconds, 60, "min", 1, "s")
    if seconds < 86400:
        return _two(seconds, 3600, "h", 60, "min")
    return _two(seconds, 86400, "d", 3600, "h")


def of_seconds(seconds: float) -> str:
    """Say so many seconds as ``duration`` does."""
    return duration(timedelta(seconds=seconds))


def _two(seconds: int, large: int, large_name: str, small: int, small_name: str) -> str:
    whole, rest = seconds // large, seconds % large // small
    return f"{whole} {large_name}" + (f" {rest} {small_name}" if rest else "")
