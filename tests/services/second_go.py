"""Gives tests that meet real daemons a second go, and names each one that needed it.

A loaded machine makes a daemon late now and then, which says nothing of Rackhand. What counts
dropped requests has one go: there, a failure of one run in five is the finding.
"""

from collections.abc import Iterable

import pytest
from _pytest.terminal import TerminalReporter

WITHOUT_DAEMONS = ("commands", "engine", "examples", "manifest", "memory", "storage")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "one_go: a failure counts though the next run may pass")


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Let tests in the folders with real daemons run once more where they fail."""
    for item in items:
        if _meets_daemons(item.nodeid) and item.get_closest_marker("one_go") is None:
            item.add_marker(pytest.mark.flaky(reruns=1))


def _meets_daemons(node_id: str) -> bool:
    _, folder, part, *_ = [*node_id.split("/"), "", "", ""]
    return folder == "e2e" or (folder == "integration" and part not in WITHOUT_DAEMONS)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Name the tests that did not pass at once."""
    unsteady = sorted({report.nodeid for report in terminalreporter.getreports("rerun")})
    if unsteady:
        terminalreporter.section("needed a second go")
        for node_id in unsteady:
            terminalreporter.write_line(node_id)
