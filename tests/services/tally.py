"""Says at the end of a run how many tests ran in each folder of ``tests/``."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pytest
from _pytest.terminal import TerminalReporter

OUTCOMES = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


def folder_of(node_id: str) -> str:
    """Return the folder of ``tests/`` that a test is in, by its node id."""
    parts = node_id.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "tests"


def tally(reports: Mapping[str, Iterable[str]]) -> list[str]:
    """Return one line a folder. *reports* has, for each outcome, the node ids that had it."""
    skipped_ids = set(reports.get("skipped", ()))
    ran_ids = {node_id for node_ids in reports.values() for node_id in node_ids} - skipped_ids
    ran = Counter(map(folder_of, ran_ids))
    skipped = Counter(map(folder_of, skipped_ids))
    folders = sorted(ran.keys() | skipped.keys())
    return [_line(folder, ran[folder], skipped[folder]) for folder in folders]


def _line(folder: str, ran: int, skipped: int) -> str:
    return f"{folder:<12} {ran:>5} ran" + (f", {skipped} skipped" if skipped else "")


def _node_ids(reports: Sequence[object]) -> list[str]:
    return [str(report.nodeid) for report in reports if hasattr(report, "nodeid")]


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the table, just above pytest's own closing line."""
    reports = {name: _node_ids(terminalreporter.getreports(name)) for name in OUTCOMES}
    terminalreporter.section("tests by folder")
    for line in tally(reports):
        terminalreporter.write_line(line)
