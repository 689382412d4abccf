"""The company that the end-to-end tests act in, and where their pictures go."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.demo.stage import MEMORY
from tests.e2e.company import Company, company

PICTURES = Path(__file__).parents[2] / "docs" / "screenshots"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company whose racks are simulated."""
    with company(tmp_path_factory.mktemp("company"), MEMORY) as running:
        yield running


@pytest.fixture(scope="module")
def on_docker(tmp_path_factory: pytest.TempPathFactory, engine_url: str) -> Iterator[Company]:
    """A company with two racks on one Docker engine."""
    with company(tmp_path_factory.mktemp("company"), engine_url) as running:
        yield running


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: those of the documentation only when they are asked for."""
    if os.environ.get("RACKHAND_SCREENSHOTS") != "1":
        return tmp_path
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES
