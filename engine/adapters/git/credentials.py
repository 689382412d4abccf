"""What opens private repositories, handed to git by its environment and never by arguments."""

import base64
import shlex
from dataclasses import dataclass, field
from pathlib import Path

from engine.adapters.git.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class GitCredentials:
    """A token for HTTPS, a key for SSH, or both, of one host."""

    token: str | None = field(default=None, repr=False)
    username: str = "x-access-token"  # what GitHub and most others expect beside a token
    key_file: Path | None = None
    known_hosts_file: Path | None = None  # None: the user's own

    def secrets(self) -> tuple[str, ...]:
        """Texts that must never be shown."""
        return (self.token, _basic(self.username, self.token)) if self.token else ()


def authorization(address: Address, credentials: GitCredentials) -> str | None:
    """Return the header for this address: of its own password, else of the host's token."""
    if not address.is_http or not address.is_private_line:
        return None
    if address.password:
        return f"Authorization: Basic {_basic(address.username, address.password)}"
    if credentials.token:
        return f"Authorization: Basic {_basic(credentials.username, credentials.token)}"
    if address.username:  # some write the token there
        return f"Authorization: Basic {_basic(address.username, '')}"
    return None


def ssh_command(credentials: GitCredentials) -> str:
    """Return the ssh that git shall call: it never asks, and remembers hosts it meets first."""
    words = ["ssh", "-oBatchMode=yes", "-oConnectTimeout=15", "-oStrictHostKeyChecking=accept-new"]
    if credentials.key_file:
        words += [f"-oIdentityFile={credentials.key_file}", "-oIdentitiesOnly=yes"]
    if credentials.known_hosts_file:
        words.append(f"-oUserKnownHostsFile={credentials.known_hosts_file}")
    return shlex.join(words)


def _basic(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()
