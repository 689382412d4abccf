"""The headers of answers: what is left of the rate limit, and whether something changed."""

import hashlib

from bot.local_github.budget import Allowance


def budget_headers(allowance: Allowance) -> dict[str, str]:
    """Return what GitHub says of the rate limit with each answer."""
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Used": str(allowance.used),
        "X-RateLimit-Reset": str(int(allowance.reset)),
        "X-RateLimit-Resource": "core",
    }


def etag_of(body: bytes) -> str:
    """Return the tag that changes when the answer does."""
    return f'W/"{hashlib.sha256(body).hexdigest()}"'


def matches(asked: str | None, etag: str) -> bool:
    """Whether what the client has is what it would get."""
    if asked is None:
        return False
    bare = etag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") == bare for one in asked.split(","))
