"""A workspace for each test that keeps Slack's limits by the test's own clock."""

from types import SimpleNamespace

import pytest

from bot.workspace import limits
from tests.integration.relay.conftest import office, workspace
from tests.integration.relay.office import Office

__all__ = ["limited", "office", "workspace"]


@pytest.fixture
def limited(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office whose workspace refuses what comes too fast."""
    at = SimpleNamespace(monotonic=lambda: office.scene.clock.now().timestamp())
    monkeypatch.setattr(limits, "time", at)
    office.controls.rate_limits(enabled=True)
    return office
