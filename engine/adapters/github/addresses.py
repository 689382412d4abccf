"""Which host an API belongs to, and which repository of it a URL means."""

import re
from urllib.parse import urlsplit

API_URL = "https://api.github.com"
_NAME = re.compile(r"[\w.-]+/[\w.-]+\Z", re.ASCII)
_SCP_FORM = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?!/?/)(?P<path>[^:].*)\Z", re.ASCII)


def web_host(api_url: str) -> str:
    """Return the host that people see for an API's URL, with its port where it has one.

    "https://api.github.com" → "github.com"; "https://git.acme.com/api/v3" → "git.acme.com".
    """
    return urlsplit(api_url).netloc.rpartition("@")[2].lower().removeprefix("api.")


def repository_name(repo_url: str, host: str) -> str | None:
    """Return "owner/name" for a URL of *host*, https, ssh or scp-like; None for any other.

    An ssh address has a port of its own, so there only the host itself is compared.
    """
    scheme, sign, _ = repo_url.partition("://")
    if not sign:
        found = _SCP_FORM.match(repo_url)
        return _name(found["path"]) if found and _is_same_machine(found["host"], host) else None
    try:
        parts = urlsplit(repo_url)
        netloc = parts.netloc.rpartition("@")[2].lower()
    except ValueError:
        return None
    if scheme.lower() in {"http", "https"}:
        default = ":443" if scheme.lower() == "https" else ":80"
        return _name(parts.path) if netloc.removesuffix(default) == host else None
    if scheme.lower() in {"ssh", "git", "git+ssh"}:
        return _name(parts.path) if _is_same_machine(parts.hostname or "", host) else None
    return None


def _is_same_machine(found: str, host: str) -> bool:
    # ssh.github.com is where GitHub answers ssh on port 443.
    return found.lower().removeprefix("ssh.") == host.partition(":")[0]


def _name(path: str) -> str | None:
    name = path.strip("/").removesuffix(".git")
    return name if _NAME.match(name) else None
