"""How Rackhand comes in at GitHub: where the API is, and what opens it."""

from dataclasses import dataclass, field

from engine.adapters.github.addresses import API_URL

TIMEOUT_SECONDS = 15  # GitHub itself gives a request up after 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubAccess:
    """A GitHub App with its key, or a token; the App where both are given."""

    api_url: str = API_URL  # of GitHub Enterprise: https://HOST/api/v3
    token: str | None = field(default=None, repr=False)
    app_id: int | None = None
    private_key: str | None = field(default=None, repr=False)  # PEM
    installation_id: int | None = None  # None: found by the repository
    timeout_seconds: int = TIMEOUT_SECONDS
