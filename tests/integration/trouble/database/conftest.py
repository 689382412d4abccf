"""A site whose app is watched for two seconds once it is live."""

from pathlib import Path

import pytest

from bot.demo.shop import Shop
from tests.integration.process.conftest import Site, site, workspace

__all__ = ["quick", "site", "workspace"]


@pytest.fixture
def quick(site: Site, tmp_path: Path) -> Site:
    Shop(path=tmp_path / "shop").bake_for(2)
    return site
