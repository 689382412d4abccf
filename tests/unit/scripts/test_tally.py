"""The table of tests by folder."""

from tests.services.tally import folder_of, tally


def test_a_test_belongs_to_the_first_folder_below_tests() -> None:
    assert folder_of("tests/unit/engine/test_a.py::TestB::test_c[tests/x]") == "unit"
    assert folder_of("tests/test_a.py::test_b") == "tests"


def test_a_test_counts_once_though_its_clearing_up_fails_too() -> None:
    reports = {"passed": ["tests/unit/test_a.py::b"], "error": ["tests/unit/test_a.py::b"]}
    assert [line.split() for line in tally(reports)] == [["unit", "1", "ran"]]


def test_skipped_tests_are_told_apart_from_those_that_ran() -> None:
    reports = {
        "passed": ["tests/unit/test_a.py::one", "tests/e2e/test_a.py::two"],
        "failed": ["tests/unit/test_a.py::two"],
        "skipped": ["tests/e2e/test_a.py::three"],
    }
    lines = tally(reports)
    assert [line.split() for line in lines] == [
        ["e2e", "1", "ran,", "1", "skipped"],
        ["unit", "2", "ran"],
    ]
