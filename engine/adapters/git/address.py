"""Where a repository is: its address checked, and parted from any password in it."""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from engine.errors import Refused

SCHEMES = ("https", "http", "ssh", "git", "file")
SCP_FORM = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?!/?/)(?P<path>[^:].*)\Z", re.ASCII)
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One repository. *url* is what git is given, without a password; *shown* is for people."""

    url: str
    scheme: str
    host: str = ""
    username: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """The address as people may see it."""
        return self.url

    @property
    def is_http(self) -> bool:
        """Whether git speaks HTTP to it, so that a token can be sent."""
        return self.scheme in {"http", "https"}

    @property
    def is_private_line(self) -> bool:
        """Whether nobody between can read what is sent."""
        return self.scheme == "https" or self.host in LOOPBACK

    @property
    def key(self) -> str:
        """A name for its mirror: the same for the same repository, safe as a file name."""
        readable = re.sub(r"[^A-Za-z0-9]+", "-", self.url.removesuffix(".git"))[-40:].strip("-")
        return f"{readable}-{hashlib.sha256(self.url.encode()).hexdigest()[:16]}"


def parse(repo: str) -> Address:
    """Read a URL, ``host:path`` or path. Raises ``Refused`` for what git must not be given."""
    if not repo.strip() or not repo.isprintable() or repo.startswith("-"):
        raise _no_address(repo)
    scheme, sign, _ = repo.partition("://")
    if sign:
        return _parse_url(repo, scheme.lower())
    if "::" in repo:  # a helper program such as ext::
        raise _no_address(repo)
    if not repo.startswith(("/", ".", "~")) and (found := SCP_FORM.match(repo)):
        return Address(url=repo, scheme="ssh", host=found["host"].lower())
    return Address(url=str(Path(repo).expanduser().absolute()), scheme="file")


def without_passwords(text: str) -> str:
    """Take out of *text* what stands before the @ of any URL."""
    return re.sub(r"://[^/\s@]*@", "://", text)


def _parse_url(repo: str, scheme: str) -> Address:
    try:
        parts = urlsplit(repo)
        host = (parts.hostname or "").lower()
        port = parts.port
    except ValueError as error:
        raise _no_address(repo) from error
    if scheme not in SCHEMES or (scheme != "file" and (not host or host.startswith("-"))):
        raise _no_address(repo)
    if scheme == "file":
        return Address(url=str(Path(unquote(parts.path))), scheme="file")
    if scheme in {"http", "https"}:
        return Address(
            url=_url(parts, host, port, username=""),
            scheme=scheme,
            host=host,
            username=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )
    username = parts.username or ""
    if username.startswith("-"):
        raise _no_address(repo)
    return Address(url=_url(parts, host, port, username=username), scheme=scheme, host=host)


def _url(parts: SplitResult, host: str, port: int | None, *, username: str) -> str:
    netloc = f"[{host}]" if ":" in host else host
    netloc = f"{username}@{netloc}" if username else netloc
    netloc = f"{netloc}:{port}" if port else netloc
    return parts._replace(scheme=parts.scheme.lower(), netloc=netloc, fragment="").geturl()


def _no_address(repo: str) -> Refused:
    shown = without_passwords("".join(sign for sign in repo if sign.isprintable()))[:100]
    return Refused(
        f"`{shown}` is no address of a Git repository.",
        remedy=f"Use a path, host:path, or a URL with one of {', '.join(SCHEMES)}.",
    )
