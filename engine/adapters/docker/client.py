"""The docker-py client that all of our adapters use."""

from typing import Any

from docker import APIClient


class EngineClient(APIClient):
    """Judges an engine's certificate by the engine's own authority."""

    def merge_environment_settings(
        self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any
    ) -> Any:
        """Keep to this client's authority: requests prefers REQUESTS_CA_BUNDLE where it is set."""
        found = super().merge_environment_settings(url, proxies, stream, verify, cert)
        return {**found, "verify": self.verify}
