"""What every object has: addresses, node ids, times."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


@dataclass(slots=True)
class Urls:
    """Where pages and the REST API are, as on GitHub Enterprise; known once the port is taken."""

    html: str = ""  # without a slash at its end

    @property
    def api(self) -> str:
        """The root of the REST API."""
        return f"{self.html}/api/v3"

    def repo(self, full_name: str) -> str:
        """A repository in the REST API."""
        return f"{self.api}/repos/{full_name}"

    def page(self, full_name: str) -> str:
        """A repository's page."""
        return f"{self.html}/{full_name}"


def node_id(kind: str, number: int | str) -> str:
    """Return the id of an object in the GraphQL API."""
    return base64.b64encode(f"0:{kind}{number}".encode()).decode()


def moment(at: datetime) -> str:
    """Return a time as GitHub writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(at: datetime | None) -> str | None:
    """Return a time as GitHub writes it, where there is one."""
    return moment(at) if at else None
