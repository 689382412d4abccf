"""Puts one request to GitHub through PyGithub and brings back what it said."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests
from github import GithubException
from github.Requester import Requester

from engine.adapters.github.accounts import Account
from engine.errors import Refused, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What GitHub said. Names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: Any
    of_token: bool = False  # it is about the installation's token, which had to be made first


def ask(
    account: Account, verb: str, url: str, *, headers: Mapping[str, str], body: Any, host: str
) -> Answer:
    """Ask once; a read that met a connection which had ended while it was idle asks again.

    Raises ``Unreachable`` where no answer came, and ``Refused`` where what answers is no GitHub.
    """
    with spoken(host):
        try:
            return _once(account, verb, url, headers, body)
        except requests.ConnectionError as error:
            if verb != "GET" or isinstance(error, requests.Timeout):
                raise
        return _once(account, verb, url, headers, body)


@contextmanager
def spoken(host: str) -> Iterator[None]:
    """Raise the port's errors where GitHub could not be spoken to."""
    try:
        yield
    except requests.Timeout as error:
        raise Unreachable(f"{host} gave no answer in time.", remedy=GOES_ON) from error
    except requests.RequestException as error:
        detail = f"{host} cannot be reached: {_cause(error)}."
        raise Unreachable(detail, remedy=GOES_ON) from error
    except RuntimeError as error:  # PyGithub was led to another host or scheme
        remedy = "Write GITHUB_API_URL as GitHub itself has it, with https and its full name."
        raise Refused(f"{host} leads elsewhere.", remedy=remedy) from error
    except ValueError as error:
        remedy = "Check GITHUB_API_URL: of GitHub Enterprise it ends in /api/v3."
        raise Unreachable(f"What answers at {host} is no GitHub.", remedy=remedy) from error


def answer_of(error: GithubException) -> Answer:
    """Return the answer to a wish for an installation's token, which PyGithub makes an error."""
    names = {name.lower(): value for name, value in (error.headers or {}).items()}
    return Answer(status=error.status, headers=names, body=error.data, of_token=True)


GOES_ON = "What is waiting goes on by itself when it answers."


def _once(account: Account, verb: str, url: str, headers: Mapping[str, str], body: Any) -> Answer:
    with account.requester() as requester:
        try:
            status, names, text = _sent(requester, verb, url, headers, body)
        except GithubException as error:
            return answer_of(error)
    try:
        said = json.loads(text) if text else None
    except ValueError:
        if status < 400:
            raise
        said = None  # a proxy's own page
    return Answer(status=status, headers=names, body=said)


def _sent(
    requester: Requester, verb: str, url: str, headers: Mapping[str, str], body: Any
) -> tuple[int, dict[str, Any], str]:
    return requester.requestJson(verb, url, headers=dict(headers), input=body)


def _cause(error: Exception) -> str:
    """Return the innermost reason: "Connection refused" and not where it was in whose pool."""
    inner: BaseException = error
    while (deeper := inner.__cause__ or inner.__context__) is not None:
        inner = deeper
    return getattr(inner, "strerror", None) or type(inner).__name__
