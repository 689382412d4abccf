"""Shares the files of a run among its processes: all that need a Docker engine go to one of them.

An engine that starts, or is stopped, makes and removes rules of iptables that the others on the
machine use at that moment. So one process has the engines, and is done when it is done with their
tests; the others have all the rest.
"""

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

ENGINES = "files that need engines"
NEED_ENGINES = (
    "tests/contract/builder/",
    "tests/contract/rack/",
    "tests/crash/test_real_engine.py",
    "tests/e2e/test_story.py",
    "tests/integration/builder/",
    "tests/integration/docker/",
    "tests/integration/examples/",
    "tests/integration/registry/",
    "tests/integration/services/",
    "tests/integration/trouble/test_rack_",
)


class Sharing(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives whole files away, in their order; those that need engines together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return ENGINES if needs_engines(nodeid) else file


def needs_engines(node_id: str) -> bool:
    """Whether a test is in a file that may ask for an engine."""
    return node_id.startswith(NEED_ENGINES)


def engines_may_be_used() -> None:
    """Fail a test that asks for an engine in a file that is not listed here as one of those."""
    test = os.environ["PYTEST_CURRENT_TEST"]
    if not needs_engines(test):
        pytest.fail(f"{test} uses an engine: name its file in {__name__}.NEED_ENGINES.")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sharing | None:
    """Take the place of ``--dist loadfile``."""
    return Sharing(config, log) if config.getvalue("dist") == "loadfile" else None
