"""What GitHub's refusals mean, read from status and headers and not from their texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.adapters.github.transport import GOES_ON, Answer
from engine.errors import Forbidden, NotFound, PortError, Refused, Unreachable


class Conflict(Refused):
    """What is there stands against it: a repository without a commit has no refs to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a request is for, in words that complete "The token may not …"."""

    doing: str  # "show a status on"
    what: str  # "commit 4f2c1ab of acme/shop"


def is_limit(answer: Answer) -> bool:
    """Whether it refuses because it is asked too often."""
    if answer.status == 429:
        return True
    headers = answer.headers
    return answer.status == 403 and (
        "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"
    )


def refusal(
    answer: Answer, purpose: Purpose, *, host: str, is_app: bool, writes: bool
) -> PortError:
    """Return the port's error for an answer of 400 or more that is no limit."""
    if answer.status >= 500:
        return Unreachable(
            f"{host} is out of order: it answers {answer.status}.",
            remedy=GOES_ON,
        )
    if answer.status == 401:
        return _not_known(host, is_app=is_app)
    lacks = _lacking(answer.headers)
    if answer.status == 403 or (answer.status == 404 and writes and lacks):
        return _forbidden(answer, purpose, lacks, is_app=is_app)
    if answer.status in {404, 410} or (answer.status == 422 and not writes):
        seen = f"The token lacks `{lacks}`, so it may be hidden." if lacks else ""
        return NotFound(f"{host} has no {purpose.what}, or hides it from Rackhand.", remedy=seen)
    kind = Conflict if answer.status == 409 else Refused
    said = _said(answer.body) or answer.status
    return kind(f"{host} refused to {purpose.doing} {purpose.what}: {said}.")


def _not_known(host: str, *, is_app: bool) -> Refused:
    if is_app:
        remedy = "Check github.app_id and the App's private key, and this machine's clock."
        return Refused(f"{host} does not take the App's key.", remedy=remedy)
    return Refused(f"{host} does not take the token.", remedy="Put a new one into GITHUB_TOKEN.")


def _forbidden(answer: Answer, purpose: Purpose, lacks: str, *, is_app: bool) -> Forbidden:
    who = "The GitHub App" if is_app else "The GitHub token"
    may_not = f"{who} may not {purpose.doing} {purpose.what}"
    if answer.headers.get("x-github-sso", "").startswith("required"):
        remedy = "Authorize the token for the organization's single sign-on."
        return Forbidden(f"{may_not}: the organization asks for single sign-on.", remedy=remedy)
    if permissions := _permissions(answer.headers):
        remedy = "Add it to the token."
        if is_app:
            remedy = "Add it to the App, and accept it where the App is installed."
        return Forbidden(f"{may_not}: it lacks the permission `{permissions}`.", remedy=remedy)
    if lacks:
        return Forbidden(
            f"{may_not}: it lacks the scope `{lacks}`.", remedy="Make one that has it."
        )
    said = _said(answer.body)
    return Forbidden(f"{may_not}: {said}." if said else f"{may_not}.")


def _permissions(headers: Mapping[str, str]) -> str:
    """Return what GitHub asks of an App or fine-grained token: "statuses: write"."""
    asked = headers.get("x-accepted-github-permissions", "")
    sets = [one.strip().replace(",", ", ").replace("=", ": ") for one in asked.split(";")]
    return " or ".join(one for one in sets if one)


def _lacking(headers: Mapping[str, str]) -> str:
    """Return the narrowest scope that a classic token lacks for this; "" where none is missing."""
    accepted = _words(headers.get("x-accepted-oauth-scopes"))
    if not accepted or "x-oauth-scopes" not in headers:
        return ""
    if set(accepted) & set(_words(headers["x-oauth-scopes"])):
        return ""
    return next((scope for scope in accepted if ":" in scope or "_" in scope), accepted[0])


def _words(header: str | None) -> list[str]:
    return [word.strip() for word in (header or "").split(",") if word.strip()]


def _said(body: Any) -> str:
    """Return GitHub's own words, with the faults that it lists."""
    if not isinstance(body, Mapping):
        return ""
    faults = [
        one if isinstance(one, str) else str(one.get("message") or one.get("code") or "")
        for one in body.get("errors") or ()
    ]
    words = [str(body.get("message") or ""), *faults]
    return "; ".join(word.strip().rstrip(".") for word in words if word.strip())[:300]
