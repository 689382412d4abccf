"""What opens GitHub, put together from the file and the environment, with every fault named."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from engine.adapters.github import GitHubAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was written, as it was written."""

    api_url: str
    token: str | None = field(repr=False)
    app_id: int | None
    installation_id: int | None
    private_key: str | None = field(repr=False)
    key_file: Path | None


def access_to_github(given: Given, faults: list[str]) -> GitHubAccess | None:
    """Return what opens GitHub; None where nothing does. What is wrong is added to *faults*."""
    found = [*_faults_of_url(given.api_url), *_faults_of_app(given)]
    key, unreadable = _private_key(given)
    faults += [*found, *unreadable]
    if found or unreadable or not (given.token or key):
        return None
    return GitHubAccess(
        api_url=given.api_url.rstrip("/"),
        token=given.token,
        app_id=given.app_id,
        private_key=key,
        installation_id=given.installation_id,
    )


def _faults_of_url(url: str) -> Sequence[str]:
    what = f"environment: GITHUB_API_URL: {url}"
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        return [f"{what} is no address: write https://HOST/api/v3, or https://api.github.com"]
    if parts.scheme == "http" and not _is_this_machine(host):
        return [f"{what}: no token is sent by plain HTTP, write it with https"]
    return []


def _faults_of_app(given: Given) -> Sequence[str]:
    has_key = bool(given.private_key or given.key_file)
    if given.app_id and not has_key:
        mend = "name its file in github.key_file, or set GITHUB_APP_PRIVATE_KEY"
        return [f"github.app_id: the App's private key is missing: {mend}"]
    if has_key and not given.app_id:
        return ["github.app_id: a private key is there, but not the number of its GitHub App"]
    if given.installation_id and not given.app_id:
        return ["github.installation_id: only a GitHub App has one, and github.app_id is missing"]
    return []


def _private_key(given: Given) -> tuple[str | None, Sequence[str]]:
    where = f"github.key_file: {given.key_file}" if given.key_file else "GITHUB_APP_PRIVATE_KEY"
    try:
        text = given.key_file.read_text(encoding="utf-8") if given.key_file else given.private_key
        if text is None:
            return None, []
        text = text.replace("\\n", "\n")  # as one line of an environment file has it
        load_pem_private_key(text.encode(), password=None)
    except OSError as error:
        return None, [f"{where} cannot be read: {error.strerror}"]
    except (ValueError, TypeError):
        return None, [f"{where} is no private key: copy the whole .pem file that GitHub gave"]
    return text, []


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
